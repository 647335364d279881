// The line above every screen: where one is, who works here, and the menu.

import { h, icon, put } from "./dom.js";
import { quiet, silence } from "./feel.js";
import { say, setup } from "./say.js";
import { sheet } from "./sheet.js";
import { till } from "./state.js";

/** head draws the line; screens are names of messages, here the one that is shown. */
export function head(host, { screens, here, go, cashier, leave, more }) {
	put(host, h("nav", { class: "tabs", "aria-label": say("title") },
		screens.map((name) => h("button", { class: "tab", type: "button", id: "tab-" + name, "aria-current": name === here && "page", onclick: () => go(name) }, say(name)))),
	h("div", { class: "head-place" }, h("strong", {}, till.brand), h("span", { class: "quiet small" }, [till.store?.name, till.terminal?.name].filter(Boolean).join(" · "))),
	h("div", { class: "head-who" },
		till.cashiers.length > 0 && h("button", { class: "button", type: "button", id: "who", title: say("switch_cashier"), onclick: cashier }, icon("person"), h("span", {}, till.staff?.name ?? say("nobody"))),
		h("button", { class: "button square", type: "button", id: "menu", "aria-label": say("menu"), onclick: () => menu({ cashier, leave, more }) }, icon("more"))),
	!till.livemode && h("p", { class: "notice warn test-mode" }, say("test_mode")));
}

function menu({ cashier, leave, more }) {
	return sheet(say("menu"), (close) => {
		const item = (text, act) => h("button", { class: "button", type: "button", onclick: () => {
			close();
			act();
		} }, text);
		const sound = h("input", { type: "checkbox", checked: !quiet(), onchange: () => silence(!sound.checked) });
		const theme = h("select", { class: "input", "data-theme-choice": "" }, ["auto", "light", "dark"].map((t) => h("option", { value: t === "auto" ? "" : t }, say("theme_" + t))));
		theme.value = document.documentElement.dataset.theme ?? "";
		return h("div", { class: "stack menu-list" },
			till.cashiers.length > 0 && item(say("switch_cashier"), cashier),
			more(close),
			h("label", { class: "check" }, sound, h("span", {}, say("sound"))),
			h("label", { class: "field" }, h("span", {}, say("theme")), theme),
			h("form", { method: "post", action: "/language" }, h("input", { type: "hidden", name: "back", value: "/till/" }),
				h("button", { class: "button", name: "to", value: setup.other, lang: setup.other }, setup.other_name)),
			till.staff && item(say("log_out"), leave));
	}, "narrow");
}
