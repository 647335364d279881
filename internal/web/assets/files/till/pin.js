// Who works at the till: a list of names, a PIN, a lock after a while without a touch. The PIN goes to the server and is kept
// nowhere; so while there is no network nobody else can begin, and whoever works may go on.
//
//   cashier()          who works here: { id, name }, or null
//   await choose()     asks who works; resolves when somebody has begun
//   await lock()       asks for the PIN of whoever works, or of somebody else
//   watch(after)       locks after some minutes without a touch or a key; after is called when it is open again
import { ask, Problem } from "./ask.js";
import { h, icon, put } from "./dom.js";
import { count, say } from "./say.js";
import { change, till } from "./state.js";

const longest = 8;
const shortest = 4;

export const cashier = () => till.staff;

let shown = null; // the promise of the dialog that is open

/** choose asks who works at the till. Two touches lead to another cashier's PIN. */
export const choose = (after) => show(null, after);

/** lock hides the till until a PIN is given. */
export const lock = () => show(till.staff, null);

function show(person, cancel) {
	shown ??= new Promise((resolve) => {
		const dialog = h("dialog", { class: "pin", "aria-labelledby": "pin-title" });
		const pad = { dialog, cancel, done };
		function done() {
			dialog.close();
			dialog.remove();
			shown = null;
			resolve(till.staff);
		}
		dialog.addEventListener("cancel", (e) => {
			e.preventDefault();
			if (cancel === true) done();
		});
		document.body.append(dialog);
		dialog.showModal();
		if (person) enter(pad, person);
		else names(pad);
	});
	return shown;
}

async function names(pad) {
	const list = h("div", { class: "pin-names" });
	put(pad.dialog, h("h1", { id: "pin-title" }, say("pin.who")), list,
		pad.cancel === true && h("button", { class: "button", type: "button", onclick: pad.done }, say("pin.stay")));
	draw(list, pad);
	try {
		const { items } = await ask("GET", "/cashiers");
		const fresh = items.map(({ id, name }) => ({ id, name }));
		if (JSON.stringify(fresh) === JSON.stringify(till.cashiers)) return; // Nothing moves under a finger for nothing.
		change({ cashiers: fresh });
		if (list.isConnected) draw(list, pad);
	} catch { /* The names of the last time stand there; who is chosen hears that there is no network. */ }
}

function draw(list, pad) {
	if (till.cashiers.length === 0) return put(list, h("p", { class: "quiet" }, say("pin.nobody")));
	put(list, till.cashiers.map((c) => h("button", {
		class: "button pin-name", type: "button", "aria-current": c.id === till.staff?.id && "true", onclick: () => enter(pad, c),
	}, icon("person"), c.name)));
	list.querySelector("[aria-current], button").focus();
}

/** enter asks for one person's PIN. */
function enter(pad, person) {
	const field = h("input", {
		class: "input pin-field", id: "pin", type: "password", inputmode: "none", autocomplete: "off", maxlength: longest, "aria-label": say("pin.pin", { name: person.name }),
	});
	const wrong = h("p", { class: "bad", role: "alert" });
	const go = h("button", { class: "button main", type: "submit" }, icon("next"), h("span", { class: "sr" }, say("pin.begin")));
	const key = (d) => h("button", { class: "button", type: "button", onclick: () => press(field, d) }, d);
	const form = h("form", { class: "pin-pad", onsubmit: (e) => { e.preventDefault(); begin(pad, person, field, wrong, go); } },
		field, wrong,
		h("div", { class: "pin-keys" }, [..."123456789"].map(key),
			h("button", { class: "button", type: "button", onclick: () => press(field, null), "aria-label": say("pin.erase") }, icon("erase")), key("0"), go));
	const others = h("button", { class: "button plain", type: "button", onclick: () => names(pad) }, say("pin.somebody_else"));
	put(pad.dialog, h("h1", { id: "pin-title" }, person.name), h("p", { class: "quiet" }, say("pin.give")), form, others);
	field.addEventListener("input", () => { wrong.textContent = ""; });
	field.focus();
	if (till.offline && person.id === till.staff?.id) goOn(pad, others);
}

function press(field, digit) {
	field.value = digit === null ? field.value.slice(0, -1) : (field.value + digit).slice(0, longest);
	field.dispatchEvent(new Event("input"));
	field.focus();
}

/** goOn lets whoever works here go on without a network, as nobody can be asked whether the PIN is right. */
function goOn(pad, before) {
	if (pad.dialog.querySelector(".pin-go-on")) return;
	before.before(h("div", { class: "notice warn pin-go-on" }, h("p", {}, say("pin.offline")),
		h("button", { class: "button main", type: "button", onclick: pad.done }, say("pin.go_on", { name: till.staff.name }))));
}

async function begin(pad, person, field, wrong, go) {
	if (field.value.length < shortest) {
		wrong.textContent = say("pin.short");
		return field.focus();
	}
	const pin = field.value;
	go.disabled = true;
	try {
		await ask("POST", "/cashier_sessions", { staff_id: person.id, pin });
		change({ staff: { id: person.id, name: person.name } });
		pad.done();
	} catch (e) {
		field.value = "";
		wrong.textContent = sentence(e);
		if (!(e instanceof Problem) && person.id === till.staff?.id) goOn(pad, pad.dialog.lastElementChild);
		field.focus();
	}
	go.disabled = false;
}

function sentence(e) {
	if (!(e instanceof Problem)) return say("pin.no_network");
	if (e.code === "pin_failed") return say("pin.wrong");
	if (e.code === "rate_limited") return count("pin.often", Math.max(1, Math.ceil(e.retry / 60)));
	return e.text;
}

/** watch locks the till after some minutes in which nobody touched it. */
export function watch(after, minutes = 5) {
	let timer;
	const touched = () => {
		clearTimeout(timer);
		timer = setTimeout(() => till.staff && !shown && lock().then(after), minutes * 60_000);
	};
	for (const event of ["pointerdown", "keydown"]) addEventListener(event, touched, { capture: true, passive: true });
	touched();
}
