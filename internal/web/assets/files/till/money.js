// What the sale comes to, and how much of it points and stored money pay.

import { h, icon } from "./dom.js";
import { counted, figure, lineName, minor, money, points, say, share } from "./say.js";
import { keypad } from "./keypad.js";
import { cost, one, quantity } from "./quantity.js";
import { sheet } from "./sheet.js";

/** sum shows the lines and the total of a basket; change opens a line, add asks for goods. */
export function sum(basket, { remove, change, add, clear }) {
	const q = basket.quote;
	const t = q?.totals;
	const rows = [];
	const goods = basket.lines.length > 1 || basket.lines.some((l) => l.name || l.quantity !== one);
	const lines = goods && h("ol", { class: "lines" }, basket.lines.map((l, i) => h("li", {},
		h("button", { class: "line", type: "button", id: "line-" + i, onclick: () => change(i) },
			h("span", { class: l.name ? "" : "quiet" }, lineName(l, i, basket.lines)),
			l.quantity !== one && h("span", { class: "quiet small" }, quantity(l.quantity), " × ", money(l.price))),
		h("span", { class: "number" }, money(cost(l))),
		h("button", { class: "button square plain", type: "button", "aria-label": say("sum.remove", { n: l.name || i + 1 }), onclick: () => remove(i) }, icon("close")))));
	if (t?.discount.amount > 0 || t?.points > 0 || basket.payable < basket.total || basket.lines.length > 1) rows.push(row(say("sum.lines"), money(basket.gross)));
	if (t?.discount.amount > 0) rows.push(row(say("sum.discount"), "−" + money(t.discount.amount), "good"));
	if (t?.points > 0) rows.push(row(say("sum.by_points"), "−" + money(t.redeemed.amount), "good"));
	if (basket.fromCertificates > 0) rows.push(row(say("paper.certificates"), "−" + money(basket.fromCertificates), "good"));
	if (basket.fromStored > 0) rows.push(row(say("spend.stored"), "−" + money(basket.fromStored), "good"));
	return h("div", { class: "total" + (basket.asking ? " busy" : "") }, lines,
		h("dl", { class: "total-rows" }, rows, row(say("sum.to_pay"), money(basket.payable), "to-pay")),
		h("div", { class: "row apart total-foot" },
			h("span", { class: "earn", "aria-live": "polite" }, earn(basket)),
			h("span", { class: "row" }, addButton(add), h("button", { class: "button plain", type: "button", onclick: clear }, say("sum.clear")))));
}

/** addButton asks for goods by their name. */
export function addButton(add) {
	return h("button", { class: "button plain", type: "button", id: "add-item", onclick: add }, icon("plus"), say("item.add"));
}

function row(name, value, kind = "") {
	return h("div", { class: kind }, h("dt", {}, name), h("dd", { class: "number" }, value));
}

function earn(basket) {
	if (basket.quote && basket.guest) {
		const { earn: n, cashback } = basket.quote.totals;
		return [say("sum.earn"), " ", h("strong", {}, points(n)), cashback && [" · ", h("strong", {}, say("sum.cashback", { sum: money(cashback.amount) }))]];
	}
	if (basket.asking) return h("span", { class: "quiet" }, say("sum.counting"));
	if (!basket.quote && !basket.trouble) return h("span", { class: "warn" }, say("sum.estimate"));
	return "";
}

/** spend lets the guest choose how many points pay; nothing where there are none to choose of. */
export function spend(basket) {
	if (!basket.guest || !basket.lines.length) return null;
	if (!basket.guest.member || !basket.quote && !basket.asking && !basket.trouble) return h("p", { class: "quiet small" }, say("spend.offline"));
	if (basket.guest.method === "confirmed") return h("p", { class: "good", id: "confirmed" }, say("proof.agreed"));
	const most = basket.most;
	const stored = basket.quote?.stored_money_max.amount ?? 0;
	if (!most && !stored) return basket.quote && !basket.guest.member.frozen ? h("p", { class: "quiet small" }, say("spend.nothing")) : null;
	const { how } = basket.spend;
	const chip = (name, label, value, choose) => h("button", { class: "chip", type: "button", "aria-pressed": String(how === name), id: "spend-" + name, onclick: choose },
		h("span", {}, label), value && h("strong", {}, value));
	const chips = most > 0 && h("div", { class: "chips", role: "group", "aria-label": say("spend.title") },
		chip("none", say("spend.none"), "0", () => basket.choose("none")),
		[["quarter", 1 / 4], ["half", 1 / 2]].filter(([, part]) => basket.share(part) > 0 && basket.share(part) < most)
			.map(([name, part]) => chip(name, share(part), figure(basket.share(part)), () => basket.choose(name))),
		chip("most", say("spend.max"), figure(most), () => basket.choose("most")),
		chip("own", say("spend.own"), how === "own" ? figure(basket.spend.points) : "…", () => own(basket, most)));
	return h("section", { class: "spend", "aria-label": say("spend.title") },
		most > 0 && h("h2", {}, say("spend.title")), chips,
		stored > 0 && h("button", { class: "chip wide", type: "button", id: "spend-stored", "aria-pressed": String(basket.stored), onclick: () => {
			basket.stored = !basket.stored;
			basket.changed();
		} }, h("span", {}, say("spend.stored")), h("strong", {}, say("spend.stored_use", { sum: money(stored) }))));
}

/** own asks on a pad how many points to spend. */
async function own(basket, most) {
	const chosen = await sheet(say("spend.own_title"), (close) => {
		const wrong = h("p", { class: "bad small", role: "alert" });
		const typed = () => minor(field.value, counted().scale);
		const go = h("button", { class: "button main big", disabled: true }, say("spend.own_do", { points: points(0) }));
		const field = h("input", { class: "input scan", id: "own-points", inputmode: "none", autocomplete: "off", maxlength: 12, autofocus: true, "aria-label": say("spend.own_title"), oninput: () => {
			const n = typed();
			wrong.textContent = n > most ? say("spend.too_much", { points: points(most) }) : "";
			go.disabled = !(n > 0 && n <= most);
			go.textContent = say("spend.own_do", { points: points(n > 0 ? n : 0) });
		} });
		return h("form", { class: "stack", onsubmit: (e) => {
			e.preventDefault();
			if (!go.disabled) close(typed());
		} }, h("p", { class: "quiet" }, say("spend.own_limit", { points: points(most) })), field, wrong, keypad(field, { places: counted().scale > 0 }), go);
	}, "narrow");
	if (chosen) basket.choose("own", chosen);
}

/** pay are the ways by which the rest is paid, each one touch away from done. */
export function pay(basket, busy, choose) {
	const blocked = busy || basket.asking || !basket.lines.length;
	const button = (kind, label, main) => h("button", {
		class: "button pay" + (main ? " main" : ""), type: "button", id: "pay-" + kind, disabled: blocked, onclick: () => choose(kind),
	}, h("span", {}, label), h("strong", {}, money(basket.payable)));
	if (basket.payable <= 0) {
		const paid = basket.fromStored + basket.fromCertificates;
		const label = basket.fromCertificates > 0 ? say("paper.pay") : paid > 0 ? say("pay.stored") : say("pay.free");
		return [h("button", { class: "button main pay", type: "button", id: "pay-free", disabled: blocked, onclick: () => choose("cash") },
			h("span", {}, label), paid > 0 && h("strong", {}, money(paid)))];
	}
	return [button("card", say("pay.card"), true), button("cash", say("pay.cash"), true), button("other", say("pay.rest"), false)];
}
