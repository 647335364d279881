// What a sale comes to now, beside what it came to when it was counted.

import { h } from "./dom.js";
import { figure, money, say } from "./say.js";
import { sheet } from "./sheet.js";

/** takeChanged shows both; it resolves to true where the new totals are taken. */
export function takeChanged(was, now) {
	const row = (name, a, b) => h("tr", { class: a === b ? "" : "changed" }, h("th", { scope: "row" }, name), h("td", { class: "number" }, a), h("td", { class: "number" }, a === b ? b : h("strong", {}, b)));
	return sheet(say("changed.title"), (close) => h("div", { class: "stack" }, h("p", {}, say("changed.hint")),
		h("table", {}, h("thead", {}, h("tr", {}, h("td"), h("th", { class: "number" }, say("changed.was")), h("th", { class: "number" }, say("changed.now")))),
			h("tbody", {}, row(say("sum.discount"), money(was.discount.amount), money(now.discount.amount)),
				row(say("sum.by_points"), money(was.redeemed.amount), money(now.redeemed.amount)),
				row(say("sum.earn"), figure(was.earn), figure(now.earn)), row(say("sum.to_pay"), money(was.payable.amount), money(now.payable.amount)))),
		h("button", { class: "button main big", type: "button", id: "accept", autofocus: true, onclick: () => close(true) }, say("changed.do"))), "narrow");
}
