// The question of a till lies over the card until it is answered, taken back, or two minutes have passed.
import { take } from "./account.js";

// Who is about to tap something else must not say yes: what has just come up hears no finger for a moment.
const deaf = 700;

const box = () => document.getElementById("asked");
let shown; // the question that is on the screen
let since = 0, timer;

// asked brings up what the page has to ask or to say. skew is how wrong the clock of this phone is.
export function asked(skew) {
	const at = box(), said = at.querySelector("[data-said]");
	const { id, until } = at.dataset;
	clearInterval(timer);
	if (!(id && +until > Date.now() + skew) && !said) {
		shown = undefined;
		if (at.open) at.close();
		return;
	}
	if (id && id === shown && at.open) return;
	if (!at.open) at.showModal();
	at.addEventListener("cancel", (event) => id && event.preventDefault());
	if (!id) return;
	shown = id;
	since = performance.now();
	if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([80, 60, 80]);
	const left = at.querySelector("#asked-left");
	const count = () => {
		const seconds = Math.max(0, Math.ceil((+until - Date.now() - skew) / 1000));
		left.textContent = at.dataset.left.replace("{n}", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
		if (seconds > 0) return;
		clearInterval(timer);
		at.close();
	};
	count();
	timer = setInterval(count, 1000);
}

// answering sends the answer without leaving the card. Where the network fails, the form does it by itself.
export function answering(gone, skew) {
	document.addEventListener("submit", async (event) => {
		const form = event.target;
		if (!box().contains(form) || form.method !== "post") return;
		event.preventDefault();
		const button = event.submitter;
		if (!button || performance.now() - since < deaf || form.dataset.sent) return;
		form.dataset.sent = "1";
		const body = new URLSearchParams(new FormData(form));
		body.set(button.name, button.value);
		button.setAttribute("aria-busy", "true");
		try {
			const answer = await fetch(form.action, { method: "POST", body });
			if (!answer.ok || new URL(answer.url).pathname !== "/c/") return gone(answer.url);
			take(await answer.text());
			asked(skew());
		} catch {
			delete form.dataset.sent;
			button.removeAttribute("aria-busy");
		}
	});
}
