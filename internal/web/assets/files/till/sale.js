// The sale: one field, a guest, a sum, what to spend, how it is paid. Everything is one screen, and the button below the keys
// always says what comes next.

import { ask, Problem, Unreachable } from "./ask.js";
import { beside } from "./bank.js";
import { Basket } from "./basket.js";
import { takeChanged } from "./changed.js";
import { commit } from "./commit.js";
import { contact, gather, parse } from "./contact.js";
import { h, put } from "./dom.js";
import { done } from "./done.js";
import { entry } from "./entry.js";
import { bad, found, good } from "./feel.js";
import { doing, makeField, meaning, phone } from "./field.js";
import * as guests from "./guest.js";
import { acts } from "./guest_acts.js";
import { item } from "./item.js";
import { join } from "./join.js";
import { keypad } from "./keypad.js";
import * as parts from "./money.js";
import { papers } from "./papers.js";
import { bankCard, ofBank, read } from "./reader.js";
import { money, say } from "./say.js";
import { askPhone, typePIN, ways } from "./proof.js";
import { till } from "./state.js";
import * as sync from "./sync.js";
import { takeBack } from "./take_back.js";
import { sellGift, topUp } from "./top_up.js";
import * as training from "./training.js";

/** Sale is the screen. It lives as long as the page, so that a glance at another tab loses nothing. */
export class Sale {
	constructor({ camera }) {
		this.field = makeField({ label: say("field.hint"), onchange: () => this.draw(), onenter: () => this.enter(), oncamera: camera });
		this.basket = new Basket(() => this.draw());
		this.keys = true;
		this.busy = "";
		this.looking = false;
		this.turn = 0;
		this.notice = h("div", { class: "said", role: "alert" });
		this.guest = h("section", { "aria-live": "polite", "aria-label": say("guest.nameless") });
		this.sum = h("section", { class: "sums" });
		this.pad = h("section", { class: "pad" });
		this.keypad = keypad(this.field.input);
		this.go = h("button", { class: "button main big", type: "button", id: "go", onclick: () => this.enter() });
		this.field.input.addEventListener("pointerdown", () => this.show(true));
		this.aside = false;
		this.node = h("div", { class: "sale" });
		this.restore();
		this.draw();
	}

	focus() { this.field.input.focus({ preventScroll: true }); }

	show(keys) {
		this.keys = keys;
		this.draw();
	}

	/** scanned takes a code from the scanner, the camera or a reader. */
	scanned(text) {
		const whole = gather(text);
		if (whole === null || this.busy) return;
		if ((this.aside || this.result) && bankCard(whole)) return; // It is of the sale that is over.
		if (this.aside) this.back();
		if (this.result) this.next();
		this.identify(whole);
	}

	/** enter does what the button says. */
	enter() {
		const typed = meaning(this.field.input.value);
		if (typed.kind === "sum") {
			this.field.set("");
			this.keys = false;
			this.basket.add({ price: typed.sum });
		} else if (typed.kind === "guest") {
			this.identify(typed.scan);
		} else if (!typed.kind && this.basket.lines.length) {
			this.show(false);
			this.pad.querySelector(".pay:not(:disabled)")?.focus();
		}
	}

	/** draw shows the sale as it is, and leaves the focus where it was. */
	draw() {
		const at = this.node.contains(document.activeElement) ? document.activeElement : null;
		this.drawAll();
		if (!at || at.isConnected) return;
		const same = at.id && document.getElementById(at.id);
		if (same && !same.disabled) same.focus({ preventScroll: true });
		else this.focus();
	}

	drawAll() {
		const typed = meaning(this.field.input.value);
		const { basket } = this;
		put(this.guest, this.looking ? guests.waiting() : basket.guest ? guests.card(basket.guest, acts(this)) : guests.none());
		const add = () => this.item();
		put(this.sum, basket.lines.length > 0 ? parts.sum(basket, { remove: (i) => this.remove(i), change: (i) => this.item(i), add, clear: () => this.next() })
			: parts.addButton(add), papers(basket, () => this.focus(), sync.online() && !training.on() ? (c, remove) => this.beyond(() => takeBack(c.card, remove)) : null), parts.spend(basket), ways(basket, (how) => this.prove(how)));
		this.node.dataset.lines = String(basket.lines.length);
		if (basket.trouble && this.shownTrouble !== basket.trouble) this.trouble(basket.trouble);
		this.shownTrouble = basket.trouble;
		this.drawPad(typed);
	}

