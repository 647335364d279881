// The reference: draws /openapi.json, the same document that clients are generated from, and nothing else.
import "/docs/theme.js";

const words = {
	en: {
		search: "Search operations and fields", errors: "Errors", skip: "Skip to the content", other: "RU",
		needs: "needs", anyone: "no credential needed", signedIn: "any credential", key: "Idempotency-Key", match: "If-Match",
		parameters: "Parameters", body: "Body", answer: "Answer", example: "Example", codes: "Errors to be ready for",
		required: "required", nothing: "Nothing is called that.", list: "list of", of: "of", map: "names and texts", any: "any JSON",
		atMost: "at most", characters: "characters", elements: "elements", from: "from", to: "to", one: "one of", failed: "The document could not be read.",
	},
	ru: {
		search: "Поиск операций и полей", errors: "Ошибки", skip: "К содержанию", other: "EN",
		needs: "нужно право", anyone: "без ключа", signedIn: "любой ключ", key: "Idempotency-Key", match: "If-Match",
		parameters: "Параметры", body: "Тело запроса", answer: "Ответ", example: "Пример", codes: "К каким ошибкам быть готовым",
		required: "обязательно", nothing: "Ничего такого нет.", list: "список", of: "из", map: "имена и тексты", any: "любой JSON",
		atMost: "не больше", characters: "символов", elements: "элементов", from: "от", to: "до", one: "одно из", failed: "Документ не удалось прочитать.",
	},
};

let lang = localStorage.getItem("lang") ?? (navigator.language.startsWith("ru") ? "ru" : "en");
const say = (key) => words[lang][key];

const content = document.querySelector("#content");
const index = document.querySelector("#index");
const search = document.querySelector("#search");
let api;

// make builds an element: make("a.class", {href}, children).
function make(tag, attributes, ...children) {
	const [name, ...classes] = tag.split(".");
	const element = document.createElement(name);
	if (classes.length > 0) {
		element.className = classes.join(" ");
	}
	for (const [key, value] of Object.entries(attributes ?? {})) {
		element.setAttribute(key, value);
	}
	element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
	return element;
}

function resolve(schema) {
	const name = schema?.$ref?.split("/").pop();
	return name ? { ...api.components.schemas[name], name } : schema ?? {};
}

// kindOf says in a few words what a value is.
function kindOf(schema) {
	const s = resolve(schema);
	if (s.type === "array") {
		return `${say("list")} ${kindOf(s.items)}`;
	}
	if (s.type === "object" && !s.properties) {
		return say("map");
	}
	return s.name ?? s.format ?? s.type ?? say("any");
}

