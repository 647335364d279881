// Somebody joins at the till: a phone, a name if they like, and what they agree to, in the words that they hear.

import { ask, Problem, Unreachable } from "./ask.js";
import { h } from "./dom.js";
import { say } from "./say.js";
import { sheet } from "./sheet.js";
import * as queue from "./queue.js";
import * as sync from "./sync.js";

/** join asks for the rest and enrols. It resolves to the phone that is enrolled now, or will be, or null. */
export function join(phone) {
	return sheet(say("join.title"), (close) => form(phone, close), "narrow");
}

function form(phone, close) {
	const key = queue.newKey();
	const wrong = h("p", { class: "bad", role: "alert" });
	const number = h("input", { class: "input", id: "join-phone", type: "tel", inputmode: "tel", autocomplete: "off", maxlength: 40, required: true, value: phone });
	const name = h("input", { class: "input", id: "join-name", autocomplete: "off", maxlength: 100, autofocus: phone !== "" });
	const agree = h("input", { type: "checkbox", id: "join-agree" });
	const ads = h("input", { type: "checkbox", id: "join-ads" });
	const go = h("button", { class: "button main big", id: "join-do" }, say("join.do"));
	async function submit(e) {
		e.preventDefault();
		if (!agree.checked) {
			wrong.textContent = say("join.agree_needed");
			return agree.focus();
		}
		go.disabled = true;
		wrong.textContent = "";
		const body = enrolment(number.value.trim(), name.value.trim(), ads.checked);
		try {
			await enrol(body, key);
			close(body.phone);
		} catch (error) {
			if (error instanceof Problem && error.code === "phone_taken") return close(body.phone);
			wrong.textContent = error.text ?? say("failed");
			go.disabled = false;
		}
	}
	return h("form", { class: "stack", onsubmit: submit, novalidate: true },
		h("div", { class: "field" }, h("label", { for: "join-phone" }, say("join.phone")), number),
		h("div", { class: "field" }, h("label", { for: "join-name" }, say("join.name"), h("span", { class: "quiet small" }, " · " + say("join.optional"))), name),
		h("label", { class: "check" }, agree, h("span", {}, say("join.agree"))),
		h("label", { class: "check" }, ads, h("span", {}, say("join.ads"))), wrong, go);
}

/** enrolment is the request, with the very words that were agreed to; only their hash is kept. */
function enrolment(phone, name, ads) {
	const agreed = (purpose, text) => ({ purpose, granted: true, text, channel: "till" });
	const body = { phone, channel: "till", consents: [agreed("terms", say("join.agree")), agreed("personal_data", say("join.agree"))] };
	if (name) body.first_name = name;
	if (ads) body.consents.push(agreed("advertising", say("join.ads")));
	return body;
}

async function enrol(body, key) {
	if (sync.online()) {
		try {
			return await ask("POST", "/members", body, { key });
		} catch (error) {
			if (!(error instanceof Unreachable)) throw error;
			sync.lost();
		}
	}
	return sync.enrol(body, key);
}
