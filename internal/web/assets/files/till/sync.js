// Being offline is a state of the till and no error. One page of the till leads: it asks the server now and then whether it
// is there and what time it is, hands in what waits, and learns which cards are out of use. The other pages hear of it.
//
//   start()                      once, when the page has loaded
//   online(), state()            what the bar shows: { mode: "online" | "offline" | "refused", waiting, trouble, ... }
//   lost()                       tell it when a request of your own got no answer, or 502, 503, 504
//   now()                        the time as the server has it
//   await sell({ ... })          a sale that cannot be asked for now
//   await enrol({ ... })         somebody who joins meanwhile
//   await mayLeave()             false while something would be lost with this till
import * as queue from "./queue.js";
import { bankCard } from "./reader.js";

const name = "verno-till";
const shells = name + "-"; // and the version: what is kept of the till's page and files
const base = "/till/api";
const patience = 20_000;
const calm = 30_000;
const snapshotEvery = 5 * 60_000;
const clockStep = 1000; // A clock that moves on by this much more or less than the time that has passed was set.
const farAhead = 10 * 60_000; // The books take a sale from a clock that is as fast as this.

let known = { mode: navigator.onLine === false ? "offline" : "online", waiting: 0, open: 0, trouble: 0, skew: 0, terminal: "", store: "", code: "", sent: 0 };
let leader = false;
let wake = () => {};
let failures = 0;
let asked = -Infinity; // when the snapshot was last asked for, by a clock that nobody sets
let wait = 0; // how long the server wants to be left alone
let met = false; // the server has said which till this is
const listeners = new Set();
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(name + "-state") : null;

export const state = () => known;
export const online = () => queue.training() || known.mode === "online";
export const leads = () => leader;

/** onState calls f whenever the state has changed, and once at once. */
export function onState(f) {
	listeners.add(f);
	f(known);
	return () => listeners.delete(f);
}

function become(next) {
	known = { ...known, ...next };
	queue.standAt(known.terminal);
	if (leader) channel?.postMessage({ mode: known.mode, code: known.code, skew: known.skew, terminal: known.terminal, store: known.store });
	for (const f of listeners) f(known);
}

async function recount() {
	become(await queue.counts());
}

let heartbeat = null; // both clocks as they stood when the server last said what time it is

/** now is the time by the till's clock, set right by what the server last said of it. A clock that was set back since then is
    not believed: the time since the page began runs on. One that was set forward cannot be told from a night's sleep. */
export function now() {
	const slept = heartbeat ? Math.max(Date.now() - heartbeat.wall, performance.now() - heartbeat.run) : 0;
	return new Date((heartbeat ? heartbeat.wall + slept : Date.now()) - known.skew);
}

/** lost says that a request got no answer. */
export function lost() {
	if (known.mode === "online") become({ mode: "offline" });
	hurry();
}

/** hurry looks at once what can be handed in. */
export function hurry() {
	if (leader) wake();
	else channel?.postMessage("hurry");
}

/** start begins to keep the till in step. */
export async function start() {
	navigator.locks?.request(name + "-tab-" + queue.tab, () => new Promise(() => {})); // First of all: what is sold from now on has a page that asks for it.
	queue.onChange(recount);
	channel?.addEventListener("message", (e) => {
		if (e.data === "hurry") return leader && wake();
		if (!leader) become(e.data);
	});
	addEventListener("online", hurry);
	addEventListener("offline", lost);
	document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && hurry());
	const before = await queue.kept("state");
	if (before) become(before);
	await recount();
	navigator.storage?.persist?.();
	await queue.tidy();
	if (!navigator.locks) return lead(); // Without locks every page hands in; the keys make it exact all the same.
	navigator.locks.request(name + "-leads", lead);
}

async function lead() {
	leader = true;
	for (;;) {
		const delay = await round().catch(failed);
		let timer;
		await new Promise((resolve) => {
			wake = resolve;
			timer = setTimeout(resolve, delay);
		});
		clearTimeout(timer);
	}
}

/** round does what there is to do and says how long to wait for the next. */
async function round() {
	wait = 0;
	if (!(await beat())) return Math.max(wait, Math.min(calm, 1000 * 2 ** Math.min(++failures, 5)));
	failures = 0;
	await queue.orphans(await living());
	const all = await handIn();
	await learn();
	return all ? calm : Math.max(wait, 3000);
}

function failed(e) {
	console.warn("the till could not be kept in step:", e);
	return calm;
}

/** living tells whether the page is there that asks for an operation. */
async function living() {
	if (!navigator.locks) return (op) => Math.abs(Date.now() - op.made) < 2 * patience;
	const { held } = await navigator.locks.query();
	const there = new Set(held.map((l) => l.name));
	return (op) => there.has(name + "-tab-" + op.tab);
}

