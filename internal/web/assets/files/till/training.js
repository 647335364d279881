// Training: the till as it is, in front of made-up guests. What the page asks is answered here, from the memory of this tab, and
// no request goes out: nothing of it can reach the books. The queue refuses to keep anything meanwhile (see queue.js), and a mark
// stands on every screen.
//
//   if (on()) begin()      when the page starts, before anything is asked
//   enter(), leave()       the page starts anew
import { Problem, transport } from "./ask.js";
import { h } from "./dom.js";
import { counted, points, say } from "./say.js";
import { cost, thousandths } from "./quantity.js";
import { trainingFlag } from "./queue.js";
import { remembered } from "./state.js";
import { kept } from "./texts.js";

const memory = "verno.till.training.books";

export { training as on } from "./queue.js";

export function enter() {
	sessionStorage.setItem(trainingFlag, "1");
	location.reload();
}

export function leave() {
	sessionStorage.removeItem(trainingFlag);
	sessionStorage.removeItem(memory);
	location.reload();
}

let books; // opened when the till knows in what is counted

/** begin puts the sandbox in front of the network, and the mark onto the page. */
export function begin() {
	transport(answer);
	document.documentElement.dataset.training = "";
	document.body.prepend(h("div", { class: "training-mark", role: "note" }, say("training.mark"),
		h("button", { class: "button", type: "button", onclick: leave }, say("training.leave"))));
}

const firstGuests = () => [
	{ name: say("training.guest_1"), balance: 350 }, { name: say("training.guest_2"), balance: 40 }, { name: say("training.guest_3"), balance: 2100 },
].map(({ name, balance }, i) => ({
	id: newID("mem"), name, phone: "+7900000000" + (i + 1), card: "900000000000000" + (i + 1), points: balance * 10 ** counted().scale, stored: 0,
}));

/** newID is a name such as the server gives, of nothing that the server has. */
function newID(prefix) {
	let n = crypto.getRandomValues(new Uint8Array(16)).reduce((all, byte) => all * 256n + BigInt(byte), 0n) << 2n;
	let text = "";
	for (let i = 0; i < 26; i++, n >>= 5n) text = letters[Number(n & 31n)] + text;
	return prefix + "_" + text;
}

const letters = "0123456789abcdefghjkmnpqrstvwxyz";

const money = (amount) => ({ amount, currency: counted().currency });
const pointsOf = (minor) => Math.floor((minor * 10 ** counted().scale) / 10 ** counted().places);
const minorOf = (n) => Math.floor((n * 10 ** counted().places) / 10 ** counted().scale);
const whole = (n) => n - (n % 10 ** counted().scale);
const later = (days) => new Date(Date.now() + days * 24 * 3600 * 1000).toISOString();

function refuse(status, code, text) {
	throw new Problem(status, { status, code, title: text, detail: text, cashier_message: text });
}

const routes = [
	["GET", /^\/state$/, remembered],
	["GET", /^\/totals$/, totals],
	["GET", /^\/texts$/, () => ({ items: kept() })],
	["GET", /^\/cashiers$/, () => ({ items: remembered()?.cashiers ?? [] })],
	["POST", /^\/cashier_sessions$/, () => ({})],
	["DELETE", /^\/cashier_sessions\/current$/, () => null],
	["POST", /^\/identifications$/, identify],
	["POST", /^\/members$/, join],
	["POST", /^\/top_ups$/, topUp],
	["POST", /^\/checkouts\/quote$/, quote],
	["POST", /^\/checkouts\/([^/]+)\/commit$/, commit],
	["POST", /^\/receipts\/search$/, search],
	["GET", /^\/receipts\/([^/?]+)$/, (_, id) => receiptBy(id)],
	["POST", /^\/receipts\/([^/?]+)\/returns(\?dry_run=true)?$/, giveBack],
	["GET", /^\/operations\/(.+)$/, (_, key) => operation(decodeURIComponent(key))],
];

/** answer stands in for the server. */
async function answer(method, path, body, { key } = {}) {
	if (path !== "/state") books ??= JSON.parse(sessionStorage.getItem(memory)) ?? { guests: firstGuests(), receipts: [], paid: {} };
	for (const [by, at, act] of routes) {
		const m = by === method && at.exec(path);
		if (!m) continue;
		const said = structuredClone(act(body ?? {}, m[1], m[2], key));
		if (books) sessionStorage.setItem(memory, JSON.stringify(books));
		return said;
	}
	return refuse(404, "not_found", say("training.refused"));
}

const digitsOf = (text) => text.replace(/\D/g, "");

