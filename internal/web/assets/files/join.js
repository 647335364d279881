// Counts down until another code can be asked for, and sends the code as soon as it is whole. Without it the same
// buttons do the same work.
const again = document.querySelector("[data-wait]");
if (again) {
	const until = Date.now() + Number(again.dataset.wait) * 1000;
	const count = () => {
		const left = Math.ceil((until - Date.now()) / 1000);
		again.disabled = left > 0;
		again.textContent = left > 0 ? `${again.dataset.text} · ${left}` : again.dataset.text;
		if (left > 0) setTimeout(count, 500);
	};
	count();
}
const code = document.getElementById("code");
code?.addEventListener("input", () => {
	if (code.value.replace(/\D/g, "").length === 6 && !code.form.dataset.sent) {
		code.form.dataset.sent = "1";
		code.form.requestSubmit(code.form.querySelector(".main"));
	}
});
