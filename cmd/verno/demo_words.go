package main

import (
	"strings"

	"github.com/verno-loyalty/verno/money"
)

// roubles is an amount as people write it.
func roubles(n int64, language string) string {
	whole, cents, _ := strings.Cut(money.Currency("RUB").Format(money.Amount(n)), ".")
	space, point := ",", "."
	if language == "ru" {
		space, point = "\u00a0", ","
	}
	for at := len(whole) - 3; at > 0 && whole[at-1] != '-'; at -= 3 {
		whole = whole[:at] + space + whole[at:]
	}
	return whole + point + cents + "\u00a0₽"
}

// demoWords are what the demo says.
var demoWords = map[string]struct{ days, made, look, kept, gone string }{
	"en": {
		days: "days played",
		made: `
%s: made in %.0f s, and its books are sound.

  %d members, %d sales (%d of them to guests without a card), %d returns
  %s before discounts − %s discounts − %s paid with points = %s paid
  %d points earned, %d spent

`,
		look: `Open in a browser; each address logs you in:

  Desk  %s
  Till  %s   (every cashier's PIN is %s)
  Card  %s
  API   %s/docs

`,
		kept: "The database stays in %s. Stop with Ctrl-C.\n",
		gone: "Stop with Ctrl-C; nothing is kept. To begin for real: verno serve\n",
	},
	"ru": {
		days: "сыграно дней",
		made: `
%s: готово за %.0f с, книги сходятся.

  %d участников, %d продаж (из них %d гостям без карты), %d возвратов
  %s до скидок − %s скидок − %s баллами = %s оплачено
  начислено баллов: %d, списано: %d

`,
		look: `Откройте в браузере; вход по каждому адресу — сразу:

  Кабинет  %s
  Касса    %s   (ПИН любого кассира: %s)
  Карта    %s
  API      %s/docs

`,
		kept: "База осталась в %s. Остановить: Ctrl-C.\n",
		gone: "Остановить: Ctrl-C; ничего не сохраняется. Начать всерьёз: verno serve\n",
	},
}
