// Elements, made without a template language: nothing that is shown is ever read as HTML.

const drawings = "http://www.w3.org/2000/svg";

/** h makes an element: attributes, listeners by "onclick" and the like, children; false and null are left out. */
export function h(tag, attrs = {}, ...children) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(attrs ?? {})) {
		if (value === false || value == null) continue;
		if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
		else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") e[name] = value;
		else if (name === "data") Object.assign(e.dataset, value);
		else e.setAttribute(name, value === true ? "" : value);
	}
	e.append(...children.flat(9).filter((c) => c !== false && c != null && c !== ""));
	return e;
}

/** put makes nodes the only content of an element. */
export function put(host, ...nodes) {
	host.replaceChildren(...nodes.flat(9).filter((c) => c !== false && c != null && c !== ""));
}

/** named is the name of a field that may stay empty, with the mark that says so; no line begins with the dot between. */
export const named = (name, mark) => h("span", {}, name + "\u00a0· ", h("span", { class: "optional" }, mark));

/** icon draws one of the signs below, for the eye only. */
export function icon(name) {
	const svg = document.createElementNS(drawings, "svg");
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	const path = document.createElementNS(drawings, "path");
	path.setAttribute("d", paths[name]);
	svg.append(path);
	return svg;
}

const paths = {
	camera: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M7 12h10",
	erase: "M9 5h11v14H9l-6-7zM12 9.5l5 5M17 9.5l-5 5",
	close: "M6 6l12 12M18 6L6 18",
	cake: "M4 20v-7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v7zM4 15c3 2 5-1 8 0s5 2 8 0M12 11V8M12 5v.01",
	done: "M5 12.5l4.5 4.5L19 7.5",
	undo: "M9 8H5V4M5 8c2-3 5-4 7.5-4A8 8 0 1 1 5 14",
	person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-5.500 8-5.500s7 1.500 8 5.500",
	plus: "M12 5v14M5 12h14",
	minus: "M5 12h14",
	more: "M5 12h.01M12 12h.01M19 12h.01",
	warn: "M12 4l9 16H3zM12 10v4M12 17h.01",
	lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
	next: "M5 12h14M13 6l6 6-6 6",
	print: "M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z",
};
