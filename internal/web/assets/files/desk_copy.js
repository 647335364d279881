// Copies what stands in a field or an element. Without this script it is marked and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
document.addEventListener("click", async (event) => {
	const button = event.target.closest("[data-copy]");
	if (!button) return;
	const field = document.getElementById(button.dataset.copy);
	try {
		await navigator.clipboard.writeText(field.value ?? field.innerText);
	} catch { // A page without encryption has no clipboard of its own.
		if (field.select) field.select();
		else getSelection().selectAllChildren(field);
		document.execCommand("copy");
	}
	const said = button.textContent;
	if (said === button.dataset.done) return;
	button.textContent = button.dataset.done;
	setTimeout(() => { button.textContent = said; }, 2000);
});
