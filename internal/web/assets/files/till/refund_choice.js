// Which lines of a receipt come back, and what comes of it. Each change is tried by the server, which writes nothing then.

import { ask, Problem, Unreachable } from "./ask.js";
import { tendered } from "./commit.js";
import { h, icon, put } from "./dom.js";
import { bad } from "./feel.js";
import { lineName, money, moment, points, say } from "./say.js";
import * as queue from "./queue.js";
import { one, quantity, thousandths } from "./quantity.js";
import * as sync from "./sync.js";

/** Choice is one receipt of which something comes back. */
export class Choice {
	constructor(receipt, { back, done }) {
		this.receipt = receipt;
		this.done = done;
		const gone = Object.fromEntries((receipt.returned ?? []).map((r) => [r.line_id, thousandths(r.quantity)]));
		this.lines = receipt.lines.map((l) => ({ line: l, left: thousandths(l.quantity) - (gone[l.id] ?? 0), take: 0 }));
		this.key = queue.newKey();
		this.tried = null;
		this.list = h("ul", { class: "return-lines" });
		this.outcome = h("section", { class: "pad outcome", "aria-live": "polite" });
		this.node = [h("div", { class: "sale-side" },
			h("button", { class: "button plain", type: "button", onclick: back }, "← ", say("refund.others")),
			h("div", { class: "row apart" }, h("h1", { class: "return-head" }, h("span", {}, moment(receipt.occurred_at)), " ", h("span", {}, money(receipt.totals.payable.amount))),
				h("span", { class: "tag" }, receipt.member_id ? say("refund.member") : say("refund.no_member"))),
			h("div", { class: "row apart" }, h("h2", {}, say("refund.choose")), h("button", { class: "button", type: "button", id: "all", onclick: () => this.all() }, say("refund.all"))),
			this.list), this.outcome];
		this.draw();
	}

	get some() { return this.lines.some((l) => l.take > 0); }

	all() {
		for (const l of this.lines) l.take = l.left;
		this.change();
	}

	change() {
		this.key = queue.newKey(); // Another choice is another return.
		this.tried = null;
		this.wrong = null;
		this.unsure = false;
		this.draw();
		clearTimeout(this.timer);
		if (this.some) this.timer = setTimeout(() => this.ask(), 150);
	}

	body() { return { lines: this.lines.filter((l) => l.take > 0).map((l) => ({ line_id: l.line.id, quantity: quantity(l.take) })) }; }

	async ask() {
		const { key } = this;
		try {
			const tried = await ask("POST", `/receipts/${this.receipt.id}/returns?dry_run=true`, this.body(), { key });
			if (key === this.key) this.tried = tried;
		} catch (error) {
			if (!(error instanceof Problem) && !(error instanceof Unreachable)) throw error;
			if (error instanceof Unreachable) sync.lost();
			if (key === this.key) this.wrong = error;
		}
		if (key === this.key) this.draw();
	}

	async take() {
		this.busy = true;
		this.draw();
		try {
			this.done(await ask("POST", `/receipts/${this.receipt.id}/returns`, this.body(), { key: this.key }));
		} catch (error) {
			if (!(error instanceof Problem) && !(error instanceof Unreachable)) throw error;
			bad();
			this.busy = false;
			this.wrong = error;
			this.unsure = error instanceof Unreachable; // It may have been heard: the same key asks again.
			this.draw();
		}
	}

	draw() {
		put(this.list, this.lines.map((l) => this.row(l)));
		put(this.outcome, this.said());
	}

	row(l) {
		const step = l.left % one ? l.left : one; // What is weighed comes back in one piece.
		const set = (n) => {
			l.take = Math.max(0, Math.min(l.left, n));
			this.change();
		};
		const name = lineName(l.line, this.lines.indexOf(l), this.lines);
		if (l.left === 0) return h("li", { class: "quiet" }, h("span", { class: "what" }, name), h("span", {}, say("refund.gone")));
		const single = step === l.left;
		return h("li", { class: l.take ? "taken" : "" },
			h("button", { class: "what", type: "button", role: "checkbox", "aria-checked": String(l.take > 0), onclick: () => set(l.take ? 0 : l.left) },
				h("span", { class: "box" }, l.take > 0 && icon("done")), h("span", {}, name, h("span", { class: "quiet small" }, money(l.line.net.amount), single ? "" : " · " + say("refund.left", { n: quantity(l.left) })))),
			!single && h("span", { class: "stepper" },
				h("button", { class: "button square", type: "button", "aria-label": say("refund.fewer") + ": " + name, disabled: l.take === 0, onclick: () => set(l.take - step) }, icon("minus")),
				h("output", {}, quantity(l.take)),
				h("button", { class: "button square", type: "button", "aria-label": say("refund.further") + ": " + name, disabled: l.take >= l.left, onclick: () => set(l.take + step) }, icon("plus"))));
	}

	/** said is what would come of it, and the button. */
	said() {
		if (this.lines.every((l) => l.left === 0)) return h("p", { class: "notice" }, say("refund.all_gone"));
		if (!this.some) return h("p", { class: "quiet center" }, say("refund.nothing"));
		if (this.wrong) return h("div", { class: "notice bad", role: "alert" }, h("strong", {}, this.wrong.text), this.wrong.more && h("p", {}, this.wrong.more),
			this.unsure && h("button", { class: "button main", type: "button", id: "again", disabled: this.busy, onclick: () => this.take() }, say("refund.again")));
		if (!this.tried) return h("p", { class: "quiet center" }, say("sum.counting"));
		const r = this.tried.return;
		const cash = tendered(r.tenders);
		const row = (name, value, kind = "") => h("div", { class: kind }, h("dt", {}, name), h("dd", { class: "number" }, value));
		return [h("dl", { class: "total-rows sheet" },
			r.points_back > 0 && row(say("refund.points_back"), "+" + points(r.points_back), "good"),
			r.points_taken > 0 && row(say("refund.points_taken"), "−" + points(r.points_taken), "warn"),
			r.stamps_back > 0 && row(say("refund.stamps_back"), "+" + r.stamps_back), r.stamps_taken > 0 && row(say("refund.stamps_taken"), "−" + r.stamps_taken, "warn"),
			r.cashback_taken && row(say("refund.cashback_taken"), "−" + money(r.cashback_taken.amount), "warn"),
			r.cashback_owed && row(say("refund.cashback_owed"), money(r.cashback_owed.amount), "warn"),
			r.stored_money_back.amount > 0 && row(say("refund.stored_back"), money(r.stored_money_back.amount), "good"),
			r.tenders.filter((t) => t.kind !== "points" && t.kind !== "stored_money").map((t) => row(say("tender." + (t.kind === "other" ? "rest" : t.kind)), money(t.amount.amount))),
			row(say("refund.money_back"), money(cash), "to-pay")),
		h("button", { class: "button main big", type: "button", id: "return", disabled: this.busy, onclick: () => this.take() }, cash > 0 ? say("refund.do", { sum: money(cash) }) : say("refund.do_nothing"))];
	}
}
