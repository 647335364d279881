// Up to 63 digits as a QR code of version 2, level M (ISO/IEC 18004): 25 modules a side, as large as they can be on a
// phone. A card shows nothing else, so that this is all there is to draw, and it is drawn before anything is asked of a
// network.
const size = 25, dataBytes = 28, checkBytes = 16;

// draw makes the path of a code in an SVG that is side units wide, quiet zone and all.
export const quiet = 3, side = size + 2 * quiet;

export function draw(digits) {
	const cells = modules(codewords(digits));
	let path = "";
	for (let y = 0; y < size; y++)
		for (let x = 0, from; x < size; x++) {
			for (from = x; x < size && cells[y][x]; x++);
			if (x > from) path += `M${from + quiet} ${y + quiet}h${x - from}v1h-${x - from}z`;
		}
	return path;
}

function codewords(digits) {
	let bits = "0001" + binary(digits.length, 10);
	for (let i = 0; i < digits.length; i += 3) {
		const group = digits.slice(i, i + 3);
		bits += binary(+group, [4, 7, 10][group.length - 1]);
	}
	bits += "0".repeat(Math.min(4, dataBytes * 8 - bits.length));
	bits += "0".repeat(-bits.length & 7);
	const data = bits.match(/.{8}/g).map((b) => parseInt(b, 2));
	if (data.length > dataBytes) throw new RangeError("too many digits for one code");
	for (let pad = 0xec; data.length < dataBytes; pad ^= 0xec ^ 0x11) data.push(pad);
	return [...data, ...checkwords(data)];
}

const binary = (n, width) => n.toString(2).padStart(width, "0");

// checkwords are the remainder of the data, divided by the generator of Reed and Solomon's code.
function checkwords(data) {
	let generator = [1];
	for (let i = 0, root = 1; i < checkBytes; i++, root = times(root, 2)) {
		const next = [...generator, 0];
		generator.forEach((g, j) => (next[j + 1] ^= times(g, root)));
		generator = next;
	}
	const rest = new Array(checkBytes).fill(0);
	for (const byte of data) {
		const factor = byte ^ rest.shift();
		rest.push(0);
		for (let i = 0; i < checkBytes; i++) rest[i] ^= times(generator[i + 1], factor);
	}
	return rest;
}

function times(a, b) {
	let product = 0;
	for (; b; b >>= 1, a = (a << 1) ^ (a & 0x80 ? 0x11d : 0)) if (b & 1) product ^= a;
	return product;
}

const masks = [
	(x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
	(x, y) => ((x / 3 | 0) + (y / 2 | 0)) % 2, (x, y) => (x * y) % 2 + (x * y) % 3,
	(x, y) => ((x * y) % 2 + (x * y) % 3) % 2, (x, y) => ((x + y) % 2 + (x * y) % 3) % 2,
];

// modules lays the codewords out under the mask that is easiest to read.
function modules(words) {
	let best, least = Infinity;
	masks.forEach((mask, number) => {
		const cells = frame(number);
		fill(cells, words, mask);
		const cost = penalty(cells);
		if (cost < least) [best, least] = [cells, cost];
	});
	return best;
}

// frame is what every code has: finders, timing, alignment and the format. What is undefined is for the data.
function frame(mask) {
	const cells = Array.from({ length: size }, () => new Array(size));
	const square = (cx, cy, reach, dark) => {
		for (let y = -reach; y <= reach; y++)
			for (let x = -reach; x <= reach; x++)
				if (cells[cy + y] && cx + x >= 0 && cx + x < size) cells[cy + y][cx + x] = dark(Math.max(Math.abs(x), Math.abs(y)));
	};
	for (let i = 0; i < size; i++) cells[6][i] = cells[i][6] = i % 2 === 0;
	for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4, (r) => r !== 2 && r !== 4);
	square(size - 7, size - 7, 2, (r) => r !== 1);
	let rest = mask;
	for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
	const format = ((mask << 10) | rest) ^ 0x5412;
	for (let i = 0; i < 15; i++) {
		const dark = !!((format >> i) & 1);
		if (i < 8) cells[8][size - 1 - i] = dark;
		else cells[size - 15 + i][8] = dark;
		if (i < 6) cells[i][8] = dark;
		else if (i < 8) cells[i + 1][8] = dark;
		else cells[8][i === 8 ? 7 : 14 - i] = dark;
	}
	cells[size - 8][8] = true;
	return cells;
}

// fill puts the bits into pairs of columns, from the right, by turns upwards and downwards.
function fill(cells, words, mask) {
	let bit = 0;
	for (let right = size - 1; right > 0; right -= 2) {
		if (right === 6) right = 5;
		for (let step = 0; step < size; step++) {
			const y = (right + 1) & 2 ? step : size - 1 - step;
			for (const x of [right, right - 1]) {
				if (cells[y][x] !== undefined) continue;
				const dark = ((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
				bit++;
				cells[y][x] = !!dark !== (mask(x, y) === 0);
			}
		}
	}
}

// penalty counts what makes a code hard to read: long runs, blocks, what looks like a finder, and too much of one colour.
function penalty(cells) {
	let cost = 0, dark = 0;
	const row = (i) => cells[i].map((c) => (c ? 1 : 0)).join("");
	const column = (i) => cells.map((r) => (r[i] ? 1 : 0)).join("");
	for (let i = 0; i < size; i++)
		for (const line of [row(i), column(i)]) {
			for (const run of line.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2;
			cost += 40 * (line.match(/(?=00001011101|10111010000)/g) ?? []).length;
		}
	for (let y = 0; y < size; y++)
		for (let x = 0; x < size; x++) {
			dark += cells[y][x];
			if (x && y && cells[y][x] === cells[y][x - 1] && cells[y][x] === cells[y - 1][x] && cells[y][x] === cells[y - 1][x - 1]) cost += 3;
		}
	return cost + 10 * Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size));
}
