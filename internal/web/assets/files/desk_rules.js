// Fields that mean something only beside what else was chosen are shown with it: data-when="name=value,value". Without
// this script they are all there, and the server leaves out what does not belong.
const form = document.querySelector("main form:has([data-when])");
function chosen(name) {
	const field = form.elements.namedItem(name);
	return field ? field.value : "";
}
function show() {
	for (const box of form.querySelectorAll("[data-when]")) {
		const [name, values] = box.dataset.when.split("=");
		box.hidden = !values.split(",").includes(chosen(name));
	}
}
if (form) {
	form.addEventListener("change", show);
	show();
}