// limitsOf says what may stand there.
function limitsOf(schema) {
	const s = resolve(schema);
	const item = s.type === "array" ? resolve(s.items) : s;
	const parts = [];
	if (item.enum) {
		parts.push(`${say("one")}: ${item.enum.join(", ")}`);
	} else if (item.pattern) {
		const identifier = /^\^([a-z]{3})_\[/.exec(item.pattern);
		parts.push(identifier ? `${identifier[1]}_…` : item.pattern);
	}
	if (item.maxLength && !item.enum && !item.pattern) {
		parts.push(`${say("atMost")} ${item.maxLength} ${say("characters")}`);
	}
	if (item.maximum !== undefined) {
		parts.push(`${say("from")} ${item.minimum ?? 0} ${say("to")} ${item.maximum}`);
	}
	if (s.maxItems) {
		parts.push(`${say("atMost")} ${s.maxItems} ${say("elements")}`);
	}
	return parts.join("; ");
}

function field(name, schema, required, description, depth) {
	const dd = make("dd", null, description ?? "", make("div.limits", null, limitsOf(schema)));
	const target = resolve(schema).type === "array" ? resolve(resolve(schema).items) : resolve(schema);
	if (target.properties && depth < 6) {
		const inner = make("details.schema", null, make("summary", null, target.name ?? "{ }"));
		inner.addEventListener("toggle", () => {
			if (inner.open && inner.children.length === 1) {
				inner.append(fields(target, depth + 1));
			}
		});
		dd.append(inner);
	}
	const mark = required ? make("span.needed", { title: say("required") }, " *") : "";
	return make("div.field", null, make("dt", null, make("code", null, name), mark, make("small", null, kindOf(schema))), dd);
}

function fields(schema, depth = 0) {
	const s = resolve(schema);
	if (s.type === "array") {
		return fields(s.items, depth);
	}
	const list = make("dl.fields");
	const needed = ([name]) => (s.required?.includes(name) ? 0 : 1);
	for (const [name, value] of Object.entries(s.properties ?? {}).sort((a, b) => needed(a) - needed(b))) {
		list.append(field(name, value, s.required?.includes(name), value.description, depth));
	}
	return list.children.length > 0 ? list : make("p", null, kindOf(s));
}

// sample makes a value that a schema would take, from its examples.
function sample(schema, depth = 0) {
	const s = resolve(schema);
	if (s.examples) {
		return s.examples[0];
	}
	if (s.enum) {
		return s.enum[0];
	}
	switch (s.type) {
		case "object": {
			const value = {};
			const telling = Object.keys(s.properties ?? {}).filter((name) => depth === 0 && resolve(s.properties[name]).examples && !s.properties[name].$ref);
			for (const name of new Set([...s.required ?? [], ...telling.filter((name) => !s.properties[name].pattern)])) {
				if (depth < 6 && s.properties?.[name]) {
					value[name] = sample(s.properties[name], depth + 1);
				}
			}
			return value;
		}
		case "array":
			return [sample(s.items, depth + 1)];
		case "integer":
			return s.minimum ?? 0;
		case "boolean":
			return false;
		case "string":
			return { date: "2026-11-22", "date-time": "2026-11-22T10:00:00Z" }[s.format] ?? "…";
		default:
			return {};
	}
}

function curl(method, path, op) {
	const lines = [`curl -X ${method.toUpperCase()} ${location.origin}${path.replace(/\{(\w+)\}/g, (_, name) => {
		const p = op.parameters?.find((q) => q.name === name && q.in === "path");
		return p?.schema?.examples?.[0] ?? name.toUpperCase();
	})}`];
	if (op.security?.length > 0) {
		lines.push(`-H 'Authorization: Bearer sk_test_…'`);
	}
	for (const p of op.parameters ?? []) {
		if (p.in === "header" && p.required) {
			lines.push(p.name === "If-Match" ? `-H 'If-Match: "1"'` : `-H '${p.name}: 7d3f0a52-sale-1'`);
		}
	}
	const body = op.requestBody?.content?.["application/json"]?.schema;
	if (body) {
		lines.push(`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(sample(body), null, 2)}'`);
	}
	return lines.join(" \\\n  ");
}

function facts(op) {
	const list = make("ul.facts");
	if (op.security?.length === 0) {
		list.append(make("li", null, say("anyone")));
	} else if ((op["x-permissions"] ?? []).length === 0) {
		list.append(make("li", null, say("signedIn")));
	}
	for (const permission of op["x-permissions"] ?? []) {
		list.append(make("li", null, `${say("needs")} ${permission}`));
	}
	for (const p of op.parameters ?? []) {
		if (p.in === "header") {
			list.append(make("li", { title: p.description ?? "" }, p.name));
		}
	}
	return list;
}

function section(title, ...children) {
	return [make("h4", null, title), ...children];
}

function operation(path, method, op) {
	const id = op.operationId;
	const outer = make("article.operation", { id });
	const article = make("div.told");
	article.append(
		make("h3", null, make("a", { href: `#${id}` }, summaryOf(op))),
		make("p.address", null, make(`span.method.${method}`, null, method.toUpperCase()), make("code", null, path)),
	);
	if (op.description) {
		article.append(make("p", null, op.description));
	}
	article.append(facts(op));
	const parameters = (op.parameters ?? []).filter((p) => p.in !== "header");
	if (parameters.length > 0) {
		article.append(...section(say("parameters"), make("dl.fields", null,
			...parameters.map((p) => field(p.name, p.schema, p.required, p.description, 0)))));
	}
	const body = op.requestBody?.content?.["application/json"]?.schema;
	if (body) {
		article.append(...section(say("body"), fields(body)));
	}
	for (const [status, response] of Object.entries(op.responses)) {
		const schema = response.content?.["application/json"]?.schema;
		if (status !== "default" && status < "400") {
			article.append(...section(`${say("answer")} ${status}`, schema ? fields(schema) : make("p", null, response.description)));
		}
	}
	if (op["x-codes"]) {
		article.append(...section(say("codes"), make("ul.facts", null,
			...op["x-codes"].map((code) => make("li", null, make("a", { href: `/docs/errors#${code}` }, code))))));
	}
	outer.append(article, make("div.shown", null,
		...section(say("example"), make("pre.example", { tabindex: "0" }, make("code", null, curl(method, path, op))))));
	return outer;
}

const summaryOf = (op) => (lang === "ru" && op["x-summary-ru"]) || op.summary;

// haystack is all that a search looks at in an operation.
function haystack(path, method, op) {
	const names = new Set();
	const walk = (schema, depth) => {
		const s = resolve(schema);
		for (const [name, value] of Object.entries(s.properties ?? {})) {
			names.add(name);
			if (depth < 3) {
				walk(value, depth + 1);
			}
		}
		if (s.items && depth < 3) {
			walk(s.items, depth + 1);
		}
	};
	walk(op.requestBody?.content?.["application/json"]?.schema, 0);
	return [method, path, op.operationId, op.summary, op["x-summary-ru"], op.description, ...(op["x-codes"] ?? []), ...names]
		.join(" ").toLowerCase();
}

function operations() {
	const all = [];
	for (const [path, item] of Object.entries(api.paths)) {
		for (const [method, op] of Object.entries(item)) {
			if (op.operationId) {
				all.push({ path, method, op, text: haystack(path, method, op) });
			}
		}
	}
	const place = (o) => api["x-order"].indexOf(o.op.operationId);
	return all.sort((a, b) => place(a) - place(b));
}

function draw() {
	document.documentElement.lang = lang;
	for (const element of document.querySelectorAll("[data-text]")) {
		element.textContent = say(element.dataset.text);
	}
	search.placeholder = say("search");
	document.querySelector("#language").textContent = say("other");
	const asked = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
	const found = operations().filter((o) => asked.every((word) => o.text.includes(word)));
	index.replaceChildren();
	content.replaceChildren(make("h1", null, `${api.info.title} API`), make("p.lead", null, (lang === "ru" && api.info["x-description-ru"]) || api.info.description));
	for (const tag of api.tags) {
		const own = found.filter((o) => o.op.tags.includes(tag.name));
		if (own.length === 0) {
			continue;
		}
		const title = (lang === "ru" && tag["x-name-ru"]) || tag.name;
		content.append(make("h2.tag", { id: `tag-${tag.name}` }, title), make("p", null, (lang === "ru" && tag["x-description-ru"]) || tag.description));
		content.append(...own.map((o) => operation(o.path, o.method, o.op)));
		index.append(make("h2", null, title), make("ul", null,
			...own.map((o) => make("li", null, make("a", { href: `#${o.op.operationId}` },
				make(`span.method.${o.method}`, { "aria-hidden": "true" }, o.method === "delete" ? "DEL" : o.method.toUpperCase()), summaryOf(o.op))))));
	}
	if (found.length === 0) {
		content.append(make("p.nothing", null, say("nothing")));
	}
}

document.querySelector("#language").addEventListener("click", () => {
	lang = lang === "ru" ? "en" : "ru";
	localStorage.setItem("lang", lang);
	draw();
});

search.addEventListener("input", draw);

document.addEventListener("keydown", (event) => {
	if (event.key === "/" && document.activeElement !== search) {
		event.preventDefault();
		search.focus();
	}
});

try {
	const response = await fetch("/openapi.json");
	api = await response.json();
	draw();
	document.querySelector(location.hash || "#none")?.scrollIntoView();
} catch {
	content.replaceChildren(make("p.nothing", null, say("failed")));
}
