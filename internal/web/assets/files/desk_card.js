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
	press(`move:${held.dataset.row}:${area.dataset.area}:${at}`);
});
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
function show() {
	restoring = true;
	form().elements.namedItem("state").value = kept.past.at(-1);
	document.getElementById("restore").click();
}
document.addEventListener("click", (event) => {
	if (event.target.closest("[data-undo]") && kept.past.length > 1) {
		kept.future.push(kept.past.pop());
		show();
	}
	if (event.target.closest("[data-redo]") && kept.future.length > 0) {
		kept.past.push(kept.future.pop());
		show();
	}
});
if (form()) {
	keep();
	arm();
	document.addEventListener("change", (event) => {
		if (event.target.form === form()) keep();
	});
	document.addEventListener("htmx:afterSettle", () => {
		arm();
		keep();
	});
}
