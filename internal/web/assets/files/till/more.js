// What the till's menu has beside its own: the list of what was handed in, the scanner's settings, the training.

import { h } from "./dom.js";
import { installable } from "./device.js";
import { journal } from "./journal.js";
import { say } from "./say.js";
import { sheet } from "./sheet.js";
import * as training from "./training.js";
import { settingsForm } from "./wedge.js";

/** more makes the buttons; close shuts the menu that they stand in. */
export function more(close) {
	const item = (id, text, act) => h("button", { class: "button", type: "button", id, onclick: () => {
		close();
		act();
	} }, text);
	return [
		item("show-journal", say("offline.list"), journal), item("show-scanner", say("scanner.title"), scanner),
		install(item), training.on() ? item("end-training", say("training.leave"), training.leave) : item("show-training", say("training.enter"), offer),
	];
}

function install(item) {
	const how = installable();
	if (how === "by hand") return h("p", { class: "quiet small" }, say("install.by_hand"));
	return how && item("install", say("install.do"), how);
}

async function scanner() {
	let stop;
	await sheet(say("scanner.title"), () => {
		const form = h("div", { class: "stack" });
		stop = settingsForm(form, say);
		return h("div", { class: "stack" }, h("p", { class: "quiet small" }, say("scanner.hint")), form);
	}, "narrow");
	stop();
}

/** offer says what training is before it begins. */
function offer() {
	return sheet(say("training.on"), () => h("div", { class: "stack" }, h("p", {}, say("training.hint")),
		h("button", { class: "button main big", type: "button", id: "train", autofocus: true, onclick: training.enter }, say("training.enter"))), "narrow");
}
