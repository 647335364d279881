// Goods come back. The receipt is found by its code, its number or in the list of today; before the button is touched, the
// screen says what will be given back and what will be taken back.

import { ask, Problem, Unreachable } from "./ask.js";
import { tendered } from "./commit.js";
import { h, icon, put } from "./dom.js";
import { bad, good } from "./feel.js";
import { makeField } from "./field.js";
import { keypad } from "./keypad.js";
import { bankCard } from "./reader.js";
import { Choice } from "./refund_choice.js";
import { clock, lineName, money, say } from "./say.js";
import { till } from "./state.js";
import * as sync from "./sync.js";

const receiptID = /rcp_[0-9a-z]{26}/;

/** Refund is the screen. */
export class Refund {
	constructor({ camera }) {
		this.field = makeField({ id: "receipt", label: say("refund.hint"), onchange: () => { this.go.disabled = !this.field.input.value.trim(); }, onenter: () => this.find(this.field.input.value.trim()), oncamera: camera });
		this.go = h("button", { class: "button main big", type: "button", disabled: true, onclick: () => this.find(this.field.input.value.trim()) }, say("refund.find"));
		this.notice = h("div", { class: "said", role: "alert" });
		this.list = h("section", { class: "recent" });
		this.pad = h("section", { class: "pad" }, keypad(this.field.input, { places: false }), this.go);
		this.node = h("div", { class: "sale" });
		this.home();
	}

	home() {
		put(this.notice);
		put(this.node, h("div", { class: "sale-side" }, this.field.node, this.notice, this.list), this.pad);
	}

	focus() { this.field.input.focus({ preventScroll: true }); }

	scanned(text) { if (!bankCard(text)) this.find(text); }

	/** enter shows the screen anew: the list of today. */
	async enter() {
		this.home();
		this.focus();
		if (!sync.online()) return put(this.list, h("p", { class: "notice warn" }, say("refund.offline")));
		try {
			const { items } = await ask("POST", "/receipts/search", { terminal_id: till.terminal.id, kind: "sale", limit: 12 });
			put(this.list, h("h2", {}, say("refund.recent")), items.length ? h("ul", { class: "receipts" }, items.map((r) => this.row(r)))
				: h("p", { class: "quiet" }, say("refund.recent_none")));
		} catch (error) {
			this.failed(error);
		}
	}

	row(r) {
		const names = (r.lines ?? []).map(lineName).join(", ");
		return h("li", {}, h("button", { class: "button receipt", type: "button", onclick: () => this.open(r) },
			h("span", { class: "quiet" }, clock(r.occurred_at)), h("span", { class: "receipt-what" }, names || r.number),
			r.returned?.length > 0 && h("span", { class: "tag warn" }, say("refund.part_back")), h("strong", { class: "number" }, money(r.totals.payable.amount))));
	}

	/** find takes a scanned code or a typed number to its receipt. */
	async find(text) {
		if (!text) return;
		put(this.notice);
		const id = receiptID.exec(text.toLowerCase())?.[0];
		try {
			if (id) return this.open(await ask("GET", "/receipts/" + id));
			const { items } = await ask("POST", "/receipts/search", { number: text, kind: "sale", limit: 1 });
			if (items.length) return this.open(items[0]);
			this.missing();
		} catch (error) {
			if (error instanceof Problem && error.status === 404) this.missing();
			else this.failed(error);
		}
	}

	missing() {
		bad();
		this.warn("warn", say("refund.not_found"), say("refund.not_found_hint"));
	}

	failed(error) {
		if (error instanceof Unreachable) sync.lost();
		bad();
		this.warn("bad", error.text ?? say("failed"), error.more);
	}

	warn(kind, title, text) { put(this.notice, h("div", { class: "notice " + kind }, h("strong", {}, title), text && h("p", {}, text))); }

	open(receipt) {
		this.field.set("");
		if (receipt.kind !== "sale") {
			bad();
			return this.warn("warn", say("refund.not_sale"));
		}
		const choice = new Choice(receipt, { back: () => this.enter(), done: (back) => this.finish(back) });
		put(this.node, choice.node);
	}

	finish(back) {
		good();
		document.dispatchEvent(new CustomEvent("till-sold"));
		const cash = tendered(back.return.tenders);
		const next = h("button", { class: "button main big", type: "button", id: "next", onclick: () => this.enter() }, say("refund.others"), icon("next"));
		put(this.node, h("div", { class: "done", role: "status" }, h("div", { class: "done-sign" }, icon("done")), h("h1", {}, say("refund.done")),
			h("p", { class: "done-sum" }, money(cash)), h("ul", { class: "done-said" }, (back.messages?.receipt ?? []).map((text) => h("li", {}, text))), h("div", { class: "done-foot" }, next)));
		next.focus();
	}
}
