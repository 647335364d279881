// A plastic card is brought into the phone of the guest who is here: its points, its money and its history. A number is no
// secret, so where the card has an owner somebody shows that it is theirs: by its PIN, or by a receipt of a purchase with it.

import { ask, Problem } from "./ask.js";
import { h, put } from "./dom.js";
import { bad, good } from "./feel.js";
import { minor, points, say } from "./say.js";
import { sheet } from "./sheet.js";
import { listen } from "./wedge.js";

/** movePlastic asks for the card and what proves it. It resolves to what was moved, or null. */
export async function movePlastic(guest) {
	let stop;
	const moved = await sheet(say("move.title"), (close) => form(guest, close, (done) => { stop = done; }), "narrow");
	stop();
	return moved;
}

/** told is what the cashier hears afterwards. */
export function told(moved) {
	if (moved.already) return [say("move.already")];
	return [say("move.done"), moved.bonus > 0 ? say("move.bonus", { points: points(moved.bonus) }) : ""];
}

function entry(name, type, more = {}) {
	const field = h("input", { class: "input", id: "move-" + name, type, autocomplete: "off", ...more });
	return [field, h("div", { class: "field" }, h("label", { for: "move-" + name }, say("move." + name)), field)];
}

function form(guest, close, stops) {
	const wrong = h("p", { class: "bad", role: "alert" });
	const proofs = h("div", { class: "stack" });
	const [number, numbered] = entry("number", "text", { inputmode: "numeric", maxlength: 200, required: true, autofocus: true });
	const [pin, pinned] = entry("pin", "password", { inputmode: "numeric", maxlength: 6 });
	const [date, dated] = entry("date", "date", {});
	const [paid, summed] = entry("paid", "text", { inputmode: "decimal", maxlength: 12 });
	const go = h("button", { class: "button main big", id: "move-do" }, say("move.do"));
	stops(listen((text) => {
		number.value = text;
		put(proofs);
		wrong.textContent = "";
	}));
	number.addEventListener("input", () => put(proofs));
	const body = () => {
		const asked = { number: number.value.trim() };
		if (!proofs.isConnected || !proofs.childElementCount) return asked;
		if (pin.value) return { ...asked, pin: pin.value };
		const sum = minor(paid.value);
		return date.value && sum >= 0 ? { ...asked, receipt: { date: date.value, paid: sum } } : asked;
	};
	const prove = () => {
		put(proofs, h("p", { class: "notice" }, say("move.prove")), pinned, h("fieldset", {}, h("legend", { class: "quiet small" }, say("move.or")), h("div", { class: "pairs" }, dated, summed)));
		pin.focus();
	};
	return h("form", { class: "stack", novalidate: true, onsubmit: async (e) => {
		e.preventDefault();
		if (!number.value.trim()) return number.focus();
		go.disabled = true;
		wrong.textContent = "";
		try {
			const moved = await ask("POST", `/members/${guest.member.id}/cards/move`, body());
			good();
			return close({ ...moved, changed: !moved.already });
		} catch (error) {
			pin.value = "";
			if (error instanceof Problem && error.code === "move_proof_needed" && !proofs.childElementCount) prove();
			else {
				bad();
				wrong.textContent = error.text ?? say("failed");
			}
		}
		go.disabled = false;
	} }, h("p", { class: "quiet small" }, say("move.hint")), numbered, proofs, wrong, go);
}
