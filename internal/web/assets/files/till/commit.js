// Closing a sale exactly once. Before the first word goes out the sale lies in the queue with its key, so that a reload, an
// empty battery or a network that dies in the middle lose nothing and double nothing: the queue hands it in under that key.

import { ask, Problem, Unreachable } from "./ask.js";
import * as queue from "./queue.js";
import * as sync from "./sync.js";
import { counted } from "./say.js";

/** commit closes a basket. It gives { receipt }, { queued: true } where it is handed in later, or throws a Problem, and then
    nothing has happened. unsure is called while the outcome is not known. */
export async function commit(basket, kind, cashier, unsure) {
	const receipt = basket.receipt(kind, cashier);
	const label = { sum: receipt.charged, who: sync.masked(basket.guest?.scan) };
	if (!basket.quote) {
		await sync.sell({ ...receipt, key: basket.key, checkout: basket.key, scan: basket.guest?.scan, cashier, label });
		return { queued: true };
	}
	const { quote, key } = basket;
	const body = { ...basket.body(quote.totals.points), totals: quote.totals, tenders: receipt.tenders };
	await remember({ kind: "sale", key, body: receipt, label });
	let unheard = false;
	try {
		const done = await twice(() => ask("POST", `/checkouts/${key}/commit`, body, { key }), () => {
			unheard = true;
			unsure();
		});
		return await booked(key, done);
	} catch (error) {
		if (refused(error, unheard)) {
			await queue.forget(key); // It was refused, and the key is free.
			throw error;
		}
		return outcome(key);
	}
}

/** booked notes that a sale is in the books. Where the disk takes no note the sale is made all the same: what is left in the
    queue is handed in again, and the books know the key. */
async function booked(key, receipt) {
	await queue.settle(key, "done", { state: "applied", receipt: receipt.id, earn: receipt.totals.earn }).catch((e) => console.warn("the queue takes no note:", e));
	return { receipt };
}

/** refused says that nothing has happened. Where the first try was not answered, a no that comes before the key is looked up,
    as to a shift that has ended, says nothing about it. */
function refused(error, unheard) {
	return error instanceof Problem && error.status < 500 && error.code !== "outcome_unknown" && !(unheard && [401, 403, 429].includes(error.status));
}

/** remember puts the sale into the queue. In the training nothing is kept, and nothing needs to be. */
async function remember(op) {
	if (sessionStorage.getItem("verno.till.training") === null) await queue.open(op);
}

async function twice(send, unsure) {
	try {
		return await send();
	} catch (error) {
		if (!(error instanceof Unreachable) && !(error.status >= 500)) throw error;
		unsure();
		return send();
	}
}

/** outcome asks what became of a key; where nobody can say, the sale stays in the queue, which asks until it knows. */
async function outcome(key) {
	try {
		const o = await ask("GET", "/operations/" + encodeURIComponent(key));
		if (o.state === "applied") return await booked(key, o.receipt);
	} catch (error) {
		if (!(error instanceof Unreachable) && !(error instanceof Problem)) throw error;
	}
	await queue.later(key);
	sync.lost();
	return { queued: true };
}

/** undo gives a whole sale back. Its key is made once, so that a second try is the same return. */
export function undo(receipt, key) {
	return ask("POST", `/receipts/${receipt.id}/returns`, {}, { key });
}

/** tendered is what a receipt or return came to by cash and the like, without what guests have with us. */
export function tendered(tenders) {
	return tenders.filter((t) => !["points", "stored_money", "certificate"].includes(t.kind)).reduce((sum, t) => sum + t.amount.amount, 0);
}

export const inCurrency = (amount) => ({ amount, currency: counted().currency });