/** identify finds somebody for nearly every number, so that any card at hand will do. */
function identify({ scan }) {
	const digits = digitsOf(scan);
	if (digits.endsWith("00")) refuse(404, "card_not_usable", say("training.unknown"));
	const known = books.guests.find((g) => digits === g.card || digits.slice(-10) === digitsOf(g.phone).slice(-10));
	const guest = known ?? books.guests[[...digits].reduce((sum, d) => sum + Number(d), 0) % 3];
	return { presence: "training:" + guest.id, method: "live_code", strong: true, card_id: newID("crd"), expires_at: later(1), member: view(guest) };
}

function view(guest) {
	const soon = Math.min(guest.points, whole(Math.floor(guest.points / 4)));
	return {
		id: guest.id, first_name: guest.name, phone: "+7 ••• ••• •• " + guest.phone.slice(-2), points_balance: guest.points, stored_money: guest.stored,
		points_spendable: guest.points, frozen: false, expiring: soon > 0 ? [{ expires_at: later(20), points: soon }] : [],
	};
}

const guestOf = (presence) => books.guests.find((g) => presence === "training:" + g.id);

function join({ phone, first_name }, _, __, key) {
	if (books.paid[key]) return books.paid[key];
	const digits = digitsOf(phone ?? "");
	if (books.guests.some((g) => digitsOf(g.phone).slice(-10) === digits.slice(-10))) refuse(409, "phone_taken", say("join.there"));
	const guest = { id: newID("mem"), name: first_name ?? "", phone: "+" + digits, card: "", points: 0, stored: 0 };
	books.guests.push(guest);
	return (books.paid[key] = { member: { id: guest.id }, cards: [] });
}

function topUp({ presence, amount, tender }, _, __, key) {
	if (books.paid[key]) return books.paid[key];
	const guest = guestOf(presence);
	guest.stored += amount.amount;
	(books.topUps ??= []).push({ kind: tender, amount });
	return (books.paid[key] = { entry_id: newID("ent"), member_id: guest.id, amount, balance: money(guest.stored), at: new Date().toISOString() });
}

/** quote prices a sale: a point for twenty, and half of it may be paid by points. */
function quote({ presence, lines, spend_points: wanted = 0, spend_most: most }) {
	const guest = guestOf(presence);
	const gross = lines.reduce((sum, l) => sum + sumOf(l), 0);
	const max = guest ? Math.min(guest.points, whole(pointsOf(Math.floor(gross / 2)))) : 0;
	const spent = most ? max : Math.min(wanted, max);
	const redeemed = minorOf(spent);
	const earn = guest ? pointsOf(Math.floor((gross - redeemed) / 20)) : 0;
	return {
		currency: counted().currency, points_scale: counted().scale, member: guest && view(guest), lines: parts(lines, redeemed, earn), awards: [],
		totals: { gross: money(gross), discount: money(0), points: spent, redeemed: money(redeemed), payable: money(gross - redeemed), earn },
		points_max: max, stored_money_max: money(Math.min(guest?.stored ?? 0, gross - redeemed)),
		messages: { cashier: [], receipt: earn > 0 ? [say("training.promise", { n: points(earn) })] : [] }, expires_at: later(1),
	};
}

const sumOf = (l) => cost({ price: l.price.amount, quantity: thousandths(l.quantity) });

/** parts gives each line its share of what is spent and earned; the last line takes the rest. */
function parts(lines, redeemed, earn) {
	const gross = lines.reduce((sum, l) => sum + sumOf(l), 0);
	let [left, toEarn] = [redeemed, earn];
	return lines.map((l, i) => {
		const last = i === lines.length - 1;
		const share = (of, rest) => (last ? rest : Math.floor((of * sumOf(l)) / gross));
		const [r, e] = [share(redeemed, left), share(earn, toEarn)];
		left -= r;
		toEarn -= e;
		const sum = money(sumOf(l));
		return { ...l, sum, net: sum, discounts: [], redeemed: money(r), points_max: sum, earn: e };
	});
}

function commit(body, checkout) {
	const there = books.receipts.find((r) => r.checkout_id === checkout);
	if (there) return there;
	const priced = quote({ ...body, spend_points: body.totals.points });
	const guest = guestOf(body.presence);
	const stored = body.tenders.filter((t) => t.kind === "stored_money").reduce((sum, t) => sum + t.amount.amount, 0);
	if (guest) {
		guest.points += priced.totals.earn - priced.totals.points;
		guest.stored -= stored;
	}
	const receipt = {
		id: newID("rcp"), kind: "sale", checkout_id: checkout, member_id: guest?.id, number: String(books.receipts.length + 1), occurred_at: new Date().toISOString(),
		received_at: new Date().toISOString(), currency: priced.currency, totals: priced.totals, lines: priced.lines, awards: [], tenders: body.tenders,
		messages: { cashier: [], receipt: sentences(priced.totals) }, returned: [],
	};
	books.receipts.push(receipt);
	return receipt;
}

