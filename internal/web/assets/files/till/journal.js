// What is seen of the queue: a bar while there is something to say, and the list behind it.
//
//   bar(host)          keeps the bar up to date within an element
//   await journal()    shows what was handed in, what waits, and what a manager must look at
import { h, icon, put } from "./dom.js";
import * as queue from "./queue.js";
import { count, figure, moment, money, say } from "./say.js";
import { free } from "./sheet.js";
import { hurry, onState } from "./sync.js";

const shownAtMost = 100;

/** bar draws the state of the till. While all is well there is none. */
export function bar(host) {
	host.setAttribute("role", "status");
	return onState((s) => {
		const waiting = s.waiting + s.open;
		if (s.mode === "refused") return draw(host, "bad", say("offline.refused"), say("offline.refused_hint", { n: waiting }), true);
		if (s.mode === "offline") return draw(host, "warn", say("offline.bar"), waiting > 0 && count("offline.queue", waiting), true);
		if (s.trouble > 0) return draw(host, "bad", count("offline.look", s.trouble), false, false);
		if (s.waiting > 0) return draw(host, "warn", say("offline.sending"), count("offline.queue", s.waiting), false);
		if (host.firstChild) put(host);
	});
}

function draw(host, tone, text, more, again) {
	const key = [tone, text, more].join("|");
	if (host.firstElementChild?.dataset.key === key) return;
	put(host, h("div", { class: "offline-bar " + tone, data: { key } }, icon("warn"),
		h("p", {}, h("strong", {}, text), more && " · ", more && h("span", {}, more)),
		h("div", { class: "row" },
			again && h("button", { class: "button again", type: "button", onclick: hurry }, say("offline.again")),
			h("button", { class: "button", type: "button", onclick: journal }, say("offline.journal")))));
}

/** journal shows every operation that has waited on this till, those that a person must look at first. */
export async function journal() {
	const list = h("div", { class: "stack wide" });
	const dialog = h("dialog", { class: "journal", "aria-labelledby": "journal-title" });
	put(dialog, h("div", { class: "row apart" }, h("h1", { id: "journal-title" }, say("offline.list")),
		h("button", { class: "button square", type: "button", onclick: close, "aria-label": say("close") }, icon("close"))),
	h("p", { class: "quiet small" }, say("offline.list_hint")), list);
	function close() {
		dialog.close();
		free();
	}
	const fresh = () => fill(list);
	const stop = queue.onChange(fresh);
	dialog.addEventListener("cancel", (e) => {
		e.preventDefault();
		close();
	});
	dialog.addEventListener("close", () => {
		stop();
		dialog.remove();
	});
	await fresh();
	document.body.append(dialog);
	dialog.showModal();
}

async function fill(list) {
	const [trouble, open, waiting, done, noted] = await Promise.all([
		queue.list("trouble"), queue.list("open"), queue.list("waiting"), queue.list("done", shownAtMost, true), queue.list("noted", shownAtMost, true),
	]);
	const settled = [...done, ...noted].sort((a, b) => b.settled - a.settled).slice(0, shownAtMost);
	put(list,
		part("trouble", trouble, say("offline.trouble_hint")), part("waiting", [...open, ...waiting].sort((a, b) => a.n - b.n)), part("done", settled),
		trouble.length + open.length + waiting.length + settled.length === 0 &&
			h("div", { class: "empty" }, h("strong", {}, say("offline.nothing")), h("p", {}, say("offline.nothing_hint"))));
}

function part(name, ops, hint) {
	if (ops.length === 0) return null;
	return h("section", { class: "stack", "aria-label": say("offline." + name) },
		h("h2", {}, say("offline." + name)), hint && h("p", { class: "small" }, hint), h("ul", { class: "journal-list" }, ops.map(row)));
}

const why = (outcome) => (outcome?.code === "other_till" ? say("offline.other_till") : outcome?.text);

const tones = { applied: "good", duplicate: "good", conflict: "bad", rejected: "bad", waiting: "warn", noted: "" };

function row(op) {
	const state = op.state === "noted" ? "noted" : op.outcome?.state ?? "waiting";
	const debt = op.outcome?.debt > 0 && h("span", { class: "bad" }, say("offline.debt", { n: figure(op.outcome.debt) }));
	return h("li", {},
		h("span", { class: "journal-what" }, h("strong", {}, say("offline." + op.kind)), h("span", { class: "quiet small" }, `${moment(op.made)} · ${op.label?.who || say("offline.without")}`)),
		op.label?.sum && h("span", { class: "number" }, money(op.label.sum.amount)),
		h("span", { class: "tag " + tones[state] }, say("offline.state_" + state)), debt,
		why(op.outcome) && h("p", { class: "small journal-why" }, why(op.outcome)),
		op.state === "trouble" && h("div", { class: "row journal-why" },
			h("button", { class: "button", type: "button", onclick: async () => { await queue.again(op.key); hurry(); } }, say("offline.retry")),
			h("button", { class: "button", type: "button", onclick: () => queue.note(op.key) }, say("offline.noted"))));
}
