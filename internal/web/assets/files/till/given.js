// A basket that another program has made, such as the till's own POS: it opens /till/#basket=… with the lines as JSON, of
// which only what a sale needs is taken. Nothing is sold by it: the cashier sees the lines and takes the money.
//
//   #basket={"lines":[{"sku":"1001","name":"Cappuccino","category":"coffee","quantity":"2","price":"240.00"}]}
import { one } from "./quantity.js";
import { minor } from "./say.js";

const most = 200;
const short = (text, n) => (typeof text === "string" ? text.slice(0, n) : "");

/** read gives the lines of an address, or null where it has none that can be sold. */
export function read(hash) {
	const found = /^#basket=(.+)$/.exec(hash);
	if (!found) return null;
	let said;
	try {
		said = JSON.parse(decodeURIComponent(found[1])).lines;
	} catch {
		return null;
	}
	if (!Array.isArray(said) || said.length === 0 || said.length > most) return null;
	const lines = said.map(line);
	return lines.includes(null) ? null : lines;
}

function line(l) {
	const price = minor(String(l?.price ?? ""));
	const quantity = l?.quantity === undefined ? one : minor(String(l.quantity), 3);
	if (!(price > 0) || !(quantity > 0)) return null;
	const made = { price, quantity, name: short(l.name, 200) };
	if (l.sku) made.sku = short(String(l.sku), 100);
	if (l.category) made.category = short(l.category, 200);
	return made;
}

/** given calls take with each basket that comes, and forgets its address. */
export function given(take) {
	function look() {
		const lines = read(location.hash);
		if (!lines) return;
		history.replaceState(null, "", location.pathname);
		take(lines);
	}
	addEventListener("hashchange", look);
	look();
}
