// The documents that a guest agrees to. The till keeps those of the last time, for guests who join without a network.

import { get, Problem, Unreachable } from "./ask.js";
import * as sync from "./sync.js";

const place = "verno.till.texts";

/** kept are the documents of the last time. */
export function kept() {
	try {
		return JSON.parse(localStorage.getItem(place)) ?? [];
	} catch {
		return [];
	}
}

/** texts are the documents in force, as { purpose, version, title, body, hash }; none where none was published. */
export async function texts() {
	if (!sync.online()) return kept();
	try {
		const { items } = await get("texts");
		localStorage.setItem(place, JSON.stringify(items));
		return items;
	} catch (error) {
		if (error instanceof Problem || error instanceof Unreachable) return kept();
		throw error;
	}
}
