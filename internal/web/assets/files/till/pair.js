// The first screen of a new till: the code from the desk, typed or brought along by the QR code there (#pair=12345678).

import { h, put } from "./dom.js";
import { keypad } from "./keypad.js";
import { ask, Problem } from "./ask.js";
import { say, setup } from "./say.js";

/** pair draws the screen and resolves when this browser is a till. */
export function pair(host) {
	return new Promise((resolve) => {
		const wrong = h("p", { class: "bad", role: "alert" });
		const code = h("input", {
			class: "input scan", id: "code", inputmode: "none", autocomplete: "off", maxlength: 8, pattern: "[0-9]{8}", autofocus: true,
			"aria-describedby": "code-hint", oninput: () => {
				code.value = code.value.replace(/\D/g, "").slice(0, 8);
				wrong.textContent = "";
				go.disabled = code.value.length !== 8;
			},
		});
		const go = h("button", { class: "button main big", disabled: true }, say("pair.do"));
		const form = h("form", { class: "sheet stack pair", onsubmit: (e) => {
			e.preventDefault();
			join();
		} },
			h("h1", {}, say("pair.title")),
			h("p", { class: "quiet", id: "code-hint" }, say("pair.hint")),
			h("div", { class: "field" }, h("label", { for: "code" }, say("pair.code")), code), wrong,
			keypad(code, { places: false }), go);
		async function join() {
			go.disabled = true;
			try {
				await ask("POST", "/terminals/pair", { code: code.value });
				resolve();
			} catch (error) {
				wrong.textContent = error instanceof Problem && error.code === "pairing_failed" ? say("pair.wrong") : error.text;
				code.value = "";
				code.focus();
			}
		}
		put(host, form, h("form", { class: "center", method: "post", action: "/language" }, h("input", { type: "hidden", name: "back", value: "/till/" }),
			h("button", { class: "button plain", name: "to", value: setup.other, lang: setup.other }, setup.other_name)));
		code.focus();
		function brought() {
			const found = /^#pair=(\d{8})$/.exec(location.hash);
			if (!found) return;
			history.replaceState(null, "", location.pathname);
			code.value = found[1];
			join();
		}
		addEventListener("hashchange", brought);
		brought();
	});
}