function sentences({ earn, points: spent }) {
	return [
		earn > 0 && say("training.earned", { n: points(earn) }), spent > 0 && say("training.spent", { n: points(spent) }), say("training.lesson"),
	].filter(Boolean);
}

function receiptBy(id) {
	return books.receipts.find((r) => r.id === id || r.number === id) ?? refuse(404, "not_found", say("refund.not_found"));
}

function search({ number, kind, limit = 50 }) {
	const items = books.receipts.filter((r) => (!number || r.number === number) && (!kind || r.kind === kind)).reverse().slice(0, limit);
	return { items, has_more: false };
}

const operation = (key) => {
	const receipt = books.receipts.find((r) => r.checkout_id === key);
	return receipt ? { key, state: "applied", receipt } : { key, state: "never_seen" };
};

/** giveBack undoes whole lines of a sale, as the training sells each but once. */
function giveBack({ lines }, id, dry, key) {
	if (!dry && books.paid[key]) return books.paid[key];
	const sale = receiptBy(id);
	const gone = new Set(sale.returned.map((r) => r.line_id));
	const back = sale.lines.filter((l) => !gone.has(l.id) && (!lines || lines.some((x) => x.line_id === l.id)));
	const sum = (of) => back.reduce((all, l) => all + of(l), 0);
	const [net, redeemed, taken] = [sum((l) => l.net.amount), sum((l) => l.redeemed.amount), sum((l) => l.earn)];
	const stored = sale.tenders.filter((t) => t.kind === "stored_money").reduce((all, t) => all + t.amount.amount, 0);
	const toCard = Math.min(stored - (sale.backToCard ?? 0), net - redeemed);
	const kind = sale.tenders.find((t) => t.kind !== "stored_money")?.kind ?? "cash";
	const refund = net - redeemed - toCard;
	const tenders = refund > 0 ? [{ kind, amount: money(refund) }] : [];
	const receipt = {
		id: newID("rcp"), kind: "return", sale_id: sale.id, member_id: sale.member_id, occurred_at: new Date().toISOString(), currency: sale.currency, tenders,
		totals: sale.totals, messages: { cashier: [], receipt: [] }, returned: [],
		return: {
			lines: back.map((l) => ({ line_id: l.id, quantity: l.quantity, net: l.net, redeemed: l.redeemed, points_taken: l.earn })),
			points_back: pointsOf(redeemed), points_taken: taken, stamps_taken: 0, stamps_back: 0, stored_money_back: money(toCard), refund: money(refund), tenders,
			whole: back.length + gone.size === sale.lines.length,
		},
	};
	if (dry) return receipt;
	const guest = books.guests.find((g) => g.id === sale.member_id);
	if (guest) {
		guest.points = Math.max(0, guest.points + pointsOf(redeemed) - taken);
		guest.stored += toCard;
	}
	sale.backToCard = (sale.backToCard ?? 0) + toCard;
	sale.returned.push(...back.map((l) => ({ line_id: l.id, quantity: l.quantity })));
	books.receipts.push(receipt);
	return (books.paid[key] = receipt);
}

function totals() {
	const [sales, returns] = ["sale", "return"].map((kind) => books.receipts.filter((r) => r.kind === kind));
	const sum = (rows, of) => rows.reduce((all, r) => all + of(r), 0);
	const tenders = new Map();
	const add = (rows, sign) => rows.forEach((r) => r.tenders.forEach((t) => tenders.set(t.kind, (tenders.get(t.kind) ?? 0) + sign * t.amount.amount)));
	const topUps = books.topUps ?? [];
	add(sales, 1);
	add(returns, -1);
	add([{ tenders: topUps }], 1);
	const side = { count: sales.length, amount: sum(sales, (r) => r.totals.payable.amount) };
	return {
		day: new Date().toISOString().slice(0, 10), sales: side, returns: { count: returns.length, amount: sum(returns, (r) => r.return.refund.amount) },
		top_ups: { count: topUps.length, amount: sum(topUps, (t) => t.amount.amount) },
		tenders: [...tenders].map(([kind, amount]) => ({ kind, amount })), earned: sum(sales, (r) => r.totals.earn) - sum(returns, (r) => r.return.points_taken),
		spent: sum(sales, (r) => r.totals.points) - sum(returns, (r) => r.return.points_back), members: sales.filter((r) => r.member_id).length,
		cashiers: [{ name: remembered()?.staff?.name ?? "", sales: side }], partial: false,
	};
}
