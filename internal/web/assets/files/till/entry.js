// Letting in by a pass or a ticket. One look at the screen tells, in words as well as in colour, and for a minute an entry that
// was marked by mistake can be undone. Without a network nobody is let in twice, so nobody is marked.

import { ask, Problem, Unreachable } from "./ask.js";
import { h, icon, put } from "./dom.js";
import { bad, good } from "./feel.js";
import { clock, ending, moment, say } from "./say.js";
import { undoing } from "./undo.js";
import * as queue from "./queue.js";

/** entry marks one entry by a code and shows what came of it; card is what is known of it so far, next goes on. */
export function entry(scan, card, next) {
	const go = h("button", { class: "button main big", type: "button", id: "next", onclick: next }, say("entry.next"), icon("next"));
	const box = h("div", { class: "done entry" });
	mark(box, go, card, { scan }, queue.newKey());
	return box;
}

async function mark(box, go, card, body, key) {
	show(box, "asking", "more", say("entry.asking"), what(card));
	try {
		const done = await ask("POST", "/admissions", body, { key });
		good();
		letIn(box, go, done);
	} catch (error) {
		if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
		bad();
		refused(box, go, card, body, key, error);
	}
	go.focus();
}

function letIn(box, go, done) {
	show(box, "in", "done", say("entry.in"), what(done.card), left(done),
		h("div", { class: "done-foot" }, go, undoing((key) => ask("POST", `/admissions/${done.id}/undo`, undefined, { key }), (back) => undone(box, go, back))));
}

function undone(box, go, back) {
	show(box, "undone", "undo", say("entry.undone"), what(back.card), left({ ...back, uses_left: back.card.uses_left }), h("div", { class: "done-foot" }, go));
	go.focus();
}

/** refused says why nobody is let in. Where an entry was marked a moment ago, one more can be; where nobody knows, the same
    question can be asked again. */
function refused(box, go, card, body, key, error) {
	const twice = error.code === "entry_just_now";
	const unheard = error instanceof Unreachable || error.status >= 500;
	const act = (text, change, k) => h("button", { class: "button", type: "button", id: "again", onclick: () => mark(box, go, card, { ...body, ...change }, k) }, text);
	show(box, twice || unheard ? "asks" : "no", twice || unheard ? "warn" : "close", say(unheard ? "entry.unheard" : twice ? "entry.twice" : "entry.no"),
		h("p", { class: "entry-why" }, unheard ? say("entry.unheard_hint") : error.text), what(card), !twice && !unheard && left(card),
		h("div", { class: "done-foot" }, go, twice && act(say("entry.one_more"), { again: true }, queue.newKey()), unheard && act(say("entry.try_again"), {}, key)));
}

/** show draws the screen: how it went by its name, sign and words. */
function show(box, how, sign, title, ...parts) {
	box.className = "done entry entry-" + how;
	put(box, h("div", { class: "done-sign" }, icon(sign)), h("div", { class: "entry-said", role: how === "no" || how === "asks" ? "alert" : "status" }, h("h1", {}, title), parts.filter((p) => p && !p.matches(".done-foot"))),
		parts.filter((p) => p && p.matches(".done-foot")));
}

/** what says whose card it is, and for what. */
function what(card) {
	if (!card) return null;
	const { event } = card;
	const place = event && [["section", event.section], ["row", event.row], ["seat", event.seat]].filter(([, v]) => v);
	return h("div", { class: "entry-card" },
		card.holder && h("p", { class: "entry-holder" }, card.holder),
		h("p", {}, event ? [event.name, event.starts_at && moment(event.starts_at)].filter(Boolean).join(" · ") : card.name),
		place?.length > 0 && h("dl", { class: "entry-place" }, place.map(([name, value]) => h("div", {}, h("dt", {}, say("entry." + name)), h("dd", {}, value)))));
}

/** left says how many entries are left, and until when; nothing of a ticket, which has one. */
function left({ uses_left: n, uses, card, ends_at: ends = card?.ends_at, event = card?.event }) {
	if (event || uses === undefined && !ends) return null;
	return h("div", { class: "entry-left" }, uses > 0 && h("p", { class: "done-sum" }, say("entry.left", { left: n, of: uses })), ends && h("p", {}, say("entry.until", { date: ending(ends), time: clock(ends) })));
}