/** ask sends a request of the till's own, whoever works at it: { status, body }, with status 0 where there was no answer. */
async function ask(method, path, body, key) {
	const headers = { Accept: "application/json", "Verno-Till": "alone" };
	if (body !== undefined) headers["Content-Type"] = "application/json";
	if (key) headers["Idempotency-Key"] = key;
	try {
		const r = await fetch(base + path, {
			method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(patience), cache: "no-store",
		});
		const type = r.headers.get("Content-Type") ?? "";
		wait = Math.max(wait, Math.min(300, Number(r.headers.get("Retry-After")) || 0) * 1000);
		if (r.status === 429 || r.status >= 500 || !/json/.test(type) && r.status !== 204) return { status: 0 };
		return { status: r.status, body: r.status === 204 ? null : await r.json() };
	} catch {
		return { status: 0 };
	}
}

/** heard draws the state from an answer and says whether to go on. */
function heard({ status, body }) {
	if (status === 0) become({ mode: "offline" });
	if (status === 401 || status === 403) {
		met = false; // It may have been paired anew, as another.
		become({ mode: "refused", code: body?.code ?? "" });
	}
	return status !== 0 && status !== 401 && status !== 403;
}

/** beat says that the till is there, and learns how wrong its clock is. */
async function beat() {
	if (!met) {
		const me = await ask("GET", "/me");
		if (!heard(me) || me.status !== 200) return false;
		become({ terminal: me.body.terminal_id ?? "", store: me.body.store_id ?? "" });
		met = known.terminal !== "";
		if (!met) return false;
	}
	const n = await queue.unsynced();
	const sent = { wall: Date.now(), run: performance.now() };
	const r = await ask("POST", `/terminals/${known.terminal}/heartbeat`, { queue_depth: n, clock: new Date(sent.wall).toISOString() });
	if (!heard(r) || r.status !== 200) return false;
	const back = { wall: Date.now(), run: performance.now() };
	const took = back.run - sent.run;
	if (Math.abs(back.wall - sent.wall - took) > clockStep) return false; // The clock was set meanwhile: how wrong it is now, the next beat says.
	heartbeat = back;
	become({ mode: "online", code: "", skew: Math.round(r.body.skew_ms + took / 2) });
	await queue.keep("state", { skew: known.skew, terminal: known.terminal, store: known.store });
	return true;
}

/** handIn hands in what waits, in order, and says whether nothing is left. */
async function handIn() {
	for (;;) {
		const terms = await queue.kept("snapshot");
		const waiting = await queue.list("waiting", Math.min(100, terms?.offline?.batch_max ?? 100));
		if (waiting.length === 0) return true;
		const foreign = waiting.filter((op) => op.terminal && op.terminal !== known.terminal);
		for (const op of foreign) await queue.settle(op.key, "trouble", { state: "rejected", code: "other_till" });
		if (foreign.length > 0) continue;
		for (const op of waiting) await setRight(op);
		const other = waiting.findIndex((op) => op.kind !== "sale");
		const done = other === 0 ? await joins(waiting[0]) : await receipts(other < 0 ? waiting : waiting.slice(0, other));
		if (!done) return false;
		become({ sent: Date.now() });
	}
}

/** setRight dates a sale anew that seems to happen later than now, as the till's clock was set forward while it was alone. The
    books have never taken it with that time, so it can still be changed. What is handed in is what is kept, however often. */
async function setRight(op) {
	if (!(new Date(op.body.occurred_at) - now() > farAhead)) return;
	op.body.occurred_at = now().toISOString();
	await queue.date(op.key, op.body.occurred_at);
}

/** receipts hands sales in together. What the books say of each is noted with it. */
async function receipts(ops) {
	const r = await ask("POST", "/receipts:batch", { receipts: ops.map((op) => ({ ...op.body, key: op.key })) });
	if (!heard(r)) return false;
	if (r.status !== 200) {
		if (ops.length === 1) return refused(ops[0], r);
		for (const op of ops) if (!(await receipts([op]))) return false;
		return true;
	}
	let all = r.body.items.length === ops.length;
	for (const [i, item] of r.body.items.entries()) {
		if (item.key !== ops[i]?.key || item.state === "retry") all = false;
		else await queue.settle(ops[i].key, item.state === "applied" || item.state === "duplicate" ? "done" : "trouble", outcome(item));
	}
	return all;
}

function outcome(item) {
	const said = { state: item.state, receipt: item.receipt?.id, earn: item.receipt?.totals?.earn, debt: item.points_debt };
	if (item.error) Object.assign(said, { code: item.error.code, text: item.error.detail || item.error.title });
	return said;
}

async function refused(op, r) {
	await queue.settle(op.key, "trouble", { state: "rejected", code: r.body?.code, text: r.body?.detail || r.body?.title });
	return true;
}