	drawPad(typed) {
		const { basket } = this;
		const paying = basket.lines.length > 0 && !typed.kind && !this.keys;
		this.pad.classList.toggle("paying", paying);
		if (paying) {
			put(this.pad, h("div", { class: "pays" }, parts.pay(basket, this.busy, (kind) => this.pay(kind)),
				h("p", { class: "quiet center", role: "status" }, this.busy),
				h("button", { class: "button", type: "button", id: "edit", disabled: Boolean(this.busy), onclick: () => {
					this.show(true);
					this.focus();
				} }, say("sum.edit"))));
			return;
		}
		this.go.disabled = typed.kind === "more" || !typed.kind && !basket.lines.length;
		this.go.textContent = doing(typed, basket);
		if (!this.keypad.isConnected) put(this.pad, this.keypad, this.go);
	}

	say(kind, title, text, ...actions) {
		put(this.notice, h("div", { class: "notice " + kind }, h("strong", {}, title), text && h("p", {}, text), actions.length > 0 && h("div", { class: "row" }, actions)));
	}

	/** identify finds out who it is. Without a network the card is noted, and points come when the sale is handed in. */
	async identify(scan) {
		put(this.notice);
		this.field.set("");
		if (ofBank(scan)) return this.unknown("", { text: say("unknown.bank") });
		const person = parse(scan);
		if (person) return this.introduce(person);
		const card = bankCard(scan);
		if (card && this.basket.guest) return beside(this, card);
		if (!sync.online()) return this.offline(scan);
		const turn = ++this.turn;
		this.looking = true;
		this.draw();
		try {
			const who = await ask("POST", "/identifications", read(scan));
			if (turn === this.turn) this.met(scan, who);
		} catch (error) {
			if (turn !== this.turn) return; // Another card was shown meanwhile.
			if (error instanceof Unreachable) {
				sync.lost();
				await this.offline(scan);
			} else if (error instanceof Problem) this.unknown(scan, error);
			else throw error;
		} finally {
			if (turn === this.turn) {
				this.looking = false;
				this.draw();
				this.focus();
			}
		}
	}

	/** met goes on with who was found; or with what, where a card says not who buys. */
	met(scan, who) {
		switch (who.card?.scan) {
			case "enter": return this.beside(entry(scan, who.card, () => this.back()));
			case "show": return this.introduce(who.card.contact);
			case "redeem": return this.paper(this.basket.coupons, scan, who.card);
			case "tender": return who.card.unfilled ? this.beyond(() => sellGift(scan, who.card, this.basket.guest)) : this.paper(this.basket.certificates, scan, who.card);
		}
		found();
		this.keys = this.basket.lines.length === 0;
		this.basket.meet({ scan, presence: who.presence, method: who.method, strong: who.strong, member: who.member, card: who.card });
	}

	/** paper puts a coupon or a certificate beside the goods. */
	paper(list, scan, card) {
		if (this.basket.take(list, scan, card)) {
			found();
			this.keys = this.basket.lines.length === 0;
		} else {
			bad();
			this.say("warn", say("paper.there"));
		}
	}

	async introduce(person) {
		found();
		await contact(person);
		this.focus();
	}

	/** beside shows something else for a while; the sale waits behind it as it is. */
	beside(node) {
		this.aside = true;
		put(this.node, node);
		this.node.classList.add("finished");
	}

	back() {
		this.aside = false;
		this.restore();
		this.draw();
		this.focus();
	}

	restore() {
		this.node.classList.remove("finished");
		put(this.node, h("div", { class: "sale-side" }, this.field.node, this.notice, this.guest, this.sum), this.pad);
	}

	async offline(scan) {
		const state = await sync.cardState(scan);
		if (state) {
			bad();
			return this.say("bad", say("unknown.card"));
		}
		found();
		this.basket.meet({ scan, shown: sync.masked(scan), member: null });
	}

	unknown(scan, problem) {
		const card = bankCard(scan);
		if (problem.code === "card_not_usable" && card) {
			this.basket.bank = card;
			return this.say("", say("bank.nobodys"), say("bank.nobodys_hint"));
		}
		bad();
		if (problem.code === "card_not_usable" && phone(scan)) {
			return this.say("warn", say("unknown.title"), say("unknown.hint"),
				h("button", { class: "button main", type: "button", id: "enrol", onclick: () => this.join(scan) }, say("unknown.do")),
				h("button", { class: "button", type: "button", onclick: () => this.hush() }, say("unknown.later")));
		}
		this.say("bad", problem.code === "card_not_usable" ? say("unknown.card") : problem.text, problem.more === problem.text ? "" : problem.more);
	}

	async join(scan) {
		const joined = await join(scan);
		if (joined) await this.identify(joined);
		if (joined && this.basket.guest) this.say("good", say(this.basket.guest.member ? "join.done" : "join.done_offline"));
		this.focus();
	}

