// The bank card with which a guest pays, as the bank's terminal or the program beside it hands it over. It finds the guest who
// has registered it, and the guest who is here can register it. It proves little: whoever found the card has it too.

import { ask, Problem, Unreachable } from "./ask.js";
import { h } from "./dom.js";
import { bad, good } from "./feel.js";
import { typePIN } from "./proof.js";
import { say } from "./say.js";
import { sheet } from "./sheet.js";
import { till } from "./state.js";
import * as sync from "./sync.js";

/** last is by which people tell the card from others, as it stands behind a word; empty where it was not told. */
export const last = (card) => (card.last ? "\u00a0•\u00a0" + card.last : "");

/** proved says whether a guest has shown more than anybody could copy. */
const proved = (guest) => guest.strong && guest.method !== "confirmed";

/** beside looks at a bank card while a guest is here, who stays: it is the guest's, or another's, or nobody's yet. */
export async function beside(sale, card) {
	const { basket } = sale;
	const { guest } = basket;
	if (!sync.online() || !guest.presence) return;
	try {
		const who = await ask("POST", "/identifications", { scan: card.scan });
		if (basket.guest === guest && who.member?.id !== guest.member?.id) sale.say("warn", say("bank.anothers"));
	} catch (error) {
		if (error instanceof Unreachable) return sync.lost();
		if (!(error instanceof Problem)) throw error;
		if (error.code !== "card_not_usable") return sale.unknown("", error);
		basket.bank = card;
		sale.draw();
	}
}

/** register has the guest agree, and be known by the card from then on. It resolves to what was registered, or null. */
export async function register(basket) {
	if (!proved(basket.guest)) {
		if (!await sheet(say("bank.title"), (close) => h("div", { class: "stack" }, h("p", {}, say("bank.proof")),
			h("button", { class: "button main big", type: "button", id: "bank-pin", autofocus: true, onclick: () => close(true) }, say("bank.pin"))), "narrow")) return null;
		const by = await typePIN(basket);
		if (!by) return null;
		basket.prove(by);
	}
	const made = await sheet(say("bank.title"), (close) => form(basket.guest, basket.bank, close), "narrow");
	if (made) {
		basket.bank = null;
		basket.changed();
	}
	return made;
}

function form(guest, card, close) {
	const wrong = h("p", { class: "bad", role: "alert" });
	const text = say("bank.consent", { last: last(card), brand: till.brand });
	const yes = h("input", { type: "checkbox", id: "bank-yes", autofocus: true, onchange: () => { go.disabled = !yes.checked; } });
	const go = h("button", { class: "button main big", id: "bank-do", disabled: true }, say("bank.do"));
	return h("form", { class: "stack", onsubmit: async (event) => {
		event.preventDefault();
		go.disabled = true;
		wrong.textContent = "";
		try {
			const made = await ask("POST", `/members/${guest.member.id}/payment_cards`, {
				token: card.token, scheme: card.scheme, ...(card.last ? { last_four: card.last } : {}), presence: guest.presence, consent: { text },
			});
			good();
			close(made);
		} catch (error) {
			bad();
			wrong.textContent = error.text ?? say("failed");
			go.disabled = !yes.checked;
		}
	} }, h("p", { class: "notice" }, text), h("label", { class: "check" }, yes, h("span", {}, say("bank.agrees"))), wrong, go);
}
