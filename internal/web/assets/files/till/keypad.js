// The keypad types into a field, as a keyboard would: what follows from it, follows from the field.

import { h, icon } from "./dom.js";
import { setup, say } from "./say.js";
import { tick } from "./feel.js";

const point = setup.lang === "ru" ? "," : ".";

/** keypad makes the twelve keys for a field. Without places there is no decimal point, but two zeros at once; for digits
    alone there is neither. */
export function keypad(field, { places = true, digits = false } = {}) {
	const type = (text) => {
		tick();
		if (field.value.length + text.length > field.maxLength && field.maxLength > 0) return;
		field.value += text;
		tell(field);
	};
	const key = (text) => h("button", { class: "key", type: "button", onclick: () => type(text) }, text);
	const erase = h("button", { class: "key", type: "button", "aria-label": say("field.erase"), onclick: () => {
		tick();
		field.value = field.value.slice(0, -1);
		tell(field);
	} }, icon("erase"));
	return h("div", { class: "keypad", role: "group", "aria-label": say("field.pad"), onpointerdown: (e) => e.target.closest(".key") && e.preventDefault() },
		[..."123456789"].map(key), digits ? h("span") : key(places ? point : "00"), key("0"), erase);
}

/** tell says that a field has changed, as typing would. */
export function tell(field) { field.dispatchEvent(new Event("input", { bubbles: true })); }
