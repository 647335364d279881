// Somebody joins at the till: a phone, a name if they like, and what they agree to: the documents in force, in the version
// that is shown, or a sentence of the till's own while there are none.

import { ask, Problem, Unreachable } from "./ask.js";
import { h, named } from "./dom.js";
import { say } from "./say.js";
import { sheet } from "./sheet.js";
import { texts } from "./texts.js";
import * as queue from "./queue.js";
import * as sync from "./sync.js";

/** join asks for the rest and enrols. It resolves to the phone that is enrolled now, or will be, or null. */
export async function join(phone) {
	const documents = await texts();
	return sheet(say("join.title"), (close) => form(phone, documents, close), "narrow");
}

const needed = ({ purpose }) => purpose !== "advertising";

/** asked are the boxes to be ticked: one a document, or the till's own two sentences. */
function asked(documents) {
	const box = (id) => h("input", { type: "checkbox", id: "join-" + id });
	if (documents.length === 0) {
		return [
			{ id: "agree", needed: true, says: say("join.agree"), agreed: ["terms", "personal_data"].map((purpose) => ({ purpose, text: say("join.agree") })) },
			{ id: "ads", needed: false, says: say("join.ads"), agreed: [{ purpose: "advertising", text: say("join.ads") }] },
		].map((one) => ({ ...one, box: box(one.id) }));
	}
	return documents.map((d) => ({
		needed: needed(d), says: say(needed(d) ? "join.agrees" : "join.agrees_too", { title: d.title }), body: d.body, box: box(d.purpose),
		agreed: [{ purpose: d.purpose, text_version: d.version, text_hash: d.hash }],
	}));
}

function consent({ box, says, body }) {
	return h("div", { class: "consent" }, h("label", { class: "check" }, box, h("span", {}, says)),
		body && h("details", {}, h("summary", {}, say("join.read")), h("div", { class: "legal", tabindex: "0" }, body)));
}

function form(phone, documents, close) {
	const key = queue.newKey();
	const wrong = h("p", { class: "bad", role: "alert" });
	const number = h("input", { class: "input", id: "join-phone", type: "tel", inputmode: "tel", autocomplete: "off", maxlength: 40, required: true, value: phone });
	const name = h("input", { class: "input", id: "join-name", autocomplete: "off", maxlength: 100, autofocus: phone !== "" });
	const boxes = asked(documents);
	const go = h("button", { class: "button main big", id: "join-do" }, say("join.do"));
	async function submit(e) {
		e.preventDefault();
		const missing = boxes.find((b) => b.needed && !b.box.checked);
		if (missing) {
			wrong.textContent = say("join.agree_needed");
			return missing.box.focus();
		}
		go.disabled = true;
		wrong.textContent = "";
		const body = enrolment(number.value.trim(), name.value.trim(), boxes.filter((b) => b.box.checked));
		try {
			await enrol(body, key);
			close(body.phone);
		} catch (error) {
			if (error instanceof Problem && error.code === "phone_taken") return close(body.phone);
			go.disabled = false;
			blame(error);
		}
	}
	/** blame says what is wrong, at the field where it is about one. */
	function blame(error) {
		wrong.textContent = error.text ?? say("failed");
		const at = error.body?.errors?.map((f) => f.pointer ?? f.location ?? "") ?? [];
		for (const [field, pointer] of [[number, "phone"], [name, "first_name"]]) {
			const faulty = at.some((a) => a.endsWith(pointer));
			field.toggleAttribute("aria-invalid", faulty);
			if (faulty) field.focus();
		}
	}
	return h("form", { class: "stack", onsubmit: submit, novalidate: true },
		h("div", { class: "field" }, h("label", { for: "join-phone" }, say("join.phone")), number),
		h("div", { class: "field" }, h("label", { for: "join-name" }, named(say("join.name"), say("join.optional"))), name),
		boxes.map(consent), wrong, go);
}

/** enrolment is the request, with what was agreed to by the hash of its text. */
function enrolment(phone, name, boxes) {
	const body = { phone, channel: "till", consents: boxes.flatMap((b) => b.agreed).map((c) => ({ ...c, granted: true, channel: "till" })) };
	if (name) body.first_name = name;
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
