// The camera as a scanner: the browser's own detector where it reads QR codes, else the ponyfill with its compiled reader, both
// from this server and only when they are needed. Pictures are looked at and forgotten; nothing of them leaves the till.
//
//   available()                 whether there can be a camera: browsers give one to encrypted pages only
//   const text = await scan(tell)   opens the camera over the page; resolves with what was read, or null when it is closed
//
// The page says how it says things: tell("title") and the like, in the reader's language. So the till and the card share it.
import { h, icon, put } from "./dom.js";

const formats = ["qr_code", "aztec", "code_128", "pdf417", "ean_13", "ean_8", "code_39"];
const reader = new URL("../vendor/zxing-wasm@3.1.3/zxing_reader.wasm", import.meta.url).href;
const pause = 120;
const facingPlace = "verno.till.camera";

export const available = () => Boolean(navigator.mediaDevices?.getUserMedia);

let detecting;

/** detector is made once, and again after it failed. */
function detector() {
	detecting ??= make().catch((e) => {
		detecting = undefined;
		throw e;
	});
	return detecting;
}

async function make() {
	const native = globalThis.BarcodeDetector;
	const known = (await native?.getSupportedFormats?.().catch(() => [])) ?? [];
	if (known.includes("qr_code")) return new native({ formats: formats.filter((f) => known.includes(f)) });
	const { BarcodeDetector, prepareZXingModule } = await import("../vendor/barcode-detector@3.2.2/ponyfill.js");
	await prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? reader : prefix + path) }, fireImmediately: true });
	return new BarcodeDetector({ formats });
}

/** scan shows the camera until a code is read or somebody closes it. */
export function scan(tell) {
	return new Promise((resolve) => {
		const video = h("video", { class: "camera-view", playsinline: true, muted: true, autoplay: true, "aria-label": tell("title") });
		video.muted = true;
		const said = h("p", { class: "camera-said", role: "status" }, tell("wait"));
		const tools = h("div", { class: "camera-tools" });
		const dialog = h("dialog", { class: "camera", "aria-label": tell("title") }, video, h("div", { class: "camera-frame", "aria-hidden": "true" }), said, tools);
		const view = { tell, video, said, tools, dialog, stream: null, open: true, facing: localStorage.getItem(facingPlace) ?? "environment", close };
		function close(text = null) {
			if (!view.open) return;
			view.open = false;
			stop(view);
			document.removeEventListener("visibilitychange", hidden);
			dialog.close();
			dialog.remove();
			resolve(text);
		}
		const hidden = () => document.hidden && close();
		document.addEventListener("visibilitychange", hidden);
		dialog.addEventListener("cancel", (e) => { e.preventDefault(); close(); });
		document.body.append(dialog);
		dialog.showModal();
		buttons(view);
		begin(view);
	});
}

function stop(view) {
	for (const track of view.stream?.getTracks() ?? []) track.stop();
	view.stream = null;
}

async function begin(view) {
	stop(view);
	try {
		const stream = await navigator.mediaDevices.getUserMedia({
			audio: false, video: { facingMode: { ideal: view.facing }, width: { ideal: 1280 }, height: { ideal: 720 } },
		});
		if (!view.open) return stream.getTracks().forEach((t) => t.stop());
		view.stream = stream;
		view.dialog.classList.remove("blind");
		view.video.srcObject = stream;
		await view.video.play();
		await buttons(view);
	} catch (e) {
		if (!view.open || e.name === "AbortError") return;
		view.dialog.classList.add("blind");
		view.said.textContent = view.tell(reason(e));
		return;
	}
	read(view, view.stream);
}

function reason(e) {
	if (e.name === "NotAllowedError" || e.name === "SecurityError") return "forbidden";
	if (e.name === "NotFoundError" || e.name === "OverconstrainedError") return "none";
	return "busy";
}

/** read looks at one picture after the other until there is a code in one. */
async function read(view, stream) {
	let looks;
	try {
		looks = await detector();
	} catch {
		if (view.open) view.said.textContent = view.tell("no_reader");
		return;
	}
	if (view.open) view.said.textContent = view.tell("hold");
	while (view.open && view.stream === stream) {
		if (view.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
			const found = await looks.detect(view.video).catch(() => []);
			const text = found.map((f) => f.rawValue).find((t) => t);
			if (text && view.open) return view.close(text);
		}
		await new Promise((resolve) => { setTimeout(resolve, pause); });
	}
}

/** buttons are the light, where the camera has one, the other camera, where there is one, and the way out. */
async function buttons(view) {
	const track = view.stream?.getVideoTracks()[0];
	const torch = track?.getCapabilities?.().torch === true;
	const cameras = track ? (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === "videoinput").length : 0;
	let lit = false;
	const light = torch && h("button", { class: "button", type: "button", "aria-pressed": "false", onclick: async () => {
		await track.applyConstraints({ advanced: [{ torch: !lit }] });
		lit = !lit;
		light.setAttribute("aria-pressed", String(lit));
	} }, view.tell("light"));
	const turn = cameras > 1 && h("button", { class: "button", type: "button", onclick: () => {
		view.facing = view.facing === "environment" ? "user" : "environment";
		localStorage.setItem(facingPlace, view.facing);
		begin(view);
	} }, view.tell("turn"));
	const out = h("button", { class: "button", type: "button", onclick: () => view.close() }, icon("close"), view.tell("close"));
	put(view.tools, light, turn, out);
	out.focus();
}
