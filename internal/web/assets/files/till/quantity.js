// Quantities are thousandths, as a basket has no finer ones.

/** one is a single piece. */
export const one = 1000;

/** thousandths reads a quantity of the API. */
export function thousandths(text) {
	const [whole, places = ""] = String(text).split(".");
	return Number(whole) * one + Number(places.padEnd(3, "0").slice(0, 3));
}

/** quantity writes one for the API. */
export function quantity(n) {
	const places = String(n % one).padStart(3, "0").replace(/0+$/, "");
	return Math.floor(n / one) + (places ? "." + places : "");
}

/** cost is what a line comes to: price × quantity, rounded half up as the books do. */
export const cost = (line) => Math.floor((line.price * line.quantity + one / 2) / one);