	/** prove has the guest prove more than the code did: by a PIN, or by a yes in the phone. */
	async prove(how) {
		put(this.notice);
		const { basket } = this;
		const proved = await (how === "pin" ? typePIN(basket) : askPhone(basket));
		if (proved && how === "pin") basket.prove(proved);
		else if (proved) basket.confirmed(proved);
		this.focus();
	}

	async topUp() {
		const paid = await topUp(this.basket.guest);
		if (paid && this.basket.guest?.member.stored_money != null) {
			this.basket.guest.member.stored_money = paid.balance.amount;
			this.basket.price();
		}
		this.focus();
	}

	/** beyond waits for what is done beside a sale. A guest whose account is another one afterwards is found anew, and a code
	    that is good once has to be shown again. */
	async beyond(begin, told) {
		await null; // Whoever was looked for is drawn first, or the field would take the focus from under the sheet.
		const { guest } = this.basket;
		const done = await begin();
		if (done?.changed && guest?.presence) {
			this.basket.meet(null);
			if (!["live_code", "nfc"].includes(guest.method)) await this.identify(guest.scan);
		}
		if (done && told) this.say("good", ...told(done));
		this.focus();
	}

	drop() {
		this.basket.meet(null);
		this.hush();
	}

	/** hush takes away what was said. */
	hush() {
		put(this.notice);
		this.focus();
	}

	/** item adds a line of goods, or changes one. */
	async item(i) {
		const line = await item(this.basket.lines[i]);
		if (line === "out") return this.remove(i);
		if (line && i === undefined) this.basket.add(line);
		else if (line) this.basket.change(i, line);
		if (line) this.show(false);
		this.focus();
	}

	/** given takes the lines of a basket that another program has made. */
	given(lines) {
		if (this.aside) this.back();
		if (this.result) this.next();
		if (this.busy) return;
		this.basket.lines = [];
		this.basket.add(...lines);
		this.show(false);
	}

	remove(i) {
		this.basket.remove(i);
		if (!this.basket.lines.length) this.keys = true;
		this.focus();
	}

	/** trouble says what the server has against the sale as it is, and mends what can be mended without asking. */
	async trouble(problem) {
		if (["presence_invalid", "presence_stale", "confirmation_over", "confirmation_differs"].includes(problem.code)) return this.meetAgain(problem);
		bad();
		this.say("bad", problem.text, problem.more);
		if (this.basket.spend.how !== "none") this.basket.choose("none");
		else if (/^(coupon|certificate)_/.test(problem.code)) this.basket.price(0);
	}

	/** meetAgain finds a guest once more whose presence has ended, which no one-time code can do. */
	async meetAgain(problem) {
		const { guest } = this.basket;
		this.basket.meet(null);
		bad();
		if (guest && !["live_code", "nfc"].includes(guest.method)) {
			await this.identify(guest.scan);
			if (!problem.code.startsWith("confirmation")) return;
		}
		this.say("warn", problem.text, problem.more);
	}

	async pay(kind) {
		put(this.notice);
		this.busy = say("pay.busy");
		this.draw();
		try {
			const out = await commit(this.basket, kind, till.staff?.id, () => {
				this.busy = say("pay.unsure");
				this.draw();
			});
			this.busy = "";
			this.finish(out);
		} catch (error) {
			this.busy = "";
			this.draw();
			if (!(error instanceof Problem)) {
				bad();
				if (error instanceof DOMException) return this.say("bad", say("offline.full"), say("offline.full_hint"));
				this.say("bad", say("failed"));
				throw error;
			}
			if (error.code === "totals_changed" && error.body.quote) return this.totalsChanged(error.body.quote, kind);
			if (error.status !== 401) await this.trouble(error);
		}
	}

	/** totalsChanged shows what the sale comes to now beside what it came to, and one touch takes it. */
	async totalsChanged(quote, kind) {
		bad();
		const was = this.basket.quote.totals;
		const yes = await takeChanged(was, quote.totals);
		this.basket.quote = quote;
		this.basket.spend.points = quote.totals.points;
		this.draw();
		if (yes) await this.pay(kind);
	}

	finish(out) {
		good();
		this.result = { ...out, basket: this.basket };
		document.dispatchEvent(new CustomEvent("till-sold"));
		put(this.node, done(this.result, () => this.next()));
		this.node.classList.add("finished");
	}

	/** next begins a new sale. */
	next() {
		if (this.result) {
			this.result = null;
			this.restore();
		}
		put(this.notice);
		this.keys = true;
		this.field.input.value = "";
		this.basket = new Basket(() => this.draw());
		this.field.set("");
		this.focus();
	}

	/** refresh asks again when the network has come or gone. */
	refresh() {
		if (this.result || this.aside || this.busy) return;
		if (this.basket.guest && !this.basket.guest.presence && sync.online()) this.identify(this.basket.guest.scan);
		else this.basket.price(0);
	}
}
