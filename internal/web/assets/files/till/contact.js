// The card of an employee: whom it introduces. Nothing is moved by it. Its code is the contact itself, as phones take it, so that
// it is read here without asking anybody.

import { h } from "./dom.js";
import { say } from "./say.js";
import { sheet } from "./sheet.js";

const pause = 1500; // milliseconds, after which no more lines of a contact are to come
let lines = [];
let last = 0;

/** gather joins the lines of a contact, which some scanners hand in one by one. It gives what was scanned, or null while more
    is to come. */
export function gather(text, now = Date.now()) {
	const going = lines.length > 0 && now - last < pause;
	if (!/^BEGIN:VCARD/i.test(text) && !going) return text;
	lines = going ? [...lines, text] : [text];
	last = now;
	if (!/END:VCARD\s*$/i.test(text)) return null;
	const all = lines.join("\n");
	lines = [];
	return all;
}

/** parse reads the contact of a code; null where it is none. */
export function parse(text) {
	if (!/^BEGIN:VCARD/i.test(text)) return null;
	const found = {};
	for (const m of text.matchAll(/^([A-Z]+)(?:;[^:\r\n]*)?:(.*)$/gim)) {
		const field = fields[m[1].toUpperCase()];
		if (field) found[field] ??= m[2].replace(/\\n/gi, " ").replace(/\\(.)/g, "$1").trim().slice(0, 200);
	}
	return found.name ? found : null;
}

const fields = { FN: "name", ORG: "company", TITLE: "post", TEL: "phone", EMAIL: "email", URL: "site" };

/** contact shows whom a card introduces. */
export function contact(who) {
	const part = (name) => who[name] && h("div", {}, h("dt", {}, say("contact." + name)), h("dd", {}, who[name]));
	return sheet(who.name, () => h("div", { class: "stack contact" },
		h("p", { class: "quiet" }, [who.post, who.department, who.company].filter(Boolean).join(" · ")),
		h("dl", { class: "contact-parts" }, part("phone"), part("email"), part("site")),
		h("p", { class: "quiet small" }, say("contact.hint"))), "narrow");
}
