// A keyboard-wedge scanner types what it reads. It is told from a person by its speed: many keys, none further than gap
// milliseconds from the one before, and the suffix behind them. Keys are read by where they lie (event.code), so that a
// Russian layout does not matter. Nothing that a person types is lost: what the scanner has typed into a field before it was
// known for one is taken out of it again, and the field is as it was.
//
//   const stop = listen((text) => …)    calls back with each scan, wherever the focus is
//   settings(), set({ … })              of this till: { prefix, suffix: "Enter" | "Tab" | "none", gap, least }
//   settingsForm(container, say)        lets people choose them, and try the scanner
import { h } from "./dom.js";

const place = "verno.till.wedge";
const rest = 300; // how long nothing came before a scan; where a slow machine has torn one apart, its end is not taken for another
const usual = { prefix: "", suffix: "Enter", gap: 50, least: 6 };

export function settings() {
	try {
		return { ...usual, ...JSON.parse(localStorage.getItem(place) ?? "{}") };
	} catch {
		return { ...usual };
	}
}

export const set = (changes) => localStorage.setItem(place, JSON.stringify({ ...settings(), ...changes }));

const signs = {
	Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", IntlBackslash: "\\|", Semicolon: ";:", Quote: "'\"",
	Backquote: "`~", Comma: ",<", Period: ".>", Slash: "/?", Space: "  ",
	NumpadDecimal: "..", NumpadAdd: "++", NumpadSubtract: "--", NumpadMultiply: "**", NumpadDivide: "//",
};
const shiftedDigits = ")!@#$%^&*(";

/** letter is what a key types on the layout that scanners take for granted; empty for keys that type nothing. */
export function letter({ code, key, shiftKey }) {
	let m;
	if ((m = /^Key([A-Z])$/.exec(code))) return shiftKey ? m[1] : m[1].toLowerCase();
	if ((m = /^Digit(\d)$/.exec(code))) return shiftKey ? shiftedDigits[m[1]] : m[1];
	if ((m = /^Numpad(\d)$/.exec(code))) return m[1];
	if (signs[code]) return signs[code][shiftKey ? 1 : 0];
	return !code && key?.length === 1 ? key : ""; // Some scanners by radio say what they type, but not by which key.
}

/** clean takes out of a scan what only machines say: control characters, the prefix and the name of the kind of code (]Q1, ]C1 …). */
export function clean(text, prefix = "") {
	let rest = [...text].filter((c) => c >= " " && c !== "\x7f").join("");
	if (prefix && rest.startsWith(prefix)) rest = rest.slice(prefix.length);
	return rest.replace(/^\][A-Za-z][0-9A-Za-z]/, "").trim();
}

/** Burst gathers keys that come fast. It knows no page, only keys and their times. */
export class Burst {
	constructor(options) {
		this.options = options;
		this.clear();
	}

	clear() {
		this.text = "";
		this.torn = false;
		this.last = -Infinity;
	}

	/** goes says whether a key at a time would still belong to what is being typed. */
	goes(at) {
		return this.text !== "" && at - this.last <= this.options.gap;
	}

	/** add takes a letter in, and says whether it is the first of a burst. */
	add(char, at) {
		const first = !this.goes(at);
		if (first) this.torn = at - this.last < rest;
		this.text = first ? char : this.text + char;
		this.last = at;
		return first;
	}

	/** scan is what was scanned, if a key that ends a scan comes at a time; empty if a person has typed that. */
	scan(at) {
		const { prefix, least } = this.options;
		const marked = prefix !== "" && this.text.startsWith(prefix);
		if (!this.goes(at) || (this.torn && !marked) || (prefix !== "" && !marked) || this.text.length < (marked ? prefix.length + 1 : least)) return "";
		return clean(this.text, prefix);
	}
}

/** memory is what stands in a field, so that it can stand there again. */
function memory(field) {
	if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return () => {};
	const { value, selectionStart, selectionEnd } = field;
	return () => {
		if (field.value === value) return;
		field.value = value;
		if (selectionStart !== null) field.setSelectionRange(selectionStart, selectionEnd);
		field.dispatchEvent(new Event("input", { bubbles: true }));
	};
}

const ends = { Enter: ["Enter", "NumpadEnter"], Tab: ["Tab"], none: [] };

/** listen calls on(text) for each scan, and gives a function that ends that. */
export function listen(on, options) {
	const chosen = () => ({ ...settings(), ...options });
	const burst = new Burst(chosen());
	let putBack = () => {};
	let timer;

	function scanned(text) {
		putBack();
		burst.clear();
		on(text);
	}

	function key(e) {
		if (!e.isTrusted && !options?.synthetic) return;
		burst.options = chosen();
		clearTimeout(timer);
		const fast = burst.goes(e.timeStamp);
		if (ends[burst.options.suffix].includes(e.code || e.key)) {
			const text = e.repeat ? "" : burst.scan(e.timeStamp);
			burst.clear();
			if (!text) return;
			e.preventDefault();
			e.stopImmediatePropagation();
			scanned(text);
			return;
		}
		if (e.ctrlKey || e.altKey || e.metaKey) {
			if (fast && e.ctrlKey) {
				e.preventDefault(); // A control character of the code, such as GS: it must open no menu of the browser.
				burst.last = e.timeStamp;
			}
			return;
		}
		const char = e.repeat ? "" : letter(e);
		if (!char) {
			if (!/^Shift/.test(e.code)) burst.clear();
			return;
		}
		if (!fast) putBack = memory(e.target);
		burst.add(char, e.timeStamp);
		if (burst.options.suffix === "none") timer = setTimeout(silence, 2 * burst.options.gap);
	}

	function silence() {
		const text = burst.scan(burst.last);
		if (text) scanned(text);
	}

	addEventListener("keydown", key, true);
	return () => removeEventListener("keydown", key, true);
}

/** settingsForm shows how this till's scanner is set, and what it reads. It gives a function that ends the trial. */
export function settingsForm(container, say) {
	const { prefix, suffix } = settings();
	const read = h("output", { class: "scanner-read", "aria-live": "polite" }, say("scanner.try"));
	const first = h("input", { class: "input", id: "scanner-prefix", value: prefix, maxlength: 8, autocomplete: "off", onchange: () => set({ prefix: first.value }) });
	const last = h("select", { class: "input", id: "scanner-suffix", onchange: () => set({ suffix: last.value }) },
		Object.keys(ends).map((s) => h("option", { value: s, selected: s === suffix }, say("scanner.suffix_" + s.toLowerCase()))));
	container.replaceChildren(
		h("div", { class: "field" }, h("label", { for: first.id }, say("scanner.prefix")), first, h("span", { class: "hint" }, say("scanner.prefix_hint"))),
		h("div", { class: "field" }, h("label", { for: last.id }, say("scanner.suffix")), last), read);
	return listen((text) => {
		read.textContent = say("scanner.read", { text });
		read.classList.add("good");
	});
}
