// What stays in this phone: the card with its key, under one name of one database. Browsers that keep nothing, such as
// those in private windows, are no fault: the card then asks for its codes.
const name = "verno-card";

function open() {
	return new Promise((done, failed) => {
		const asked = indexedDB.open(name, 1);
		asked.onupgradeneeded = () => asked.result.createObjectStore("card");
		asked.onsuccess = () => done(asked.result);
		asked.onerror = () => failed(asked.error);
	});
}

async function run(mode, act) {
	const db = await open();
	try {
		return await new Promise((done, failed) => {
			const all = db.transaction("card", mode), asked = act(all.objectStore("card"));
			all.oncomplete = () => done(asked.result);
			all.onerror = all.onabort = () => failed(all.error);
		});
	} finally {
		db.close();
	}
}

export const recall = () => run("readonly", (cards) => cards.get("own"));
export const keep = (card) => run("readwrite", (cards) => cards.put(card, "own"));

// forget leaves nothing of the card in this browser.
export async function forget() {
	indexedDB.deleteDatabase(name);
	for (const kept of ["visits", "code"]) localStorage.removeItem("verno.card." + kept);
	for (const kept of (await globalThis.caches?.keys()) ?? []) if (kept.startsWith(name)) await caches.delete(kept);
}
