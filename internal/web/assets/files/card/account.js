// What the card says beside its code. It comes with the page and is fetched again where the page was a kept one, or where
// something has happened; without a network it says of when it is.
const parts = ["bar", "worn", "account", "asked"];
const banner = () => document.getElementById("offline");

export function online(yes) {
	const at = banner();
	if (!at || at.hidden === yes) return;
	const today = new Date().toDateString() === new Date(+at.dataset.at).toDateString();
	at.querySelector(".today").hidden = !today;
	at.querySelector(".earlier").hidden = today;
	at.hidden = yes;
}

let first = true;

// account fetches the page and puts what is new into this one. Where the server shows another page instead, gone is told.
export async function account(gone) {
	try {
		const answer = await fetch("/c/", { cache: "no-store" });
		if (answer.redirected) return gone(answer.url);
		if (!answer.ok) return;
		take(await answer.text());
		online(true);
	} catch {
		online(false);
	}
}

// take puts what is new in a page into this one. A question that is read just now stays under the finger.
export function take(text) {
	const fresh = new DOMParser().parseFromString(text, "text/html");
	const root = document.documentElement, other = fresh.documentElement;
	if (root.lang !== other.lang || fresh.body.className !== document.body.className || fresh.body.dataset.version !== document.body.dataset.version ||
		fresh.getElementById("show")?.dataset.card !== document.getElementById("show").dataset.card) {
		if (navigator.serviceWorker?.controller) location.reload();
		return;
	}
	document.getElementById("show").dataset.format = fresh.getElementById("show").dataset.format;
	const before = document.getElementById("balance")?.textContent;
	for (const id of parts) {
		const from = fresh.getElementById(id), to = document.getElementById(id);
		if (!from || id === "asked" && to.open && (to.dataset.id ?? "") === (from.dataset.id ?? "") && !from.querySelector("[data-said]")) continue;
		if (to.isEqualNode(from)) continue; // What stays the same keeps the focus that it has.
		const at = to.contains(document.activeElement) && document.activeElement;
		to.replaceWith(document.adoptNode(from));
		if (at) [...from.querySelectorAll("*")].find((e) => (at.id ? e.id === at.id : e.isEqualNode(at)))?.focus({ preventScroll: true });
	}
	const balance = document.getElementById("balance");
	if (!first && balance && balance.textContent !== before) balance.classList.add("changed");
	first = false;
}

// installing offers to put the card on the first screen, from the second visit on, until somebody says no.
export function installing() {
	const visits = +(localStorage.getItem("verno.card.visits") ?? 0) + 1;
	localStorage.setItem("verno.card.visits", String(Math.min(visits, 1000)));
	const box = document.getElementById("install"), button = document.getElementById("install-now");
	if (visits < 2 || visits >= 1000 || matchMedia("(display-mode: standalone)").matches || navigator.standalone) return;
	document.getElementById("install-never").addEventListener("click", () => {
		localStorage.setItem("verno.card.visits", "1000");
		box.hidden = true;
	});
	if (/iPad|iPhone/.test(navigator.userAgent)) {
		document.getElementById("install-ios").hidden = false;
		box.hidden = false;
	}
	addEventListener("beforeinstallprompt", (event) => {
		event.preventDefault();
		box.hidden = button.hidden = false;
		button.onclick = async () => {
			box.hidden = true;
			await event.prompt();
		};
	});
}
