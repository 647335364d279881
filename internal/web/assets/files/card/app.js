// The card: its code first, from what this phone keeps, and then everything that a network can add.
import { forget, keep, recall } from "./keep.js";
import { account, installing, online } from "./account.js";
import { answering, asked } from "./asked.js";
import { draw as drawBars } from "./bars.js";
import { draw as drawSquare, side } from "./qr.js";
import { digits, keep as lock, step } from "./totp.js";

// A till takes a code in its own step and in the next one. Shown half a step late, it is in time even where the clock of
// the phone is wrong by seconds.
const late = 7;

const show = document.getElementById("show");
const drawing = document.getElementById("symbol"), path = drawing.querySelector("path");
const ring = document.getElementById("ring"), read = document.getElementById("read");
const other = document.getElementById("other"), choice = "verno.card.code";

let card; // what this phone keeps: whose card, its machine code, its key, and how wrong the clock is
let codes = []; // from the server, where this phone keeps no key
let used = 0; // the last step that a till has read
let shown; // the step that is on the screen

const now = () => (Date.now() + (card?.skew ?? 0)) / 1000;

async function post(to, body) {
	const answer = await fetch(to, { method: "POST", body });
	if (answer.redirected) return gone(answer.url);
	if (!answer.ok) throw new Error(`${to}: ${answer.status}`);
	return answer.status === 204 ? undefined : answer.json();
}

// gone is when the server knows this phone no more: nothing of the card stays here.
async function gone(to) {
	await forget();
	location.replace(to);
	return new Promise(() => {});
}

// begin finds the key of the card: here, or once from the server.
async function begin() {
	try {
		card = await recall();
	} catch {} // This browser keeps nothing.
	if (card?.id === show.dataset.card) return;
	card = { id: show.dataset.card, machine: "", skew: 0 };
	try {
		const given = await post("/c/key");
		card = { ...card, machine: given.machine, skew: given.now - Date.now() };
		if (!given.live) return;
		card.key = await lock(Uint8Array.from(atob(given.live), (c) => c.charCodeAt(0)));
		await keep(card);
		await post("/c/key/kept");
	} catch {} // There is no network, or nothing is kept here; the digits are there anyway.
}

// codeOf is what the card shows in a step: made here, or asked for, a few minutes of it at once.
async function codeOf(number) {
	if (card.key) return "2" + card.machine.slice(1) + (await digits(card.key, number));
	const at = (c) => c.step === number;
	if (!codes.some(at)) codes = (await post("/c/codes").catch(() => undefined)) ?? codes;
	return codes.find(at)?.code ?? card.machine;
}

// due is the step to show, undefined while the one that was read is still the latest that a till would take.
function due() {
	const latest = Math.floor(now() / step), usual = Math.floor((now() - late) / step);
	if (used < usual) return usual;
	return used < latest ? used + 1 : undefined;
}

async function tick() {
	const number = due();
	const until = number === undefined ? (used + 1) * step : (number + 1) * step + late;
	const left = Math.max(0, until - now());
	ring.querySelector("text").textContent = String(Math.ceil(left));
	ring.querySelector(".left").setAttribute("stroke-dasharray", `${Math.min(100, (left / step) * 100)} 100`);
	show.classList.toggle("waits", number === undefined);
	if (number === undefined || number === shown) return;
	shown = number;
	const code = await codeOf(number);
	if (!code || shown !== number) return;
	show.dataset.code = code;
	paint();
	show.classList.add("ready");
}

// paint draws the code as the holder has chosen on this phone, else as the merchant's design has it.
function paint() {
	const code = show.dataset.code, bars = (chosen() ?? show.dataset.format) === "code128";
	show.classList.toggle("bars", bars);
	if (!code) return;
	if (bars) return path.setAttribute("d", drawBars(drawing, show, code));
	show.classList.remove("tall");
	drawing.removeAttribute("style");
	drawing.removeAttribute("preserveAspectRatio");
	drawing.setAttribute("viewBox", `0 0 ${side} ${side}`);
	path.setAttribute("d", drawSquare(code));
}

let asWas; // chosen, where the browser keeps nothing
function chosen() {
	try {
		return localStorage.getItem(choice) ?? asWas;
	} catch {
		return asWas;
	}
}

other.addEventListener("click", () => {
	asWas = show.classList.contains("bars") ? "qr" : "code128";
	try {
		localStorage.setItem(choice, asWas);
	} catch {}
	paint();
	if (show.classList.contains("tall")) show.scrollIntoView();
});
other.hidden = false;
addEventListener("resize", paint);

// seen tells that a till has read the code, that something has happened to the account, and that a till asks something.
let last = show.dataset.last;
let question = ""; // of a till, that is known here
async function look() {
	const asked = Date.now();
	try {
		const answer = await fetch("/c/seen", { cache: "no-store" });
		if (answer.redirected) return gone(answer.url);
		if (!answer.ok) return online(answer.status < 500);
		const told = await answer.json();
		online(true);
		const skew = told.now - (asked + Date.now()) / 2;
		if (card && Math.abs(skew - card.skew) > 1000) {
			card.skew = skew;
			if (card.key) keep(card).catch(() => {});
		}
		if (told.step > used) {
			const fresh = used && told.step >= shown - 1;
			used = told.step;
			if (fresh) praise();
			tick();
		}
		used ||= 1; // From now on what is read is read now.
		if (!card.machine) begin().then(tick);
		if (told.last !== last || (told.asked ?? "") !== question) {
			last = told.last;
			question = told.asked ?? "";
			refresh();
		}
	} catch {
		online(false);
	}
}

async function refresh() {
	await account(gone);
	asked(card?.skew ?? 0);
}

let praised;
function praise() {
	if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(60);
	read.hidden = false;
	clearTimeout(praised);
	praised = setTimeout(() => (read.hidden = true), 6000);
}

// A card in the hand is looked at: the screen stays on, and a till's answer is looked for every other second; after some
// minutes seldomer.
let since = Date.now(), lamp;
async function light() {
	since = Date.now();
	try {
		if (!document.hidden) lamp = await navigator.wakeLock?.request("screen");
	} catch {} // The battery is low, or the browser cannot.
}

function watch() {
	const pause = Date.now() - since < 180_000 ? 2000 : 10_000;
	setTimeout(async () => {
		if (!document.hidden) await look();
		watch();
	}, pause);
}

document.addEventListener("visibilitychange", () => {
	if (document.hidden) return lamp?.release?.();
	light();
	tick();
	look();
});
addEventListener("online", look);
addEventListener("offline", () => online(false));

await begin();
await tick();
setInterval(tick, 250);
light();
answering(gone, () => card?.skew ?? 0);
asked(card?.skew ?? 0);
refresh().then(look);
watch();
installing();
navigator.serviceWorker?.register("/c/sw.js", { scope: "/c/" }).catch(() => {});
