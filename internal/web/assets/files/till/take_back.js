// A certificate is given back of which nothing is spent: the sheet that asks, and says how its money is paid out.

import { ask } from "./ask.js";
import { h, put } from "./dom.js";
import { bad, good } from "./feel.js";
import * as queue from "./queue.js";
import { money, say } from "./say.js";
import { sheet } from "./sheet.js";

/** takeBack asks whether a certificate comes back, and calls remove once it has. What was asked once is asked again under the
    same key, so that a guest gets the money once. */
export function takeBack(card, remove) {
	const key = queue.newKey();
	return sheet(say("give_back.title"), (close) => {
		const box = h("div", { class: "stack" });
		const wrong = h("p", { class: "bad", role: "alert" });
		const go = h("button", { class: "button main big", type: "button", id: "take-back-do", autofocus: true, onclick: async () => {
			go.disabled = true;
			wrong.textContent = "";
			try {
				const back = await ask("POST", `/certificates/${card.id}/return`, {}, { key });
				good();
				remove();
				put(box, h("div", { class: "notice good", role: "status" }, h("strong", {}, say("give_back.done")), h("p", {}, paidOut(back))),
					h("button", { class: "button main big", type: "button", id: "take-back-done", onclick: () => close(back) }, say("close")));
				box.querySelector("button").focus();
			} catch (error) {
				bad();
				wrong.textContent = error.text ?? say("failed");
				go.disabled = false;
			}
		} }, say("give_back.do"));
		put(box, h("p", { class: "quiet" }, say("give_back.hint")), wrong, go);
		return box;
	}, "narrow");
}

/** paidOut says how the guest gets back what the certificate had cost. */
function paidOut(back) {
	if (back.tender === "points") return say("give_back.points");
	if (!back.tender) return say("give_back.receipt");
	return say("give_back." + (back.tender === "other" ? "rest" : back.tender), { sum: money(back.refund.amount) });
}
