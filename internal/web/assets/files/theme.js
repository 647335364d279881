// What a reader has chosen for this browser. It runs before the page is drawn, so that nothing flashes.
const chosen = localStorage.getItem("verno.theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
document.addEventListener("change", (e) => {
	const box = e.target.closest("[data-theme-choice]");
	if (!box) return;
	if (box.value) {
		document.documentElement.dataset.theme = box.value;
		localStorage.setItem("verno.theme", box.value);
	} else {
		delete document.documentElement.dataset.theme;
		localStorage.removeItem("verno.theme");
	}
});
document.addEventListener("DOMContentLoaded", () => {
	for (const box of document.querySelectorAll("[data-theme-choice]")) box.value = chosen ?? "";
});
