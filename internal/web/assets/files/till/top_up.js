// Stored money is put on a guest's card.

import { ask } from "./ask.js";
import { h, put } from "./dom.js";
import { inCurrency } from "./commit.js";
import { keypad } from "./keypad.js";
import { minor, money, say } from "./say.js";
import { sheet } from "./sheet.js";
import { good } from "./feel.js";
import * as queue from "./queue.js";

/** topUp asks how much and how it is paid. It resolves to the answer, or null where nothing was paid in. */
export function topUp(guest) {
	return sheet(say("top.title"), (close) => form(guest, close), "narrow");
}

function form(guest, close) {
	const key = queue.newKey();
	const box = h("div", { class: "stack" });
	const wrong = h("p", { class: "bad", role: "alert" });
	const buttons = [["card", say("pay.card")], ["cash", say("pay.cash")]].map(([tender, label]) =>
		h("button", { class: "button main pay", type: "button", id: "top-" + tender, disabled: true, onclick: () => go(tender) }, h("span", {}, label), h("strong", {})));
	const field = h("input", { class: "input scan", id: "top-sum", inputmode: "none", autocomplete: "off", maxlength: 10, autofocus: true, "aria-label": say("top.title"), oninput: () => {
		wrong.textContent = "";
		offer(!(minor(field.value) > 0));
	} });
	function offer(disabled) {
		for (const b of buttons) {
			b.disabled = disabled;
			b.lastChild.textContent = disabled ? "" : money(minor(field.value));
		}
	}
	async function go(tender) {
		offer(true);
		try {
			const done = await ask("POST", "/top_ups", { presence: guest.presence, amount: inCurrency(minor(field.value)), tender }, { key });
			good();
			put(box, h("div", { class: "notice good", role: "status" }, h("strong", {}, say("top.done")), h("p", {}, say("top.balance", { sum: money(done.balance.amount) }))),
				h("button", { class: "button main big", type: "button", autofocus: true, onclick: () => close(done) }, say("close")));
			box.querySelector("button").focus();
		} catch (error) {
			wrong.textContent = error.text ?? say("failed");
			offer(false);
		}
	}
	put(box, h("p", { class: "quiet small" }, say("top.hint")), field, wrong, keypad(field), h("div", { class: "pays" }, buttons));
	return box;
}
