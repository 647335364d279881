// Light or dark, as the reader likes it: the system's way until the button is pressed, then remembered.

const root = document.documentElement;

function apply(theme) {
	if (theme === "light" || theme === "dark") {
		root.dataset.theme = theme;
	} else {
		delete root.dataset.theme;
	}
}

function isDark() {
	if (root.dataset.theme) {
		return root.dataset.theme === "dark";
	}
	return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

apply(localStorage.getItem("theme"));

document.querySelector("#theme")?.addEventListener("click", () => {
	const theme = isDark() ? "light" : "dark";
	localStorage.setItem("theme", theme);
	apply(theme);
});
