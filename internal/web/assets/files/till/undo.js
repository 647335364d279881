// A button that takes back what was just done. It counts down a minute and is gone then.

import { h, icon } from "./dom.js";
import { bad, good } from "./feel.js";
import { say } from "./say.js";
import * as queue from "./queue.js";

const seconds = 60;

/** undoing makes the button: send(key) undoes, then(answer) shows what came of it. Its key is made once, so that a second try
    is the same. */
export function undoing(send, then) {
	let left = seconds;
	const key = queue.newKey();
	const button = h("button", { class: "button", type: "button", id: "undo", onclick: take }, icon("undo"), h("span", {}, say("done.undo_left", { n: left })));
	const timer = setInterval(() => {
		left -= 1;
		button.lastChild.textContent = say("done.undo_left", { n: left });
		if (left > 0 && (button.isConnected || left === seconds - 1)) return;
		clearInterval(timer);
		button.remove();
	}, 1000);
	async function take() {
		clearInterval(timer);
		button.disabled = true;
		try {
			const back = await send(key);
			good();
			then(back);
		} catch (error) {
			bad();
			button.disabled = false;
			button.lastChild.textContent = say("done.undo");
			button.after(h("p", { class: "notice bad", role: "alert" }, error.text ?? say("failed")));
		}
	}
	return button;
}
