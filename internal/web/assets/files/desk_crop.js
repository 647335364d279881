// Cutting a picture: the frame follows the pointer, and the numbers follow the frame. Without this script the numbers are
// typed, and the server cuts by them.
const form = document.getElementById("crop");
if (form) {
	const picture = form.querySelector(".card-crop");
	const { width: wide, height: high } = picture.viewBox.baseVal;
	const [across, down] = form.dataset.ratio.split("/").map(Number);
	const field = (name) => form.elements.namedItem(name);
	const read = (name) => Number.parseInt(field(name).value, 10) || 0;
	const tall = (width) => Math.max(Math.floor(width * down / across), 1);
	function place(x, y, width) {
		const most = Math.min(wide, Math.floor(high * across / down));
		width = Math.min(Math.max(width, 1), most);
		x = Math.min(Math.max(x, 0), wide - width);
		y = Math.min(Math.max(y, 0), Math.max(high - tall(width), 0));
		for (const [name, value] of Object.entries({ x, y, width })) field(name).value = value;
		draw(x, y, width, tall(width));
	}
	function draw(x, y, w, h) {
		picture.querySelector(".shade").setAttribute("d", `M0 0H${wide}V${high}H0z M${x} ${y}h${w}v${h}h-${w}z`);
		const frame = picture.querySelector(".frame");
		for (const [name, value] of Object.entries({ x, y, width: w, height: h })) frame.setAttribute(name, value);
	}
	function point(event) {
		const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
		return { x: Math.round(at.x), y: Math.round(at.y) };
	}
	let from = null;
	picture.addEventListener("pointerdown", (event) => {
		const at = point(event);
		const inside = event.target.classList.contains("frame");
		from = inside ? { dx: at.x - read("x"), dy: at.y - read("y") } : { x: at.x, y: at.y };
		picture.setPointerCapture(event.pointerId);
	});
	picture.addEventListener("pointermove", (event) => {
		if (!from) return;
		const at = point(event);
		if ("dx" in from) place(at.x - from.dx, at.y - from.dy, read("width"));
		else place(Math.min(from.x, at.x), Math.min(from.y, at.y), Math.abs(at.x - from.x));
	});
	picture.addEventListener("pointerup", () => { from = null; });
	form.addEventListener("change", () => place(read("x"), read("y"), read("width")));
}
