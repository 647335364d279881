// A sheet lies over the page until it is answered: the browser keeps the focus in it and Escape closes it.

import { h, icon } from "./dom.js";
import { say } from "./say.js";

/** free tells that nothing may lie over the till any more, and its keys go where they belong. */
export const free = () => document.dispatchEvent(new Event("till-free"));

/** sheet shows a titled dialog; make(close) gives its content, and close(value) ends it. It resolves to that value. */
export function sheet(title, make, kind = "") {
	return new Promise((resolve) => {
		const over = document.getElementById("till-over");
		let value = null;
		const close = (v = null) => {
			value = v;
			box.close();
			free();
		};
		const box = h("dialog", { class: "over " + kind, "aria-labelledby": "over-title" },
			h("header", {},
				h("h2", { id: "over-title" }, title),
				h("button", { class: "button square", type: "button", "aria-label": say("close"), onclick: () => close() }, icon("close"))),
			make(close));
		box.addEventListener("cancel", (e) => {
			e.preventDefault();
			close();
		});
		box.addEventListener("close", () => {
			box.remove();
			resolve(value);
		});
		box.addEventListener("click", (e) => e.target === box && close());
		over.append(box);
		box.showModal();
		box.querySelector("[autofocus]")?.focus();
	});
}
