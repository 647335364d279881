// What the till knows of itself. It is kept for the next start, so that a till without a network still knows who it is;
// nothing of it is secret or about a member.

const place = "verno.till";

/** till is read everywhere and changed by change alone. */
export const till = { paired: false, livemode: true, brand: "", terminal: null, store: null, levels: [], staff: null, cashiers: [], offline: false };

const listeners = new Set();

/** changed calls a function after each change; it returns what ends that. */
export function changed(fn) {
	listeners.add(fn);
	return () => listeners.delete(fn);
}

export function change(patch) {
	Object.assign(till, patch);
	const { offline, ...keep } = till;
	try {
		localStorage.setItem(place, JSON.stringify(keep));
	} catch { /* A till that may not keep anything works all the same while it is online. */ }
	for (const fn of listeners) fn(till);
}

/** remembered is what was known at the end of the last time, or null. */
export function remembered() {
	try {
		return JSON.parse(localStorage.getItem(place));
	} catch {
		return null;
	}
}

/** levelName is what a level is called. */
export function levelName(id) { return till.levels?.find((l) => l.id === id)?.name ?? id; }
