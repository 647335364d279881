// The till begins here: who it is, who works at it, and then one screen at a time.

import { ask, get, Problem, Unreachable } from "./ask.js";
import * as device from "./device.js";
import { h, put } from "./dom.js";
import { given } from "./given.js";
import { head } from "./head.js";
import { bar } from "./journal.js";
import { more } from "./more.js";
import { handed } from "./reader.js";
import { pair } from "./pair.js";
import { Day } from "./day.js";
import { Refund } from "./refund.js";
import { Sale } from "./sale.js";
import { say, terms } from "./say.js";
import { sheet } from "./sheet.js";
import { change, changed, remembered, till } from "./state.js";
import { texts } from "./texts.js";
import * as pin from "./pin.js";
import * as sync from "./sync.js";
import * as training from "./training.js";
import { listen } from "./wedge.js";

const host = document.getElementById("content");
const line = document.getElementById("till-head");
let here = "sale";
let screens;

/** learn asks where this till stands; without a network it is as it was the last time. */
async function learn() {
	let known;
	try {
		known = await get("state");
	} catch (error) {
		if (!(error instanceof Unreachable)) throw error;
		known = { ...remembered(), offline: true };
		sync.lost();
	}
	change({ ...known, cashiers: known.cashiers ?? [], levels: known.levels ?? [] });
	if (known.currency) terms({ currency: known.currency, places: known.currency_places, scale: known.points_scale, zone: known.time_zone });
}

async function begin() {
	if (training.on()) training.begin();
	await learn();
	if (!till.paired) {
		await pair(host);
		await learn();
	}
	await sync.start();
	sync.shell();
	device.awake();
	bar(document.getElementById("till-bar"));
	if (!till.staff && till.cashiers.length > 0) await pin.choose();
	pin.watch(refocus);
	screens = { sale: new Sale({ camera: camera() }), back: new Refund({ camera: camera() }), totals: new Day() };
	listen((text) => !document.querySelector("dialog[open]") && screens[here].scanned?.(text));
	changed(draw);
	sync.onState(networked());
	document.addEventListener("till-shift-over", shiftOver);
	document.addEventListener("keydown", toField);
	document.addEventListener("till-free", () => !document.querySelector("dialog[open]") && refocus());
	go("sale");
	given((lines) => {
		go("sale");
		screens.sale.given(lines);
	});
	handed((text) => screens[here].scanned?.(text));
	texts();
}

/** broken says that the server is there and cannot answer, and lets somebody try again. */
function broken(error) {
	put(host, h("div", { class: "notice bad stack", role: "alert", id: "broken" }, h("strong", {}, say("broken.title")), h("p", {}, error.text ?? say("failed")),
		h("div", { class: "row" }, h("button", { class: "button main", type: "button", onclick: () => location.reload() }, say("broken.again")))));
	if (!error.text) throw error;
}

/** networked hears of the network's coming and going. A till that began without it learns then what it is, and who works. */
function networked() {
	let before = !till.offline;
	return async ({ mode }) => {
		if (mode === "refused") shiftOver();
		const now = sync.online();
		if (now === before) return;
		before = now;
		change({ offline: !now });
		if (now && !till.staff) await shiftOver();
		screens.sale.refresh();
		if (here !== "sale") screens[here].enter();
	};
}

/** camera opens the camera, where browsers give one to this page. */
function camera() {
	return navigator.mediaDevices && (async () => {
		const { scan } = await import("./camera.js");
		const text = await scan((what) => say("camera." + what));
		if (text) screens[here].scanned(text);
		else refocus();
	});
}

function go(name) {
	here = name;
	put(host, screens[name].node);
	if (name !== "sale") screens[name].enter();
	draw();
	screens[name].focus();
}

function draw() {
	head(line, { screens: Object.keys(screens), here, go, cashier: () => pin.choose(true).then(refocus), leave, more });
}

/** refocus gives the keys to the screen. A dialog that has closed gives the focus back without the caret, and what is typed
    then is lost: so it is taken away first. */
function refocus() {
	document.activeElement?.blur();
	screens[here].focus();
}

/** toField lets digits that are typed anywhere go where they belong. */
function toField(e) {
	if (e.ctrlKey || e.altKey || e.metaKey || e.key.length !== 1 || !/[\d+]/.test(e.key)) return;
	if (e.target.closest?.("input, select, textarea, dialog")) return;
	screens[here].focus();
}

let asking = false;

/** shiftOver lets somebody begin again whose session has ended, or pairs a till whose token was taken away. */
async function shiftOver() {
	if (asking || training.on()) return;
	asking = true;
	try {
		await learn();
		if (!till.paired && !till.offline) return location.reload();
		if (!till.staff && till.cashiers.length > 0) await pin.choose();
	} catch (error) {
		if (!(error instanceof Problem)) throw error; // The server is there and cannot answer: whoever asks next is sent here again.
	} finally {
		asking = false;
	}
	sync.hurry();
	draw();
}

/** leave ends the shift. What has not been handed in yet keeps it open. */
async function leave() {
	if (!(await sync.mayLeave())) return sheet(say("log_out"), () => h("p", { class: "notice warn" }, say("log_out_blocked")), "narrow");
	try {
		await ask("DELETE", "/cashier_sessions/current");
	} catch (error) {
		if (error.status !== 401) return sheet(say("log_out"), () => h("p", { class: "notice warn" }, error.text ?? say("failed")), "narrow");
	}
	change({ staff: null });
	await pin.choose();
	refocus();
}

device.offered();
begin().catch(broken);
