// What can be done for a guest who is there, beside the sale.

import * as bank from "./bank.js";
import { give } from "./gift.js";
import { movePlastic, told } from "./move.js";
import { say } from "./say.js";
import { till } from "./state.js";
import * as sync from "./sync.js";
import * as training from "./training.js";

/** acts are what the buttons of the guest's card do; null where there is none to do it with. */
export function acts(sale) {
	const { basket } = sale;
	const here = basket.guest.presence && sync.online();
	const real = here && !training.on();
	return {
		remove: () => sale.drop(),
		topUp: here ? () => sale.topUp() : null,
		move: real ? () => sale.beyond(() => movePlastic(basket.guest), told) : null,
		gift: real && till.gifts ? () => sale.beyond(() => give(basket)) : null,
		bind: real && basket.bank ? () => sale.beyond(() => bank.register(basket), () => [say("bank.done")]) : null,
	};
}
