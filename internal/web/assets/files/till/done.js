// What a sale came to, big and green; for a minute it can be undone with one touch.

import { h, icon, put } from "./dom.js";
import { tendered, undo } from "./commit.js";
import { lineName, money, moment, say } from "./say.js";
import { sheet } from "./sheet.js";
import { till } from "./state.js";
import { undoing } from "./undo.js";

/** done shows a result; next begins the next sale. */
export function done({ receipt, queued, basket }, next) {
	const go = h("button", { class: "button main big", type: "button", id: "next", autofocus: true, onclick: next }, say("done.next"), icon("next"));
	const box = h("div", { class: "done", role: "status" });
	queueMicrotask(() => go.focus());
	if (queued) {
		put(box, sign("done"), h("h1", {}, say("done.queued")), h("p", { class: "done-sum" }, money(basket.total)), h("p", {}, say("done.queued_hint")), h("div", { class: "done-foot" }, go));
		box.classList.add("queued");
		return box;
	}
	const t = receipt.totals;
	const said = [...(receipt.messages?.receipt ?? [])];
	const warned = receipt.messages?.cashier ?? [];
	put(box, sign("done"), h("h1", {}, say("done.title")), h("p", { class: "done-sum" }, money(t.payable.amount)),
		warned.length > 0 && h("div", { class: "notice warn" }, warned.map((text) => h("p", {}, text))),
		said.length > 0 && h("ul", { class: "done-said" }, said.map((text) => h("li", {}, text))),
		h("div", { class: "done-foot" }, go,
			h("div", { class: "row" }, undoing((key) => undo(receipt, key), (back) => undone(box, back, go)), h("button", { class: "button", type: "button", onclick: () => slip(receipt) }, icon("print"), say("done.slip")))));
	return box;
}

function sign(name) { return h("div", { class: "done-sign" }, icon(name)); }

function undone(box, back, go) {
	document.dispatchEvent(new CustomEvent("till-sold"));
	const cash = tendered(back.return.tenders);
	put(box, sign("undo"), h("h1", {}, say("done.undone")), h("p", {}, cash > 0 ? say("done.undone_hint", { sum: money(cash) }) : say("done.undone_free")),
		(back.messages?.receipt?.length ?? 0) > 0 && h("ul", { class: "done-said" }, back.messages.receipt.map((text) => h("li", {}, text))), h("div", { class: "done-foot" }, go));
	box.classList.add("undone");
	go.focus();
}

/** slip shows a receipt as it is printed, with the code by which a return finds it. */
export function slip(receipt) {
	const row = (name, sum) => h("div", {}, h("dt", {}, name), h("dd", { class: "number" }, sum));
	const t = receipt.totals;
	return sheet(receipt.number ? say("done.number", { number: receipt.number }) : say("done.slip"), () => h("div", { class: "stack" },
		h("article", { class: "slip" },
			h("strong", {}, till.brand), h("p", { class: "small" }, [till.store?.name, moment(receipt.occurred_at)].filter(Boolean).join(" · ")),
			h("dl", { class: "total-rows" }, (receipt.lines ?? []).map((l, i, all) => row(lineName(l, i, all), money(l.sum.amount))),
				t.discount.amount > 0 && row(say("sum.discount"), "−" + money(t.discount.amount)), t.points > 0 && row(say("sum.by_points"), "−" + money(t.redeemed.amount)),
				receipt.tenders.filter((p) => p.kind !== "points").map((p) => row(say("tender." + (p.kind === "other" ? "rest" : p.kind)), money(p.amount.amount)))),
			(receipt.messages?.receipt ?? []).map((text) => h("p", { class: "small" }, text)),
			h("img", { class: "slip-code", src: "/till/code/" + receipt.id, alt: receipt.id, width: 160, height: 160 }), h("p", { class: "small" }, say("done.slip_hint"))),
		h("button", { class: "button main", type: "button", onclick: () => print() }, icon("print"), say("done.print"))), "narrow");
}