/** joins enrols somebody who joined offline. Who is a member already stays one, and the sales behind go to that card. */
async function joins(op) {
	const r = await ask("POST", "/members", op.body, op.key);
	if (r.status === 403) return refused(op, r); // The till may hand in sales and enrol nobody: those behind do not wait for it.
	if (!heard(r)) return false;
	if (r.status === 409 && r.body?.code === "owner_moved") return false;
	if (r.status === 201 || r.status === 200) await queue.settle(op.key, "done", { state: "applied", member: r.body.member?.id });
	else if (r.body?.code === "phone_taken") await queue.settle(op.key, "done", { state: "duplicate", code: r.body.code });
	else await refused(op, r);
	return true;
}

/** learn keeps what the till needs when it cannot ask. */
async function learn() {
	if (performance.now() - asked < snapshotEvery) return;
	for (;;) {
		const before = await queue.kept("snapshot");
		const since = before?.terminal_id === known.terminal && before.next_cursor ? "?since=" + encodeURIComponent(before.next_cursor) : "";
		const r = await ask("GET", `/terminals/${known.terminal}/snapshot${since}`);
		if (r.status !== 200) return;
		const { cards, ...rest } = r.body;
		await queue.noteCards(cards ?? [], rest);
		if (!rest.has_more) break;
	}
	asked = performance.now();
}

/** terms is what the till may do alone: currency, points_scale, offline: { spend_points_max, ... }. Undefined before it was ever online. */
export const terms = () => queue.kept("snapshot");

/** cardState says of a scan, offline, whether its card is known to be out of use. */
export async function cardState(scan) {
	const digits = scan.replace(/[\s-]/g, "");
	const about = await terms();
	if (!about || !crypto.subtle || !/^(9\d{15}|1\d{41}|2\d{49})$/.test(digits)) return undefined;
	const card = digits.length === 50 ? "1" + digits.slice(1, 42) : digits;
	const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`verno card\n${about.tenant}\n${card}`));
	return queue.cardState([...new Uint8Array(sum, 0, 16)].map((b) => b.toString(16).padStart(2, "0")).join(""));
}

/** receipt makes an operation of a sale: { currency, lines, tenders, charged, scan, cashier, shift, spend, label }, all as in the API. Give it to
    queue.open before asking online for the commit with the same key and checkout, and to queue.later when no answer comes. */
export function receipt({ key = queue.newKey(), checkout = key, currency, lines, tenders, charged, scan, cashier, shift, spend = 0, label = {} }) {
	const body = { checkout_id: checkout, currency, lines, tenders, charged, occurred_at: now().toISOString() };
	if (scan) body.member = { scan };
	if (cashier) body.cashier_id = cashier;
	if (shift) body.shift = shift;
	if (spend > 0) body.spend_points = spend;
	return { kind: "sale", key, body, label: { sum: charged, who: masked(scan), ...label } };
}

/** sell lets a sale wait that cannot be asked for. Points are spent only as far as the terms allow a till that is alone. */
export async function sell(sale) {
	const most = (await terms())?.offline?.spend_points_max ?? 0;
	if ((sale.spend ?? 0) > most) throw new RangeError("points are not spent offline");
	const op = receipt(sale);
	await queue.put(op);
	hurry();
	return op.key;
}

/** enrol lets somebody wait who joins offline; body is that of POST /members. Sales that follow name the same phone. */
export async function enrol(body, key = queue.newKey()) {
	await queue.put({ kind: "enrolment", key, body, label: { who: masked(body.phone) } });
	hurry();
	return key;
}

/** masked is as much of a scan as a list may show: of a phone two digits, as everywhere, and of a bank card what was told. */
export function masked(shown) {
	const scan = shown ?? "";
	const card = bankCard(scan);
	if (card) return card.last ? "•• " + card.last : "••";
	const digits = scan.replace(/\D/g, "");
	const last = /^(\+|[78]?9\d{9}$)/.test(scan.replace(/[\s()-]/g, "")) ? -2 : -4;
	return digits ? "•• " + digits.slice(digits.length > 40 ? 0 : last).slice(0, 4) : "";
}

/** mayLeave is false while something waits that would be lost with this till. */
export const mayLeave = async () => (await queue.unsynced()) === 0;

/** shell keeps the page of the till for the time without a network, and lets it be installed. Browsers do so on encrypted connections only. */
export async function shell() {
	document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", crossOrigin: "use-credentials", href: "/till/manifest.webmanifest" }));
	if (!navigator.serviceWorker) return;
	const version = new URL(import.meta.url).pathname.split("/")[2];
	try {
		await navigator.serviceWorker.register("/till/sw.js?v=" + version, { scope: "/till/" });
		await navigator.serviceWorker.ready;
		const page = await fetch("/till/", { cache: "no-store" });
		if (!page.ok || !(await page.clone().text()).includes(`/assets/${version}/`)) return; // The next version is there already, and keeps its own.
		await (await caches.open(shells + version)).put("/till/", page);
		for (const other of await caches.keys()) if (other.startsWith(shells) && other !== shells + version) await caches.delete(other);
	} catch (e) {
		if (online()) console.warn("the page could not be kept:", e);
	}
}
