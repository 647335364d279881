// What lets a guest spend more than a code that anybody could copy: the guest's own PIN, or a yes in the guest's phone.

import { ask, Problem } from "./ask.js";
import { h } from "./dom.js";
import { bad, good } from "./feel.js";
import { keypad } from "./keypad.js";
import { say } from "./say.js";
import { sheet } from "./sheet.js";

const shortest = 4;
const longest = 6;

/** ways offers what the quote says would let more be spent; prove is told which was chosen. */
export function ways(basket, prove) {
	const needs = basket.quote?.needs ?? [];
	if (!needs.length || !basket.guest?.presence) return null;
	const button = (name, label) => needs.includes(name) && h("button", { class: "button", type: "button", id: "prove-" + name, onclick: () => prove(name) }, label);
	return h("section", { class: "proof", "aria-label": say("proof.title") },
		h("p", { class: "quiet small" }, say(needs.length > 2 ? "proof.title" : "proof.code")),
		h("div", { class: "row" }, button("confirmation", say("proof.ask")), button("pin", say("proof.pin"))));
}

const sentence = (error) => error instanceof Problem && error.more && !error.text ? error.more : error.text ?? say("failed");

/** typePIN turns the till to the guest, who types the PIN. It gives a stronger identification, or null. */
export function typePIN(basket) {
	return sheet(say("proof.pin_title"), (close) => {
		const wrong = h("p", { class: "bad", role: "alert" });
		const go = h("button", { class: "button main big", disabled: true }, say("proof.pin_do"));
		const field = h("input", {
			class: "input scan", id: "guest-pin", type: "password", inputmode: "none", autocomplete: "off", maxlength: longest, autofocus: true,
			"aria-label": say("proof.pin_title"), oninput: () => {
				wrong.textContent = "";
				go.disabled = !new RegExp(`^\\d{${shortest},${longest}}$`).test(field.value);
			},
		});
		const send = async (event) => {
			event.preventDefault();
			const pin = field.value;
			if (go.disabled) return;
			field.value = "";
			go.disabled = true;
			try {
				const proved = await ask("POST", "/identifications/pin", { presence: basket.guest.presence, pin });
				good();
				close(proved);
			} catch (error) {
				bad();
				wrong.textContent = sentence(error);
				field.focus();
			}
		};
		return h("form", { class: "stack", onsubmit: send }, h("p", { class: "quiet" }, say("proof.pin_hint")), field, wrong, keypad(field, { digits: true }), go);
	}, "narrow");
}

/** askPhone asks in the guest's phone whether this purchase may be paid so, and waits. It gives the confirmation, or null. */
export function askPhone(basket) {
	let over = false;
	let asked = null;
	const done = sheet(say("proof.ask"), (close) => {
		const chosen = { points: true, stored: false };
		const wrong = h("p", { class: "bad", role: "alert" });
		const go = h("button", { class: "button main big", id: "ask-now", autofocus: true }, say("proof.ask_do"));
		const chip = (name) => h("button", { class: "chip wide", type: "button", id: "ask-" + name, "aria-pressed": String(chosen[name]), onclick: (event) => {
			chosen[name] = !chosen[name];
			event.currentTarget.setAttribute("aria-pressed", String(chosen[name]));
			go.disabled = !chosen.points && !chosen.stored;
		} }, h("span", {}, say("proof.by_" + name)));
		const form = h("form", { class: "stack", onsubmit: async (event) => {
			event.preventDefault();
			go.disabled = true;
			wrong.textContent = "";
			try {
				asked = await ask("POST", "/confirmations", {
					...basket.body(0), checkout_id: basket.key, spend_most: chosen.points, stored_money_most: chosen.stored,
				});
				waiting(form, asked, close, () => over);
			} catch (error) {
				bad();
				wrong.textContent = sentence(error);
				go.disabled = false;
			}
		} }, h("p", { class: "quiet" }, say("proof.ask_hint")), chip("points"), chip("stored"), wrong, go);
		return form;
	}, "narrow");
	return done.then((answer) => {
		over = true;
		if (!answer && asked) ask("POST", `/confirmations/${asked.id}/withdraw`).catch(() => {}); // The question ends by itself too.
		return answer;
	});
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** waiting asks once a second what the guest has said. A network that is away for a moment is no answer. */
async function waiting(form, asked, close, over) {
	const left = h("strong", { class: "number" });
	const word = h("p", { role: "status" }, say("proof.waiting"));
	form.replaceChildren(word, h("p", { class: "quiet small" }, say("proof.waiting_hint")), h("p", { class: "center" }, left),
		h("button", { class: "button", type: "button", id: "ask-end", autofocus: true, onclick: () => close() }, say("proof.end")));
	const until = new Date(asked.expires_at) - 0;
	while (!over()) {
		left.textContent = say("proof.left", { n: Math.max(0, Math.ceil((until - Date.now()) / 1000)) });
		await pause(1000);
		let answer;
		try {
			if (!over()) answer = await ask("GET", "/confirmations/" + asked.id);
		} catch (error) {
			if (!(error instanceof Problem) || error.status >= 500) continue;
			return ended(form, sentence(error), close);
		}
		if (over() || !answer) return;
		if (answer.state === "confirmed") {
			good();
			return close(answer);
		}
		if (answer.state !== "waiting") return ended(form, say("proof.said_" + (answer.state === "refused" ? "no" : "late")), close);
	}
}

/** ended says that there will be no yes. */
function ended(form, text, close) {
	bad();
	form.replaceChildren(h("p", { class: "notice warn", id: "ask-over", role: "alert" }, text),
		h("button", { class: "button main big", type: "button", onclick: () => close() }, say("proof.well")));
	form.querySelector("button").focus();
}
