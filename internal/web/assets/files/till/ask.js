// The one way to the server. What goes wrong is one of two things: the server said no, with a sentence for the cashier,
// or it could not be reached, and then nobody knows whether it has heard.

import { say } from "./say.js";

/** Problem is what the server said no with. */
export class Problem extends Error {
	constructor(status, body) {
		super(body?.code ?? String(status));
		this.status = status;
		this.code = body?.code ?? "";
		this.body = body;
		this.text = body?.cashier_message || body?.errors?.[0]?.message || body?.detail || say("failed");
		this.more = body?.cashier_message ? body?.detail ?? "" : "";
		this.retry = 0;
	}
}

/** Unreachable says that there was no answer, or none of Verno. */
export class Unreachable extends Error {
	constructor() {
		super("unreachable");
		this.text = say("unreachable");
	}
}

let instead = null;

/** transport puts a function in front of the network: (method, path, body, options) → what the server would answer. */
export function transport(fn) { instead = fn; }


/** ask asks the API below /till/api; get asks the till's own addresses below /till. */
export function ask(method, path, body, options = {}) {
	return instead ? instead(method, path, body, options) : send(method, "api" + path, body, options);
}

export function get(path) {
	return instead ? instead("GET", "/" + path, undefined, {}) : send("GET", path);
}

/** post is get for what must stand in no address. */
export const post = (path, body) => send("POST", path, body);

const gateway = [502, 504];

// Where a 401 says that something typed is wrong, and not that the shift has ended.
const doors = ["api/terminals/pair", "api/cashier_sessions"];

async function send(method, path, body, { key, timeout = 8000, signal } = {}) {
	const headers = { Accept: "application/json" };
	if (body !== undefined) headers["Content-Type"] = "application/json";
	if (key) headers["Idempotency-Key"] = key;
	const late = AbortSignal.timeout(timeout);
	let answer, text;
	try {
		answer = await fetch("/till/" + path, {
			method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
			signal: signal ? AbortSignal.any([signal, late]) : late,
		});
		text = await answer.text();
	} catch (error) {
		if (signal?.aborted) throw error;
		throw new Unreachable();
	}
	if (gateway.includes(answer.status)) throw new Unreachable();
	const read = text ? parse(text) : null;
	if (answer.ok) return read;
	const problem = new Problem(answer.status, read);
	problem.retry = Number(answer.headers.get("Retry-After")) || 0;
	if (answer.status === 401 && !doors.includes(path)) document.dispatchEvent(new CustomEvent("till-shift-over"));
	throw problem;
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
