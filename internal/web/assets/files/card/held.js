// A card that is good for whoever holds it, on a page that stays open: what a till does to it is seen here by itself.
const quick = 3000, slow = 15_000, opened = Date.now();

// follow asks for the page anew and puts in place what is different. Where the card is here no more, the server says so.
async function follow() {
	const answer = await fetch(location.href, { cache: "no-store" });
	if (answer.status === 404 || answer.redirected) return location.reload();
	if (!answer.ok) return;
	const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
	const from = fresh.getElementById("content"), to = document.getElementById("content");
	if (!from || fresh.documentElement.lang !== document.documentElement.lang) return;
	const open = [...to.querySelectorAll("details")].map((d) => d.open);
	from.querySelectorAll("details").forEach((d, i) => (d.open = open[i] ?? false));
	for (const part of ["show", "account"]) {
		const [now, then] = [from, to].map((page) => page.querySelector(`:scope > .${part}`));
		if (!then.isEqualNode(now)) then.replaceWith(document.adoptNode(now));
	}
}

function watch() {
	setTimeout(async () => {
		if (!document.hidden) await follow().catch(() => {}); // Without a network the card stays as it was.
		watch();
	}, Date.now() - opened < 180_000 ? quick : slow);
}

document.addEventListener("visibilitychange", () => document.hidden || follow().catch(() => {}));
watch();
