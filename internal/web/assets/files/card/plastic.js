// The camera reads the number of a plastic card, where there is a camera; it is loaded when it is asked for. Without this
// script the number is typed.
const button = document.getElementById("scan"), field = document.getElementById("number");

if (button && field) offer();

async function offer() {
	const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
	button.hidden = !devices.some((d) => d.kind === "videoinput");
	button.addEventListener("click", read);
}

// read puts what is read where it would be typed, for its owner to look at it once more.
async function read() {
	const words = JSON.parse(document.getElementById("camera-words").textContent);
	const { scan } = await import("../till/camera.js");
	const text = await scan((what) => words[what]);
	if (!text) return button.focus();
	field.value = text.trim();
	field.form.querySelector(".main").focus();
}
