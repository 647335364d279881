// What the till says, in the language of its page: messages from the page itself, sums, points and times.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("till-words");

/** setup is what the page was made with: lang, other, other_name. */
export const setup = read("till-setup");

const plural = new Intl.PluralRules(setup.lang);
let known = { currency: "RUB", places: 2, scale: 0, zone: "Europe/Moscow" };

/** terms says in what is counted here: currency, places, scale, zone. */
export function terms(t) { known = { ...known, ...t }; }

/** counted says what terms has been told. */
export function counted() { return known; }

function find(id) {
	return id.split(".").reduce((at, name) => at?.[name], words);
}

function fill(text, values) {
	return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** say is a message by its name, with what stands in its braces. */
export function say(id, values = {}) {
	const text = find(id);
	return typeof text === "string" ? fill(text, values) : `⟨${id}⟩`;
}

/** count is a message in the plural form of a number, which it shows as {n}. */
export function count(id, n, values = {}) {
	const forms = find(id);
	const text = forms?.[plural.select(n)] ?? forms?.other;
	return text ? fill(text, { n: number(n), ...values }) : `⟨${id}⟩`;
}

/** decimal is an integer of the smallest units as a decimal number, digit by digit. */
export function decimal(n, places) {
	const digits = String(Math.abs(n)).padStart(places + 1, "0");
	const whole = digits.slice(0, digits.length - places);
	return (n < 0 ? "-" : "") + whole + (places ? "." + digits.slice(-places) : "");
}

/** minor reads what people type as a sum, in the smallest units; NaN where it is none. */
export function minor(text, places = known.places) {
	const m = /^(\d{1,9})(?:[.,](\d*))?$/.exec(text.replace(/[\s ]/g, ""));
	if (!m || (m[2] ?? "").length > places) return NaN;
	return Number(m[1] + (m[2] ?? "").padEnd(places, "0"));
}

// Russian groups digits from five on, as the other pages do.
const useGrouping = setup.lang === "ru" ? "min2" : "auto";

function number(n, places = 0) {
	return new Intl.NumberFormat(setup.lang, { useGrouping, minimumFractionDigits: 0, maximumFractionDigits: 3 }).format(decimal(n, places));
}

/** money is a sum with its sign; a whole one has no places. */
export function money(n) {
	const places = n % 10 ** known.places ? known.places : 0;
	return new Intl.NumberFormat(setup.lang, {
		useGrouping, style: "currency", currency: known.currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: places, maximumFractionDigits: known.places,
	}).format(decimal(n, known.places)).replace("-", "−");
}

/** figure is a number of points without their name. */
export function figure(n) { return number(n, known.scale).replace("-", "−"); }

/** share is a part of the whole, in percent. */
export function share(part) { return new Intl.NumberFormat(setup.lang, { style: "percent" }).format(part); }

/** points are points with their name, in its plural form. */
export function points(n) {
	const text = figure(n);
	const whole = n % 10 ** known.scale === 0;
	const form = whole ? plural.select(Math.abs(n) / 10 ** known.scale) : "other";
	return fill(find("points")[form] ?? find("points").other, { n: text });
}

/** lineName is what a line of a receipt is called, which may have been rung up as a plain sum. */
export const lineName = (l, i, all) => l.name || l.sku || (all.length > 1 ? say("sum.nameless", { n: i + 1 }) : say("sum.line"));

/** day is a day where the store is: 30 November; ending has the year too, for what may be far off; moment has the time beside it, clock the time alone. */
export function day(at) { return format(at, { day: "numeric", month: "long" }); }
export function ending(at) {
	return how({ day: "numeric", month: "long", year: "numeric" }).formatToParts(new Date(at)).filter((p) => p.type !== "literal").map((p) => p.value).join("\u00a0");
}
export function moment(at) { return format(at, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }); }
export function clock(at) { return format(at, { hour: "2-digit", minute: "2-digit" }); }

/** date is a day by its name, such as 2026-11-30; today is that of the store. */
export const date = (text) => format(text + "T00:00:00Z", { day: "numeric", month: "long", timeZone: "UTC" });
export const today = () => new Intl.DateTimeFormat("sv", { timeZone: known.zone }).format(new Date());

function format(at, parts) { return how(parts).format(new Date(at)); }

function how(parts) { return new Intl.DateTimeFormat(setup.lang === "en" ? "en-GB" : setup.lang, { timeZone: known.zone, ...parts }); }
