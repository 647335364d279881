// A bank card that was drawn through the reader of magnetic stripes by mistake. Of it nothing may be kept, not even in the
// sales that wait for the network, so that the till refuses it before it does anything with it. The server has the same rules.

const ranges = [
	[2200, 2204, 16, 19], [2221, 2720, 16, 16], [51, 55, 16, 16], [4, 4, 13, 19], [34, 34, 15, 15], [37, 37, 15, 15], [300, 305, 14, 19],
	[36, 36, 14, 19], [38, 39, 14, 19], [35, 35, 16, 19], [50, 50, 13, 19], [56, 58, 13, 19], [60, 69, 13, 19], [81, 81, 16, 19],
	[8600, 8600, 16, 16], [9051, 9051, 16, 16], [9112, 9112, 16, 16], [9417, 9417, 16, 16], [9792, 9792, 16, 16], [9860, 9860, 16, 16],
];

const damm = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978", "3674209581", "5869720134", "8945362017", "9438617205", "2581436790"];
const unspaced = (text) => text.replace(/[\s\u00a0\u2009\u202f\u2010-\u2014\u2212-]/g, "");

function luhn(digits) {
	const sum = [...digits].reverse().reduce((all, c, i) => all + (i % 2 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][c] : Number(c)), 0);
	return sum % 10 === 0;
}

/** isBank says whether a number on a stripe is a bank card's, by itself or by what follows it: its end and a service code. */
function isBank(number, follows = "") {
	const digits = unspaced(number);
	if (!/^\d{13,19}$/.test(digits) || !luhn(digits)) return false;
	if (/^\d\d(0[1-9]|1[0-2])[12567]\d\d/.test(follows)) return true;
	const ours = /^9\d{15}$/.test(digits) && [...digits].reduce((state, d) => damm[state][d], "0") === "0";
	return !ours && ranges.some(([from, to, shortest, longest]) => {
		const begins = Number(digits.slice(0, String(from).length));
		return begins >= from && begins <= to && digits.length >= shortest && digits.length <= longest;
	});
}

const isChip = (text) => /^\d+D/i.test(text) && isBank(...text.split(/D(.*)/i));

function firstIsBank(track) {
	const [number, , follows] = track.split("^");
	const bare = number.replace(/^[A-Z]+/i, "");
	return isBank(bare, follows) || isChip(bare);
}

const secondIsBank = (track) => isBank(...track.split(/=(.*)/));

/** latin undoes the Russian layout where a stripe was typed through it. */
function latin(text) {
	if (!/^[\u0436\u0416%].*,$/s.test(text) || (text[0] === "%" && text.includes("?"))) return text;
	return text.replace(/[\u0436\u0416,:\u0418\u0438]/g, (c) => ({ "\u0436": ";", "\u0416": ";", ",": "?", ":": "^", "\u0418": "B", "\u0438": "b" })[c]);
}

/** ofBank says whether what was read or typed is the stripe of a bank card. */
export function ofBank(scan) {
	// eslint-disable-next-line no-control-regex
	const text = latin(scan.replace(/[\x00-\x1f\x7f]/g, "").trim());
	if (text.length > 320) return false;
	if (/^[%;+]/.test(text)) {
		return [...text.matchAll(/([%;+])([^?]*)(\?|$)/gy)].some(([, sentinel, track]) =>
			sentinel === "%" ? firstIsBank(track) : secondIsBank(sentinel === ";" ? track : track.slice(2)));
	}
	const bare = text.replace(/\?$/, "");
	if (bare.split("^").length > 2) return firstIsBank(bare);
	return /^\d+=\d*$/.test(bare) ? secondIsBank(bare) : isChip(bare);
}
