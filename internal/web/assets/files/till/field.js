// The one field of the till. What is typed into it is a sum, a guest or not yet either, and the button below always says
// which. A scanner's code goes straight through.

import { h, icon } from "./dom.js";
import { minor, money, say } from "./say.js";

/** meaning tells what was typed: "" for nothing, "sum" with its amount, "guest", or "more" where digits are missing. */
export function meaning(text) {
	const typed = text.trim();
	if (!typed) return { kind: "" };
	const bare = typed.replace(/[\s()\u00a0-]/g, "");
	if (/^\+?\d{10,}$/.test(bare) || /[^\d+.,]/.test(bare)) return { kind: "guest", scan: typed };
	const sum = minor(bare);
	const whole = bare.split(/[.,]/)[0];
	if (!bare.startsWith("+") && sum > 0 && whole.length <= 7) return { kind: "sum", sum };
	return { kind: "more" };
}

/** doing is what the button below the keys says: what comes of what was typed, or of the sale as it is. */
export function doing(typed, basket) {
	switch (typed.kind) {
		case "sum": return say(basket.lines.length ? "act.add" : "act.sum", { sum: money(typed.sum) });
		case "guest": return say("act.find");
		case "more": return say("field.more_digits");
	}
	return basket.lines.length ? say("sum.to_pay") + " " + money(basket.payable) : say("act.begin");
}

/** phone says whether a scan looks like a phone number, for offering to enrol it. */
export const phone = (scan) => /^\+?\d{10,13}$/.test(scan.replace(/[\s()\u00a0-]/g, ""));

/** makeField makes the field, its camera and what erases it. The screen keyboard stays away: the till has its own keys. */
export function makeField({ id = "scan", label, onchange, onenter, oncamera }) {
	const input = h("input", {
		class: "input scan", id, name: id, type: "text", inputmode: "none", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
		maxlength: 4096, "aria-label": label, placeholder: label, oninput: () => {
			erase.hidden = input.value === "";
			onchange();
		},
	});
	const erase = h("button", { class: "button square", type: "button", hidden: true, "aria-label": say("field.erase_all"), onclick: () => {
		set("");
		input.focus();
	} }, icon("close"));
	const camera = h("button", { class: "button square", type: "button", "aria-label": say("field.camera"), title: say("field.camera"), onclick: oncamera }, icon("camera"));
	const node = h("form", { class: "field-row", autocomplete: "off", onsubmit: (e) => {
		e.preventDefault();
		onenter();
	} }, input, erase, oncamera && camera);
	function set(text) {
		input.value = text;
		erase.hidden = text === "";
		onchange();
	}
	return { node, input, set };
}
