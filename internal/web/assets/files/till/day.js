// What the till has done today.

import { get, Problem, Unreachable } from "./ask.js";
import { h, put } from "./dom.js";
import { count, date, figure, money, say } from "./say.js";
import * as sync from "./sync.js";

/** Day is the screen. */
export class Day {
	constructor() {
		this.node = h("div", { class: "day" });
	}

	focus() {}

	async enter() {
		if (!sync.online()) return put(this.node, h("p", { class: "notice warn" }, say("day.offline")));
		put(this.node, h("p", { class: "quiet center" }, say("sum.counting")));
		try {
			put(this.node, this.draw(await get("totals")));
		} catch (error) {
			if (!(error instanceof Problem) && !(error instanceof Unreachable)) throw error;
			put(this.node, h("div", { class: "notice bad", role: "alert" }, h("p", {}, error.text)));
		}
	}

	draw(t) {
		const title = h("h1", {}, say("day.title", { day: date(t.day) }));
		if (!t.sales.count && !t.returns.count && !t.top_ups.count) return [title, h("div", { class: "empty" }, h("strong", {}, say("day.none")), h("p", {}, say("day.none_hint")))];
		const figureOf = (name, value, more) => h("div", { class: "figure sheet" }, h("dt", {}, name), h("dd", {}, value, more && h("span", { class: "than quiet" }, " " + more)));
		const row = (name, value, kind = "") => h("div", { class: kind }, h("dt", {}, name), h("dd", { class: "number" }, value));
		const net = t.tenders.filter((x) => x.kind !== "stored_money").reduce((sum, x) => sum + x.amount, 0);
		return [title, t.partial && h("p", { class: "notice warn" }, say("day.partial")),
			h("dl", { class: "figures" }, figureOf(say("day.sales"), money(t.sales.amount), count("receipts", t.sales.count)),
				figureOf(say("day.returns"), money(t.returns.amount), count("receipts", t.returns.count)),
				figureOf(say("day.members"), count("receipts", t.members))),
			h("div", { class: "day-columns" },
				h("section", { class: "sheet" }, h("h2", {}, say("day.takings")), h("dl", { class: "total-rows" },
					t.tenders.map((x) => row(say("tender." + (x.kind === "other" ? "rest" : x.kind)), money(x.amount))), row(say("day.net"), money(net), "to-pay")),
				t.top_ups.count > 0 && h("p", { class: "quiet small", id: "day-top-ups" }, say("day.top_ups", { sum: money(t.top_ups.amount) }))),
				h("section", { class: "sheet" }, h("h2", {}, say("day.points")), h("dl", { class: "total-rows" },
					row(say("day.earned"), figure(t.earned)), row(say("day.spent"), figure(t.spent)))),
				(t.cashback?.earned || t.cashback?.spent) && h("section", { class: "sheet", id: "day-cashback" }, h("h2", {}, say("day.cashback")), h("dl", { class: "total-rows" },
					row(say("day.earned"), money(t.cashback.earned)), row(say("day.spent"), money(t.cashback.spent)))),
				h("section", { class: "sheet" }, h("h2", {}, say("day.cashiers")), h("dl", { class: "total-rows" },
					t.cashiers.map((c) => row(h("span", {}, c.name || say("nobody"), h("span", { class: "quiet small" }, " · " + count("receipts", c.sales.count))), money(c.sales.amount))))))];
	}
}
