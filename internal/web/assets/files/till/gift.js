// Gifts that a guest takes for points. What is given is a coupon of the guest's own, which lies beside the goods at once. Here
// the guest also says what points are for: a till begins the next sale with that.

import { ask } from "./ask.js";
import { h, put } from "./dom.js";
import { bad, good } from "./feel.js";
import * as queue from "./queue.js";
import { points, say } from "./say.js";
import { sheet } from "./sheet.js";

/** give shows the catalogue to a guest who is there. It resolves to the gift that was taken, or null. */
export function give(basket) {
	return sheet(say("treat.title"), (close) => catalogue(basket, close), "narrow");
}

function catalogue(basket, close) {
	const box = h("div", { class: "stack" }, h("p", { class: "quiet", role: "status" }, say("treat.waiting")));
	const wrong = h("p", { class: "bad", role: "alert" });
	const keys = {}; // What was begun is asked again under the same key, so that a gift is paid for once.
	const attempt = async (what) => {
		wrong.textContent = "";
		for (const b of box.querySelectorAll("button")) b.disabled = true;
		try {
			await what();
		} catch (error) {
			bad();
			wrong.textContent = error.text ?? say("failed");
			for (const b of box.querySelectorAll("button:not([data-far])")) b.disabled = false;
		}
	};
	const take = (gift) => attempt(async () => {
		keys[gift.template_id] ??= queue.newKey();
		const taken = await ask("POST", "/gifts", { template_id: gift.template_id, presence: basket.guest.presence }, { key: keys[gift.template_id] });
		good();
		given(basket, gift, taken);
		put(box, h("div", { class: "notice good", role: "status" }, h("strong", {}, say("treat.done", { gift: gift.offer })), h("p", {}, say("treat.done_hint", { points: points(taken.points) }))),
			h("button", { class: "button main big", type: "button", id: "gift-done", onclick: () => close(taken) }, say("close")));
		box.querySelector("#gift-done").focus();
	});
	const aim = (body) => attempt(async () => {
		const { member, presence } = basket.guest;
		await ask("PUT", `/members/${member.id}/aim`, { ...body, presence });
		const gift = list.find((g) => g.template_id === body.template_id);
		member.aim = { for: body.for, ...(gift ? { gift: { ...gift, reached: near(gift, member) } } : {}) };
		if (basket.spend.how === "none" || basket.spend.how === "most") basket.aim();
		basket.price(0);
		draw();
	});
	let list = [];
	function draw() {
		const { member } = basket.guest;
		const choice = (name) => h("button", { class: "chip", type: "button", id: "aim-" + name, "aria-pressed": String(member.aim?.for === name), onclick: () => aim({ for: name }) }, h("span", {}, say("treat.choose_" + name)));
		const first = member.aim?.gift?.template_id;
		put(box, wrong, h("ul", { class: "gifts" }, list.toSorted((a, b) => (b.template_id === first) - (a.template_id === first)).map((g) => row(g, member, { take, aim }))),
			list.length === 0 && h("p", { class: "quiet" }, say("treat.none")),
			h("h3", {}, say("treat.aim")), h("div", { class: "chips", role: "group", "aria-label": say("treat.aim") }, choice("discount"), choice("save")));
	}
	ask("GET", "/gifts").then((all) => {
		list = all.items;
		draw();
		box.querySelector("button:not(:disabled)")?.focus();
	}, (error) => put(box, h("p", { class: "bad", role: "alert" }, error.text ?? say("failed"))));
	return box;
}

/** near says whether a guest has points enough, as far as what was shown tells. */
function near(gift, member) { return gift.points <= (member.points_balance ?? member.points_spendable); }

function row(gift, member, { take, aim }) {
	const far = !near(gift, member);
	const missing = member.points_balance != null && gift.points - member.points_balance;
	const aimed = member.aim?.gift?.template_id === gift.template_id;
	return h("li", {},
		h("div", {}, h("strong", {}, gift.offer), gift.details && h("p", { class: "quiet small" }, gift.details),
			missing > 0 && h("p", { class: "quiet small" }, say("treat.missing", { points: points(missing) }))),
		h("div", { class: "row" },
			aimed ? h("span", { class: "tag good" }, say("treat.aimed")) : h("button", { class: "button plain", type: "button", onclick: () => aim({ for: "gift", template_id: gift.template_id }) }, say("treat.save_for")),
			h("button", { class: "button main", type: "button", id: "give-" + gift.template_id, disabled: far, ...(far ? { "data-far": "" } : {}), onclick: () => take(gift) }, say("treat.give", { points: points(gift.points) }))));
}

/** given puts a gift that was taken beside the goods, and takes off what it cost. */
function given(basket, gift, taken) {
	const { member } = basket.guest;
	if (member.points_balance != null) member.points_balance -= taken.points;
	member.points_spendable = Math.max(0, member.points_spendable - taken.points);
	if (taken.machine_code) basket.take(basket.coupons, taken.machine_code, { id: taken.id, name: gift.offer });
	else basket.price(0);
}
