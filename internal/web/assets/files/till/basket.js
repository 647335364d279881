// A sale while it is being made: who buys, what, and how much of it points and stored money pay. It knows no screen.

import { ask, Problem, Unreachable } from "./ask.js";
import { cost, one, quantity } from "./quantity.js";
import * as queue from "./queue.js";
import * as sync from "./sync.js";
import { counted, decimal } from "./say.js";

/** Basket holds one sale. After each change it asks for a quote and calls changed. */
export class Basket {
	constructor(changed) {
		this.changed = changed;
		this.clear();
	}

	clear() {
		this.abort?.abort();
		clearTimeout(this.timer);
		this.guest = null;
		this.bank = null; // a bank card that the terminal told of and nobody has registered
		this.lines = [];
		this.spend = { how: "none", points: 0 };
		this.stored = false;
		this.coupons = [];
		this.certificates = [];
		this.quote = null;
		this.asking = false;
		this.trouble = null;
		this.key = queue.newKey();
	}

	/** gross is what the lines come to before anything is taken off. */
	get gross() { return this.lines.reduce((sum, line) => sum + cost(line), 0); }

	/** total is what has to be paid by whatever means but points. */
	get total() { return this.quote ? this.quote.totals.payable.amount : this.gross; }

	/** payable is what is still to be paid by cash or card. */
	get payable() { return this.total - this.fromCertificates - this.fromStored; }

	/** fromCertificate is what one certificate pays: as much as there is of it, or as was chosen. */
	fromCertificate(i) {
		let left = this.total;
		for (const [at, c] of this.certificates.entries()) {
			const there = this.quote?.certificates?.find((q) => q.index === at && !q.code)?.balance.amount ?? 0;
			const pays = Math.min(there, c.most ?? there, left);
			if (at === i) return pays;
			left -= pays;
		}
		return 0;
	}

	get fromCertificates() { return this.certificates.reduce((sum, _, i) => sum + this.fromCertificate(i), 0); }

	/** fromStored is what stored money pays. */
	get fromStored() {
		return this.stored && this.quote ? Math.min(this.quote.stored_money_max.amount, this.total - this.fromCertificates) : 0;
	}

	get most() { return this.quote?.points_max ?? 0; }

	/** share is a part of the most points that may be spent, in whole points. */
	share(part) {
		const unit = 10 ** counted().scale;
		const points = Math.floor(this.most * part);
		return points >= unit ? points - points % unit : points;
	}

	/** add takes lines: { price } for a plain sum, with a name and a quantity for goods. */
	add(...lines) {
		for (const line of lines) this.lines.push({ name: "", quantity: one, ...line });
		this.price();
	}

	/** change puts another line in the place of one. */
	change(i, line) {
		this.lines[i] = line;
		this.price();
	}

	remove(i) {
		this.lines.splice(i, 1);
		this.price();
	}

	/** meet puts a guest into the sale, who may have said for good that points are to pay. */
	meet(guest) {
		this.guest = guest;
		this.aim();
		this.stored = false;
		this.price();
	}

	/** aim begins with what the guest's points are for. */
	aim() { this.spend = { how: this.guest?.member?.aim?.for === "discount" ? "most" : "none", points: 0 }; }

	/** prove puts a stronger proof in the place of the code that the guest has shown. */
	prove({ presence, method, strong, member }) {
		this.meet({ ...this.guest, presence, method, strong, member });
	}

	/** confirmed is prove where the guest has said yes to what is to be spent: exactly that. */
	confirmed({ identification, totals, stored_money }) {
		this.prove(identification);
		this.stored = stored_money.amount > 0;
		this.choose("own", totals.points);
	}

	/** take adds a coupon or a certificate that was scanned; false where it is there already. */
	take(list, scan, card) {
		if (list.some((one) => one.card.id === card.id)) return false;
		list.push({ scan, card });
		this.price();
		return true;
	}

	/** drop takes one away again. */
	drop(list, i) {
		list.splice(i, 1);
		this.price();
	}

	choose(how, points = 0) {
		this.spend = { how, points };
		this.price(0);
	}

	/** body is the sale as the API wants it. */
	body(points) {
		const currency = counted().currency;
		const body = {
			currency,
			lines: this.lines.map(({ price, name, quantity: n, ...goods }, i) => ({
				...goods, id: String(i + 1), ...(name ? { name } : {}), quantity: quantity(n), price: { amount: price, currency },
			})),
		};
		if (this.guest?.presence) body.presence = this.guest.presence;
		if (points > 0) body.spend_points = points;
		if (this.coupons.length) body.coupons = this.coupons.map((c) => c.scan);
		return body;
	}

	/** price asks for a quote when nothing more has changed for a moment. */
	price(after = 120) {
		clearTimeout(this.timer);
		this.abort?.abort();
		this.trouble = null;
		this.asking = this.lines.length > 0 && sync.online();
		if (!this.lines.length) this.quote = null;
		if (this.asking) this.timer = setTimeout(() => this.ask(), after);
		else if (!sync.online()) this.quote = null;
		this.changed();
	}

	async ask() {
		const abort = new AbortController();
		this.abort = abort;
		try {
			const quote = await this.quoted(abort.signal);
			if (this.abort !== abort) return;
			this.quote = quote;
			this.spend.points = quote.totals.points;
			if (quote.member && this.guest) this.guest.member = { ...this.guest.member, ...quote.member };
		} catch (error) {
			if (abort.signal.aborted || this.abort !== abort) return;
			this.quote = null;
			if (error instanceof Unreachable) sync.lost();
			else if (error instanceof Problem) this.trouble = error;
			else throw error;
		}
		this.asking = false;
		this.changed();
	}

	/** quoted prices the sale with what is to be spent of it; a part of the most is found in a second step. */
	async quoted(signal) {
		const { how, points } = this.spend;
		const certificates = this.certificates.length ? { certificates: this.certificates.map((c) => c.scan) } : {};
		const ask1 = (body) => ask("POST", "/checkouts/quote", { ...body, ...certificates }, { signal });
		if (how === "most") return ask1({ ...this.body(0), spend_most: true });
		const quote = await ask1(this.body(0));
		if (how === "none" || quote.points_max === 0) return quote;
		this.quote = quote;
		const wanted = how === "own" ? Math.min(points, quote.points_max) : this.share(how === "half" ? 1 / 2 : 1 / 4);
		return wanted > 0 ? ask1(this.body(wanted)) : quote;
	}

	/** tenders are how it is paid, the rest by one kind. */
	tenders(kind) {
		const currency = counted().currency;
		const all = this.certificates.map((c, i) => ({ kind: "certificate", amount: { amount: this.fromCertificate(i), currency }, scan: c.scan }))
			.filter((t) => t.amount.amount > 0);
		if (this.fromStored > 0) all.push({ kind: "stored_money", amount: { amount: this.fromStored, currency } });
		if (this.payable > 0) all.push({ kind, amount: { amount: this.payable, currency } });
		return all;
	}

	/** receipt is the sale as it is handed in where nobody knows whether it was heard. */
	receipt(kind, cashier) {
		const points = this.quote?.totals.points ?? 0;
		const { presence, ...body } = this.body(points);
		body.tenders = this.tenders(kind);
		body.charged = { amount: this.total, currency: body.currency };
		body.checkout_id = this.key;
		body.occurred_at = sync.now().toISOString();
		if (this.guest) body.member = { scan: this.guest.scan };
		if (cashier) body.cashier_id = cashier;
		return body;
	}

	/** shown is what the sale came to, for a list of people. */
	shown() { return { sum: decimal(this.total, counted().places), who: sync.masked(this.guest?.scan) }; }
}
