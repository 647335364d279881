// The till's shell: its page, scripts and styles, kept so that the till starts without a network. It keeps nothing else:
// what is asked of the API goes to the network or fails, and what was sold lies in the queue. The address of this script
// has the version of all assets in it; another version is another shell. The page itself is put there by whoever shows it,
// as only that page knows its language.
const version = new URL(self.location.href).searchParams.get("v");
const name = "verno-till-" + version;
const page = "/till/";
const patience = 4000;

self.addEventListener("install", (event) => event.waitUntil(fill()));

async function fill() {
	const { files } = await (await fetch("/till/shell.json", { cache: "no-store" })).json();
	const cache = await caches.open(name);
	await cache.addAll(files);
	await self.skipWaiting();
}

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

/** takeOver ends the shells of before, but only when this one is whole: a till whose network dies in the middle of an update
    starts as it was. Whoever shows the page ends them otherwise. */
async function takeOver() {
	if (await (await caches.open(name)).match(page)) {
		for (const other of await caches.keys()) {
			if (other.startsWith("verno-till-") && other !== name) await caches.delete(other);
		}
	}
	await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/till/api/")) return;
	if (request.mode === "navigate") event.respondWith(show(request));
	else if (url.pathname.startsWith("/assets/")) event.respondWith(fixed(request));
	else if (["style", "script", "image", "font", "manifest"].includes(request.destination)) event.respondWith(fresh(request));
});

/** show is the page from the network, or as it was last seen where there is none or it takes too long. */
async function show(request) {
	try {
		const answer = await fetch(request, { signal: AbortSignal.timeout(patience) });
		if (new URL(request.url).pathname === page && await ours(answer.clone())) await keep(page, answer.clone());
		return answer.status < 500 ? answer : ((await caches.match(page)) ?? answer);
	} catch {
		return (await caches.match(page)) ?? Response.error();
	}
}

/** ours says whether a page goes with the files of this shell, and not with those of the next version. */
async function ours(answer) {
	return (await answer.text()).includes(`/assets/${version}/`);
}

async function keep(address, answer) {
	if (answer.ok && !answer.redirected) await (await caches.open(name)).put(address, answer);
}

/** fixed is a file that never changes under its address. */
async function fixed(request) {
	const known = await caches.match(request);
	if (known) return known;
	const answer = await fetch(request);
	await keep(request, answer.clone());
	return answer;
}

/** fresh is a file that may change, such as the merchant's colours. */
async function fresh(request) {
	try {
		const answer = await fetch(request);
		await keep(request, answer.clone());
		return answer;
	} catch {
		return (await caches.match(request)) ?? Response.error();
	}
}
