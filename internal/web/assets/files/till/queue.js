// The till's queue: every sale and every enrolment whose outcome is not yet known to be in the books. It lies in IndexedDB and is
// written through to the disk before the cashier is told anything, so that neither a reload nor an empty battery loses it.
// Each operation has the key that was made at the sale; by that key the books take it once, however often it is handed in.
//
//   open     the till asks for it right now and does not know the outcome
//   waiting  to be handed in, in the order in which it happened
//   trouble  refused, or in conflict with another: a person must look, and nothing takes it away before
//   done     in the books
//   noted    a person has dealt with it
//
//   await put({ kind: "sale", key, body, label })  what cannot be asked for now; body is a receipt of POST /receipts:batch
//   await open({ kind: "sale", key, body, label }) the same before asking online, then one of:
//   await settle(key, "done", { ... })             the outcome is known; "trouble" keeps it for the manager
//   await forget(key)                              refused for good and said to the cashier, who goes on with the guest
//   await later(key)                               no answer: it is handed in under the same key as soon as there is a network

const name = "verno-till";
const strict = { durability: "strict" };
const day = 24 * 3600 * 1000;

/** tab names this page, so that what it was asking for can be taken over when it is gone. */
export const tab = newKey();

/** training says whether this tab only plays, and so keeps nothing. */
export const trainingFlag = "verno.till.training";
export const training = () => sessionStorage.getItem(trainingFlag) !== null;
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : null;
const listeners = new Set();

/** onChange calls f after every change of the queue, in this page or another one of this till. */
export function onChange(f) {
	listeners.add(f);
	return () => listeners.delete(f);
}

channel?.addEventListener("message", (e) => {
	if (e.data === "queue") for (const f of listeners) f();
});

function changed() {
	channel?.postMessage("queue");
	for (const f of listeners) f();
}

/** newKey makes a key that nobody else makes: a UUID of version 7, so that the books find keys of one time side by side. */
export function newKey() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	let ms = Date.now();
	for (let i = 5; i >= 0; i--) {
		bytes[i] = ms % 256;
		ms = Math.floor(ms / 256);
	}
	bytes[6] = (bytes[6] & 0x0f) | 0x70;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

let terminal = "";

/** standAt says which till this is, so that what was sold at one is not handed in by another. */
export function standAt(id) {
	terminal = id;
}

let opening;

function database() {
	opening ??= new Promise((resolve, reject) => {
		const request = indexedDB.open(name, 1);
		request.onupgradeneeded = () => {
			const ops = request.result.createObjectStore("ops", { keyPath: "n", autoIncrement: true });
			ops.createIndex("key", "key", { unique: true });
			ops.createIndex("state", "state");
			request.result.createObjectStore("kept");
			request.result.createObjectStore("cards");
		};
		request.onsuccess = () => {
			request.result.onversionchange = () => {
				request.result.close();
				opening = undefined;
			};
			resolve(request.result);
		};
		request.onerror = () => {
			opening = undefined;
			reject(request.error);
		};
	});
	return opening;
}

/** work runs one transaction and gives what do has returned, a request or a value, once it is on the disk. */
async function work(stores, mode, act) {
	const db = await database();
	return new Promise((resolve, reject) => {
		const tx = db.transaction(stores, mode, strict);
		const result = act(tx);
		tx.oncomplete = () => resolve(result instanceof IDBRequest ? result.result : result);
		tx.onabort = () => reject(tx.error ?? new DOMException("nothing was written", "AbortError"));
	});
}

/** keep notes something about the till; kept reads it. */
export const keep = (what, value) => work("kept", "readwrite", (tx) => void tx.objectStore("kept").put(value, what));
export const kept = (what) => work("kept", "readonly", (tx) => tx.objectStore("kept").get(what));

/** put adds an operation that waits. One whose key is there already is the same one, and stays as it is. */
export const put = (op) => add(op, "waiting");

/** open adds an operation that this page is about to ask for online. */
export const open = (op) => add({ ...op, tab }, "open");

async function add(op, state) {
	if (training()) throw new Error("nothing of the training is kept");
	if (!op.key || !op.kind || !op.body) throw new Error("an operation needs its kind, key and body");
	const row = { label: {}, made: Date.now(), terminal, ...op, state };
	await work("ops", "readwrite", (tx) => {
		const ops = tx.objectStore("ops");
		ops.index("key").getKey(op.key).onsuccess = (e) => {
			if (e.target.result === undefined) ops.add(row);
		};
	});
	changed();
}

