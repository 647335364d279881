// The card without a network. What stands before this text says the version and the files of the card; the page itself
// is kept as it was last seen, so that it is there before anything was asked. Pages with a question, and what comes after
// a form, are always fetched.
const cacheName = "verno-card-" + version;
const home = "/c/";

self.addEventListener("install", (event) => {
	event.waitUntil((async () => {
		const cache = await caches.open(cacheName);
		await cache.addAll(files);
		await keepPage(cache, await fetch(home, { cache: "no-store" }));
		await self.skipWaiting();
	})());
});

self.addEventListener("activate", (event) => {
	event.waitUntil((async () => {
		for (const name of await caches.keys()) if (name.startsWith("verno-card-") && name !== cacheName) await caches.delete(name);
		await self.clients.claim();
	})());
});

async function keepPage(cache, answer) {
	if (answer.ok && !answer.redirected) await cache.put(home, answer.clone());
	return answer;
}

self.addEventListener("fetch", (event) => {
	const { request } = event, url = new URL(request.url);
	if (url.origin !== location.origin) return;
	if (request.method !== "GET") {
		if (request.mode === "navigate") event.respondWith(changed(request));
	} else if (request.mode === "navigate") {
		event.respondWith(page(request, url));
	} else if (url.pathname === home) {
		event.respondWith(fresh(request));
	} else if (files.includes(url.pathname)) {
		event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
	}
});

// changed lets a form through, after which the page that was kept is no longer true.
async function changed(request) {
	const answer = await fetch(request);
	await (await caches.open(cacheName)).delete(home);
	return answer;
}

async function page(request, url) {
	const kept = await caches.match(home, { ignoreVary: true });
	if (kept && url.pathname === home && !url.search) return kept;
	try {
		const answer = await fetch(request);
		return url.pathname === home ? await keepPage(await caches.open(cacheName), answer) : answer;
	} catch (fault) {
		if (kept) return kept;
		throw fault;
	}
}

async function fresh(request) {
	return keepPage(await caches.open(cacheName), await fetch(request));
}
