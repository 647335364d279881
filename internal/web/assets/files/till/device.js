// What the till asks of the tablet that it runs on: to leave the screen on, and to take it in as an app.

let offer = null;

/** awake keeps the screen on while the till is looked at. */
export function awake() {
	async function hold() {
		if (document.visibilityState !== "visible") return;
		try {
			await navigator.wakeLock.request("screen");
			document.documentElement.dataset.awake = "";
		} catch { /* A tablet that is low on power says no. */ }
	}
	if (!navigator.wakeLock) return;
	document.addEventListener("visibilitychange", hold);
	hold();
}

/** offered hears of the browser's readiness to take the till in; it is asked again in the menu only. */
export function offered() {
	addEventListener("beforeinstallprompt", (e) => {
		e.preventDefault();
		offer = e;
	});
	addEventListener("appinstalled", () => { offer = null; });
}

/** installable is a function that takes the till in, "by hand" where the browser has its own way, or null. */
export function installable() {
	if (offer) {
		return () => {
			const asked = offer;
			offer = null;
			return asked.prompt();
		};
	}
	return navigator.standalone === false ? "by hand" : null;
}
