// A gift card that was just sold is brought into a phone: by a code on this screen, or by a message to whoever is given it.

import { ask, post } from "./ask.js";
import { h, put } from "./dom.js";
import { bad, good } from "./feel.js";
import * as queue from "./queue.js";
import { say } from "./say.js";
import { till } from "./state.js";

/** giftLink offers the ways that there are. What was asked once is asked again under the same key, until it is another thing. */
export function giftLink(card) {
	const keys = new Map();
	const said = h("div", { class: "stack", role: "status" });
	const wrong = h("p", { class: "bad", role: "alert" });
	async function go(button, channel, to) {
		const what = channel + " " + to;
		if (!keys.has(what)) keys.set(what, queue.newKey());
		wrong.textContent = "";
		button.disabled = true;
		try {
			const link = await ask("POST", `/certificates/${card.id}/link`, { channel, ...(to ? { to } : {}) }, { key: keys.get(what) });
			put(said, link.path ? await code(link.path) : h("p", { class: "notice good" }, say("gift.sent", { to })));
			show.hidden = Boolean(link.path);
			good();
		} catch (error) {
			bad();
			wrong.textContent = error.text ?? say("failed");
		}
		button.disabled = false;
	}
	const show = h("button", { class: "button", type: "button", id: "gift-show", onclick: () => go(show, "screen", "") }, say("gift.show"));
	const send = h("button", { class: "button" }, say("gift.send"));
	const field = h("input", { class: "input", id: "gift-to", autocomplete: "off", maxlength: 254, required: true, "aria-label": say("gift.to"), placeholder: say("gift.to") });
	return h("section", { class: "stack", "aria-label": say("gift.link") }, h("h3", {}, say("gift.link")), said, wrong, show,
		till.sends?.length > 0 && h("form", { class: "stack", onsubmit: (e) => {
			e.preventDefault();
			const to = field.value.trim();
			if (to) go(send, to.includes("@") ? "email" : "sms", to);
		} }, field, send));
}

/** code is the address as a code, for the phone that is to have the card. */
async function code(path) {
	const { svg } = await post("link_code", { path });
	return h("div", { class: "slip" }, h("img", { class: "slip-code", id: "gift-code", src: "data:image/svg+xml," + encodeURIComponent(svg), alt: say("gift.code"), width: 220, height: 220 }), h("p", { class: "small" }, say("gift.scan")));
}
