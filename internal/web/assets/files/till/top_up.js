// Money is paid in: onto a guest's card, or for a gift card that nobody has bought yet.

import { ask } from "./ask.js";
import { h, put } from "./dom.js";
import { inCurrency } from "./commit.js";
import { giftLink } from "./gift_link.js";
import { keypad } from "./keypad.js";
import { counted, decimal, minor, money, say } from "./say.js";
import { sheet } from "./sheet.js";
import { bad, good } from "./feel.js";
import * as queue from "./queue.js";

/** topUp asks how much and how it is paid. It resolves to the answer, or null where nothing was paid in. */
export function topUp(guest) {
	return sheet(say("top.title"), (close) => form({
		hint: say("top.hint"), title: say("top.title"), ways: ["card", "cash"],
		send: (amount, tender, key) => ask("POST", "/top_ups", { presence: guest.presence, amount, tender }, { key }),
		told: (done) => [say("top.done"), say("top.balance", { sum: money(done.balance.amount) })],
	}, close), "narrow");
}

/** sellGift sells a gift card that hung in the shop: for money, or for points of the guest where it can be had for them. It
    resolves to the card, with whether the guest's account was changed, or to null. */
export function sellGift(scan, card, guest) {
	const forPoints = card.for_points && guest?.presence;
	return sheet(card.name || say("gift.title"), (close) => form({
		hint: say(card.for_points && !forPoints ? "gift.hint_guest" : "gift.hint"), title: say("gift.worth"), first: card.offered?.amount,
		ways: ["card", "cash", ...(forPoints ? ["points"] : [])],
		send: (amount, tender, key) => ask("POST", "/certificates", { scan, amount, tender, ...(tender === "points" ? { presence: guest.presence } : {}) }, { key }).then((done) => ({ ...done, changed: tender === "points" })),
		told: (done) => [say("gift.done"), say("gift.balance", { sum: money(done.balance.amount) })], then: giftLink,
	}, close), "narrow");
}

/** form asks for a sum and a way to pay it. What was begun under one key is asked again under the same, until the sum or the
    way is another. */
function form({ hint, title, first, ways, send, told, then = () => null }, close) {
	let key = queue.newKey();
	let asked = "";
	const box = h("div", { class: "stack" });
	const wrong = h("p", { class: "bad", role: "alert" });
	const buttons = ways.map((tender) =>
		h("button", { class: "button main pay", type: "button", id: "top-" + tender, onclick: () => go(tender) }, h("span", {}, say(tender === "points" ? "gift.points" : "pay." + tender)), h("strong", {})));
	const field = h("input", { class: "input scan", id: "top-sum", inputmode: "none", autocomplete: "off", maxlength: 10, autofocus: true, "aria-label": title, oninput: () => {
		wrong.textContent = "";
		offer(!(minor(field.value) > 0));
	} });
	if (first) field.value = decimal(first, counted().places).replace(/\.0+$/, "");
	function offer(disabled) {
		for (const b of buttons) {
			b.disabled = disabled;
			b.lastChild.textContent = disabled || b.id === "top-points" ? "" : money(minor(field.value));
		}
	}
	async function go(tender) {
		const amount = minor(field.value);
		if (asked && asked !== amount + tender) key = queue.newKey();
		asked = amount + tender;
		offer(true);
		try {
			const done = await send(inCurrency(amount), tender, key);
			good();
			const [said, more] = told(done);
			put(box, h("div", { class: "notice good", role: "status" }, h("strong", {}, said), h("p", {}, more)), then(done),
				h("button", { class: "button main big", type: "button", autofocus: true, onclick: () => close(done) }, say("close")));
			box.querySelector("[autofocus]").focus();
		} catch (error) {
			bad();
			wrong.textContent = error.text ?? say("failed");
			offer(false);
		}
	}
	offer(!first);
	put(box, h("p", { class: "quiet small" }, hint), field, wrong, keypad(field), h("div", { class: "pays" }, buttons));
	return box;
}
