// The guest's card: who it is and what may be spent, as much of it as what was shown proves.

import { last } from "./bank.js";
import { h, icon } from "./dom.js";
import { bankCard } from "./reader.js";
import { date, day, figure, money, points, say, setup, today } from "./say.js";
import { levelName } from "./state.js";

/** none stands where no guest is. */
export function none() {
	return h("div", { class: "guest empty-guest" }, icon("person"), h("div", {}, h("strong", {}, say("guest.none")), h("p", { class: "quiet small" }, say("guest.none_hint"))));
}

/** waiting stands there while somebody is looked for. */
export function waiting() {
	return h("div", { class: "guest empty-guest busy" }, icon("person"), h("strong", {}, say("guest.waiting")));
}

/** card shows a guest; remove, topUp, move, gift and bind are what its buttons do. */
export function card(guest, { remove, topUp, move, gift, bind }) {
	const m = guest.member;
	const away = h("button", { class: "button square plain", type: "button", "aria-label": say("guest.remove"), title: say("guest.remove"), onclick: remove }, icon("close"));
	if (!m) {
		return h("div", { class: "guest" }, head(h("strong", { class: "name" }, guest.shown), null, away), h("p", { class: "warn small" }, say("guest.offline")));
	}
	const name = m.first_name || say("guest.nameless");
	const marks = h("div", { class: "row marks" },
		m.birthday && h("span", { class: "tag birthday" }, icon("cake"), m.birthday === today() ? say("guest.birthday") : say("guest.birthday_at", { date: date(m.birthday) })),
		m.level && h("span", { class: "tag" }, levelName(m.level)),
		guest.card?.percent && h("span", { class: "tag" }, say("paper.percent", { percent: guest.card.percent.replace(".", setup.lang === "ru" ? "," : ".") })),
		guest.strong ? h("span", { class: "tag good" }, say(["pin", "confirmed"].includes(guest.method) ? "proof.tag_" + guest.method : "guest.strong")) : h("span", { class: "tag" }, say("guest.method_" + guest.method)));
	return h("div", { class: "guest" + (m.frozen ? " frozen" : "") },
		head(h("span", { class: "who" }, h("strong", { class: "name" }, name), m.phone && h("span", { class: "quiet" }, m.phone)), marks, away),
		m.frozen && h("p", { class: "notice bad small" }, say("guest.frozen")),
		m.aim && aim(m.aim),
		h("dl", { class: "facts-row" }, facts(guest, m)),
		notes(guest, { topUp, move, gift, bind }));
}

/** aim says what the guest's points are for. */
function aim(a) {
	if (a.for === "gift" && !a.gift) return null; // It cannot be had any more.
	return h("p", {}, h("span", { class: "tag", id: "aim" }, say("treat.aim_" + a.for, { gift: a.gift?.offer })));
}

function head(who, marks, away) { return h("header", { class: "guest-head" }, who, marks, away); }

function facts(guest, m) {
	const all = [];
	if (m.points_balance != null) all.push(fact(say("guest.balance"), figure(m.points_balance), m.points_balance > 0 ? "main-figure" : ""));
	else if (!m.frozen) all.push(fact(say("guest.spendable"), figure(m.points_spendable), m.points_spendable > 0 ? "main-figure" : ""));
	if (m.stored_money > 0) all.push(fact(say("guest.stored"), money(m.stored_money)));
	if (m.cashback > 0) all.push(fact(say("guest.cashback"), money(m.cashback)));
	return all;
}

function fact(name, value, kind = "") { return h("div", { class: kind }, h("dt", {}, name), h("dd", {}, value)); }

function notes(guest, { topUp, move, gift, bind }) {
	const m = guest.member;
	const bank = guest.method === "payment_card" && bankCard(guest.scan);
	const next = m.expiring?.[0];
	const soon = next && new Date(next.expires_at) - Date.now() < 30 * 24 * 3600 * 1000;
	return h("div", { class: "guest-notes small quiet" },
		h("span", {},
			bank ? h("span", { id: "by-bank" }, say("bank.shown", { last: last(bank) })) : m.points_balance == null && h("span", {}, say("guest.weak")),
			soon && h("span", { class: "warn" }, say("guest.expiring", { points: points(next.points), date: day(new Date(next.expires_at) - 1) })),
			m.next_level && m.next_level_missing > 0 && h("span", {}, say("guest.next_level", { sum: money(m.next_level_missing), level: levelName(m.next_level) }))),
		(topUp || move || gift || bind) && h("div", { class: "guest-acts" },
			bind && h("button", { class: "button plain", type: "button", id: "bind", onclick: bind }, say("bank.bind")),
			gift && h("button", { class: "button" + (m.aim?.gift?.reached ? "" : " plain"), type: "button", id: "gift", onclick: gift }, m.aim?.gift?.reached ? say("treat.reached", { gift: m.aim.gift.offer }) : say("treat.do")),
			topUp && h("button", { class: "button plain", type: "button", id: "top-up", onclick: topUp }, say("guest.top_up")),
			move && h("button", { class: "button plain", type: "button", id: "move", onclick: move }, say("guest.move"))));
}
