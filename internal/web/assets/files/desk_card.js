// The designer of cards: fields are dragged to their places, and what was done can be undone. Without this script the
// arrows move fields, and a saved draft is as it was saved.
// Dragging names the place where a field was dropped, and presses the button that moves it there.
let held = null;
function rowUnder(event) { return event.target.closest?.(".card-row"); }
function unmark() {
	for (const marked of document.querySelectorAll("#rows .over, #rows .before")) marked.classList.remove("over", "before");
}
function arm() {
	for (const row of document.querySelectorAll("#rows .card-row")) row.draggable = !row.querySelector("details[open]");
}
document.addEventListener("toggle", arm, true);
document.addEventListener("dragstart", (event) => {
	held = rowUnder(event);
	if (!held) return;
	event.dataTransfer.effectAllowed = "move";
	event.dataTransfer.setData("text/plain", held.dataset.row);
	held.classList.add("held");
});
document.addEventListener("dragend", () => {
	held?.classList.remove("held");
	held = null;
	unmark();
});
document.addEventListener("dragover", (event) => {
	const area = event.target.closest?.(".card-area");
	if (!held || !area) return;
	event.preventDefault();
	unmark();
	area.classList.add("over");
	rowUnder(event)?.classList.add("before");
});
document.addEventListener("drop", (event) => {
	const area = event.target.closest?.(".card-area");
	if (!held || !area) return;
	event.preventDefault();
	const rows = [...area.querySelectorAll(".card-row")].filter((row) => row !== held);
	const over = rowUnder(event);
	const at = over && over !== held ? rows.indexOf(over) : rows.length;
	const id = held.querySelector("[id^='up-']").id;
	turn(() => {
		const row = document.getElementById(id)?.closest(".card-row");
		if (row) press(`move:${row.dataset.row}:${area.dataset.area}:${at}`);
	});
});
// Rearrangements take turns: what is pressed while one is under way waits for it, and the pictures of what is being typed do
// not call it off.
let asked = null;
let stale = false;
const waiting = [];
function turn(act) {
	if (asked) waiting.push(act);
	else act();
}
function free() {
	asked = null;
	while (!asked && waiting.length > 0) waiting.shift()();
	if (!asked && stale) {
		stale = false;
		form().dispatchEvent(new Event("change", { bubbles: true }));
	}
}
document.addEventListener("click", (event) => {
	const button = event.target.closest("[data-undo], [data-redo], button[name='act']");
	if (!asked || !button || button.form !== form()) return;
	event.preventDefault();
	event.stopImmediatePropagation();
	const { id, value } = button;
	waiting.push(() => (id ? document.getElementById(id) : document.querySelector(`button[name="act"][value="${CSS.escape(value)}"]`))?.click());
}, true);
document.addEventListener("htmx:confirm", (event) => {
	if (event.detail.elt !== form() || !asked) return;
	event.preventDefault();
	stale = true;
});
document.addEventListener("htmx:beforeRequest", (event) => {
	if (event.detail.elt.matches("#design button")) asked = event.detail.elt;
});
document.addEventListener("htmx:afterRequest", (event) => {
	if (event.detail.requestConfig.elt === asked && !event.detail.successful) free();
});
document.addEventListener("htmx:swapError", () => { if (asked) free(); });
// Whoever takes a field away with the keys goes on at the next one, and whoever undoes may undo again.
let gone = -1;
let from = "";
document.addEventListener("click", (event) => {
	const button = event.target.closest?.("#rows [id^='remove-']");
	if (button) gone = [...document.querySelectorAll("#rows [id^='remove-']")].indexOf(button);
});
function goOn() {
	const fresh = document.querySelector("#rows [data-fresh]");
	if (fresh) {
		delete fresh.dataset.fresh;
		const text = fresh.querySelector("[name*='/text/']");
		text.select();
		text.scrollIntoView({ block: "center" });
		return;
	}
	if (document.activeElement !== document.body) return;
	if (from) ["undo", "redo"].sort((id) => (id === from ? -1 : 1)).map((id) => document.getElementById(id)).find((b) => !b.disabled)?.focus();
	else if (gone >= 0) {
		const rows = document.querySelectorAll("#rows [id^='remove-']");
		(rows[Math.min(gone, rows.length - 1)] ?? document.getElementById("add")).focus();
	}
	gone = -1;
	from = "";
}
function press(act) {
	const button = document.getElementById("drop");
	button.value = act;
	button.click();
}

// What the form held is kept for as long as the tab is open, also over a save.
const form = () => document.getElementById("design");
const key = `verno.card.${form()?.dataset.template}`;
const kept = JSON.parse(sessionStorage.getItem(key) ?? '{"past":[],"future":[]}');
const most = 50;
let restoring = false;
function now() {
	const all = new FormData(form());
	for (const name of ["act", "revision", "state", "show/sample", "show/lang"]) all.delete(name);
	return new URLSearchParams(all).toString();
}
function keep() {
	const state = now();
	if (restoring) kept.past.splice(-1, 1, state);
	else if (state !== kept.past.at(-1)) {
		kept.past.push(state);
		kept.past.splice(0, kept.past.length - most);
		kept.future = [];
	}
	restoring = false;
	try {
		sessionStorage.setItem(key, JSON.stringify(kept));
	} catch {
		kept.past.splice(0, kept.past.length >> 1);
	}
	document.getElementById("history").hidden = false;
	document.querySelector("[data-undo]").disabled = kept.past.length < 2;
	document.querySelector("[data-redo]").disabled = kept.future.length < 1;
}
function show(button) {
	restoring = true;
	from = button;
	form().elements.namedItem("state").value = kept.past.at(-1);
	document.getElementById("restore").click();
}
document.addEventListener("click", (event) => {
	if (event.target.closest("[data-undo]") && kept.past.length > 1) {
		kept.future.push(kept.past.pop());
		show("undo");
	}
	if (event.target.closest("[data-redo]") && kept.future.length > 0) {
		kept.past.push(kept.future.pop());
		show("redo");
	}
});
if (form()) {
	keep();
	arm();
	document.addEventListener("change", (event) => {
		if (event.target.form === form()) keep();
	});
	document.addEventListener("htmx:afterSettle", (event) => {
		arm();
		keep();
		goOn();
		if (asked && event.detail.requestConfig?.elt === asked && event.detail.elt.matches("#rows, #design")) free();
	});
	const stored = form().hasAttribute("data-unsaved") ? "" : now();
	let sent = false;
	document.addEventListener("submit", (event) => {
		if (event.target === form()) sent = true;
	});
	addEventListener("pageshow", () => { sent = false; });
	addEventListener("beforeunload", (event) => {
		if (!sent && now() !== stored) event.preventDefault();
	});
}