/** change edits the operation of a key where it is in one of the states from: what edit returns takes its place; for null it goes. */
async function change(key, from, edit) {
	await work("ops", "readwrite", (tx) => {
		tx.objectStore("ops").index("key").openCursor(key).onsuccess = (e) => {
			const cursor = e.target.result;
			if (!cursor || !from.includes(cursor.value.state)) return;
			const row = edit(cursor.value);
			if (row) cursor.update(row);
			else cursor.delete();
		};
	});
	changed();
}

const unsettled = ["open", "waiting", "trouble"];

/** settle notes what became of an operation. What is in the books says no more who it was than its label does. */
export function settle(key, state, outcome = {}) {
	return change(key, unsettled, (op) => {
		const row = { ...op, state, outcome, settled: Date.now() };
		if (state === "done") delete row.body;
		return row;
	});
}

/** date gives a sale that waits another time. */
export const date = (key, at) => change(key, ["waiting"], (op) => ({ ...op, body: { ...op.body, occurred_at: at } }));

/** later lets what this page asked for wait, as there was no answer. */
export const later = (key) => change(key, ["open"], (op) => ({ ...op, state: "waiting" }));

/** again lets what was refused wait once more, as a person has mended the cause or wants this till to hand it in. Its key stays. */
export const again = (key) => change(key, ["trouble"], (op) => ({ ...op, state: "waiting", terminal, outcome: undefined }));

/** note says that a person has dealt with what was refused. */
export const note = (key) => change(key, ["trouble"], (op) => ({ ...op, state: "noted", settled: Date.now() }));

/** forget takes out what was asked for online and refused, and has not happened. */
export const forget = (key) => change(key, ["open"], () => null);

/** orphans lets wait what pages asked for that are gone; living are the names of those that are not. */
export async function orphans(living) {
	const rows = await list("open");
	for (const op of rows) if (op.tab !== tab && !living(op)) await later(op.key);
}

/** list reads operations of a state in the order in which they happened; newest says to begin at the end. */
export function list(state, most = Infinity, newest = false) {
	const rows = [];
	return work("ops", "readonly", (tx) => {
		const at = tx.objectStore("ops").index("state").openCursor(IDBKeyRange.only(state), newest ? "prev" : "next");
		at.onsuccess = () => {
			if (!at.result || rows.length >= most) return;
			rows.push(at.result.value);
			at.result.continue();
		};
		return rows;
	});
}

/** counts says how many operations are in each state that is not yet settled. */
export function counts() {
	const n = {};
	return work("ops", "readonly", (tx) => {
		for (const state of unsettled) {
			tx.objectStore("ops").index("state").count(state).onsuccess = (e) => {
				n[state] = e.target.result;
			};
		}
		return n;
	});
}

/** unsynced is how much would be lost with this till: it must not be unpaired before that is 0. */
export async function unsynced() {
	const n = await counts();
	return n.open + n.waiting + n.trouble;
}

/** tidy takes out what was settled more than a week ago. */
export function tidy(now = Date.now()) {
	return work("ops", "readwrite", (tx) => {
		for (const state of ["done", "noted"]) {
			tx.objectStore("ops").index("state").openCursor(IDBKeyRange.only(state)).onsuccess = (e) => {
				const cursor = e.target.result;
				if (!cursor) return;
				if (cursor.value.settled < now - 7 * day) cursor.delete();
				cursor.continue();
			};
		}
	});
}

/** noteCards keeps which cards are out of use, and up to where the till has been told, both or neither. */
export function noteCards(changes, snapshot) {
	return work(["cards", "kept"], "readwrite", (tx) => {
		const cards = tx.objectStore("cards");
		for (const c of changes) {
			for (const digest of [c.number_digest, c.machine_digest]) {
				if (!digest) continue;
				if (c.state === "active") cards.delete(digest);
				else cards.put(c.state, digest);
			}
		}
		tx.objectStore("kept").put(snapshot, "snapshot");
	});
}

/** cardState is "blocked" or "replaced" for the digest of a card that is out of use, and undefined for all others. */
export const cardState = (digest) => work("cards", "readonly", (tx) => tx.objectStore("cards").get(digest));
