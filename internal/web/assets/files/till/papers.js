// What a guest hands over beside the goods: coupons, which take something off, and certificates, which pay. Each can be taken
// away again, and of a certificate less than all of it can pay.

import { h, icon } from "./dom.js";
import { counted, ending, minor, money, say } from "./say.js";
import { keypad } from "./keypad.js";
import { sheet } from "./sheet.js";

/** papers shows what was handed over; nothing where nothing was. after is called when something was changed, back with a
    certificate that is to be returned, which is offered where nothing is sold. */
export function papers(basket, after, back) {
	if (!basket.coupons.length && !basket.certificates.length) return null;
	return h("ul", { class: "papers", "aria-label": say("paper.title") },
		basket.coupons.map((c, i) => coupon(c, basket.quote?.coupons?.find((q) => q.index === i), () => {
			basket.drop(basket.coupons, i);
			after();
		})),
		basket.certificates.map((c, i) => certificate(basket, c, i, after, back)));
}

function paper(kind, state, title, text, actions, remove) {
	return h("li", { class: `paper ${state}`, data: { kind } }, h("span", { class: "box" }, icon(state === "bad" ? "warn" : state === "good" ? "done" : "more")),
		h("span", { class: "paper-what" }, h("strong", {}, title), text && h("span", { class: "small" + (state === "bad" ? " bad" : " quiet") }, text)), actions,
		h("button", { class: "button square plain", type: "button", "aria-label": say("paper.remove", { name: title }), onclick: remove }, icon("close")));
}

function coupon(c, quoted, remove) {
	const name = quoted?.offer || c.card.name || say("paper.coupon");
	if (!quoted) return paper("coupon", "", name, say("paper.coupon_waits"), null, remove);
	if (quoted.applied) return paper("coupon", "good", name, say("paper.coupon_applied"), null, remove);
	return paper("coupon", "bad", name, quoted.message || quoted.explanation?.text || say("paper.coupon_not"), null, remove);
}

function certificate(basket, c, i, after, back) {
	const quoted = basket.quote?.certificates?.find((q) => q.index === i);
	const there = quoted?.balance.amount ?? c.card.worth?.amount ?? 0;
	const pays = basket.fromCertificate(i);
	const remove = () => {
		basket.drop(basket.certificates, i);
		after();
	};
	const offer = back && !basket.lines.length && there > 0 && h("button", { class: "button", type: "button", id: "take-back-" + i, onclick: () => back(c, remove) }, say("give_back.do"));
	const text = quoted?.code ? quoted.message : [say("paper.worth", { sum: money(there) }), c.card.ends_at && say("paper.until", { date: ending(c.card.ends_at) })].filter(Boolean).join(" · ");
	const change = quoted && !quoted.code && pays > 0 && h("button", { class: "button", type: "button", id: "certificate-" + i, onclick: async () => {
		const most = await howMuch(Math.min(there, basket.total - basket.fromCertificates + pays));
		if (most) {
			c.most = most;
			basket.changed();
		}
		after();
	} }, say("paper.pays", { sum: money(pays) }));
	return paper("certificate", quoted?.code ? "bad" : pays > 0 ? "good" : "", say("paper.certificate"), text, change || offer, remove);
}

/** howMuch asks how much of a certificate is to pay. It resolves to null where nothing was chosen. */
function howMuch(most) {
	return sheet(say("paper.how_much"), (close) => {
		const typed = () => minor(field.value, counted().places);
		const fits = (n) => n > 0 && n <= most;
		const wrong = h("p", { class: "bad small", role: "alert" });
		const go = h("button", { class: "button main big", id: "certificate-do", disabled: true }, say("paper.pay_do", { sum: money(0) }));
		const field = h("input", { class: "input scan", id: "certificate-sum", inputmode: "none", autocomplete: "off", maxlength: 12, autofocus: true, "aria-label": say("paper.how_much"), oninput: () => {
			const n = typed();
			wrong.textContent = n > most ? say("paper.too_much", { sum: money(most) }) : "";
			go.disabled = !fits(n);
			go.textContent = say("paper.pay_do", { sum: money(n > 0 ? n : 0) });
		} });
		return h("form", { class: "stack", onsubmit: (e) => {
			e.preventDefault();
			if (!go.disabled) close(typed());
		} }, h("p", { class: "quiet" }, say("paper.at_most", { sum: money(most) })), field, wrong, keypad(field), go,
		h("button", { class: "button", type: "button", onclick: () => close(most) }, say("paper.all_of_it", { sum: money(most) })));
	}, "narrow");
}
