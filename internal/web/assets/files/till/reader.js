// What a reader hands over. One of NFC types nfc:, the protocol, a colon and the payload in hex or base64, which only the server
// can open; a bank's terminal pay:, what stands for the card and, behind semicolons, its payment system and its last four
// digits. A program opens /till/#scan=… with the same.

export { ofBank } from "./track.js";

const form = /^nfc:(apple_vas|smart_tap):([0-9A-Za-z+/=_-]+)$/i;
const longest = 2048; // characters that a scan may have

/** read gives what is asked of the server for a scan: itself, or the payload of a reader. */
export function read(scan) {
	const m = form.exec(scan.trim());
	if (!m) return { scan };
	const protocol = m[1].toLowerCase();
	const hex = m[2].length % 2 === 0 && /^[0-9a-f]+$/i.test(m[2]);
	if (hex && scan.length <= longest) return { scan };
	return { nfc: { protocol, payload: hex ? ofHex(m[2]) : standard(m[2]) } };
}

const schemes = ["mir", "visa", "mastercard", "maestro", "unionpay", "jcb", "american_express"];

/** bankCard gives the bank card that a terminal told of, or null for any other scan. */
export function bankCard(scan) {
	const m = /^pay:([^;]*)(?:;([^;]*))?(?:;(\d{4}))?$/i.exec(scan.trim());
	if (!m) return null;
	const scheme = (m[2] ?? "").toLowerCase();
	return { scan, token: m[1].trim(), scheme: schemes.includes(scheme) ? scheme : "other", last: m[3] ?? "" };
}

function ofHex(text) {
	return btoa(text.match(/../g).map((two) => String.fromCharCode(parseInt(two, 16))).join(""));
}

/** standard is base64 with the letters that the server takes, and whole. */
function standard(text) {
	const bare = text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
	return bare + "=".repeat((4 - (bare.length % 4)) % 4);
}

/** handed calls take with each scan that a program hands over, and forgets its address. */
export function handed(take) {
	function look() {
		const found = /^#scan=(.+)$/.exec(location.hash);
		if (!found) return;
		history.replaceState(null, "", location.pathname);
		try {
			take(decodeURIComponent(found[1]).slice(0, 12_000));
		} catch (error) {
			if (!(error instanceof URIError)) throw error;
		}
	}
	addEventListener("hashchange", look);
	look();
}
