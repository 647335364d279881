// The changing part of a live code: RFC 6238 with SHA-1, steps of 15 seconds and eight digits.
export const step = 15;

// keep makes of a secret what stays in this browser. Where the browser can, nobody gets it out again, not even we.
export async function keep(secret) {
	if (!globalThis.crypto?.subtle) return secret;
	return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
}

export async function digits(key, number) {
	const counter = new Uint8Array(8), view = new DataView(counter.buffer);
	view.setUint32(0, Math.floor(number / 2 ** 32));
	view.setUint32(4, number >>> 0);
	const mac = key instanceof Uint8Array ? hmac(key, counter) : new Uint8Array(await crypto.subtle.sign("HMAC", key, counter));
	const value = new DataView(mac.buffer).getUint32(mac[19] & 15) & 0x7fffffff;
	return String(value % 1e8).padStart(8, "0");
}

// A page that came over an unencrypted connection has no crypto.subtle: then this is it. Keys are shorter than a block.
export function hmac(key, message) {
	const pad = (byte) => Uint8Array.from({ length: 64 }, (_, i) => (key[i] ?? 0) ^ byte);
	return sha1([...pad(0x5c), ...sha1([...pad(0x36), ...message])]);
}

function sha1(message) {
	const length = message.length, blocks = (length + 72) >> 6;
	const bytes = new Uint8Array(blocks * 64), view = new DataView(bytes.buffer);
	bytes.set(message);
	bytes[length] = 0x80;
	view.setUint32(bytes.length - 4, length * 8);
	const h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0], w = new Int32Array(80);
	const turn = (n, by) => (n << by) | (n >>> (32 - by));
	for (let at = 0; at < bytes.length; at += 64) {
		for (let i = 0; i < 80; i++) w[i] = i < 16 ? view.getInt32(at + 4 * i) : turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
		let [a, b, c, d, e] = h;
		for (let i = 0; i < 80; i++) {
			const f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
			const k = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][(i / 20) | 0];
			[a, b, c, d, e] = [(turn(a, 5) + f + e + k + w[i]) | 0, a, turn(b, 30), c, d];
		}
		[a, b, c, d, e].forEach((v, i) => (h[i] = (h[i] + v) | 0));
	}
	const sum = new Uint8Array(20);
	h.forEach((v, i) => new DataView(sum.buffer).setInt32(4 * i, v));
	return sum;
}
