// One line of goods: what it is, what a piece costs, and how many.

import { h, named } from "./dom.js";
import { cost, one, quantity } from "./quantity.js";
import { counted, decimal, minor, money, say } from "./say.js";
import { sheet } from "./sheet.js";

const comma = (text) => (document.documentElement.lang === "ru" ? text.replace(".", ",") : text);

/** item asks for a line, or shows one to be changed. It resolves to the line, to "out" where it is to go, or to null. */
export function item(line) {
	return sheet(say(line ? "item.change" : "item.title"), (close) => form(line, close), "narrow");
}

function form(line, close) {
	const input = (id, value, attrs) => h("input", { class: "input", id, value, autocomplete: "off", ...attrs });
	const name = input("item-name", line?.name ?? "", { maxlength: 200, autofocus: true });
	const price = input("item-price", line ? comma(decimal(line.price, counted().places)) : "", { inputmode: "decimal", maxlength: 12, "aria-describedby": "item-wrong", oninput: look });
	const count = input("item-count", comma(line ? quantity(line.quantity) : "1"), { inputmode: "decimal", maxlength: 9, "aria-describedby": "item-wrong", oninput: look });
	const wrong = h("p", { class: "bad", role: "alert", id: "item-wrong" });
	const go = h("button", { class: "button main big", id: "item-do" });
	const typed = () => ({ ...line, name: name.value.trim(), price: minor(price.value), quantity: minor(count.value, 3) });
	function look() {
		const sum = cost(typed());
		go.textContent = sum > 0 ? say(line ? "item.save" : "act.add", { sum: money(sum) }) : say("item.do");
		wrong.textContent = "";
	}
	function submit(e) {
		e.preventDefault();
		const made = typed();
		const fault = !(made.price > 0) ? ["item.no_price", price] : !(made.quantity > 0 && made.quantity <= 9999 * one) ? ["item.no_count", count] : null;
		if (!fault) return close(made);
		wrong.textContent = say(fault[0]);
		for (const field of [price, count]) field.toggleAttribute("aria-invalid", field === fault[1]);
		fault[1].focus();
	}
	look();
	const field = (label, of) => h("div", { class: "field" }, h("label", { for: of.id }, label), of);
	return h("form", { class: "stack", novalidate: true, onsubmit: submit },
		field(named(say("item.name"), say("join.optional")), name),
		h("div", { class: "pair" }, field(say("item.price"), price), field(say("item.count"), count)), wrong, go,
		line && h("button", { class: "button", type: "button", id: "item-out", onclick: () => close("out") }, say("item.out")));
}
