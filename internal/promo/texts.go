package promo

import (
	"maps"
	"slices"
)

// Text is what a code says to people: a sentence in each language with its parameters in braces. Amounts come in major
// units and points with the programme's places, both with a decimal point; whoever shows them writes them as the
// reader's language does.
type Text struct {
	Code   string
	Params []string
	Ru, En string
}

// bestSuffix marks the code of a promotion that applied instead of the others of its group.
const bestSuffix = "_best"

// Texts lists every code of an Explanation, by code.
func Texts() []Text { return sorted(texts) }

// ProblemTexts lists every code of a Problem, by code.
func ProblemTexts() []Text { return sorted(problemTexts) }

func sorted(catalogue map[string]Text) []Text {
	list := make([]Text, 0, len(catalogue))
	for _, code := range slices.Sorted(maps.Keys(catalogue)) {
		list = append(list, catalogue[code])
	}
	return list
}

func params(names ...string) []string { return names }

// applied are the codes of promotions that gave something; each has a twin for the best of a group.
var applied = []Text{
	{"discount_given", params("amount"), "Скидка {amount}.", "Discount of {amount}."},
	{"points_given", params("points"), "Начислено баллов: {points}.", "Points earned: {points}."},
	{
		"points_cut", params("points", "wanted"), "Начислено баллов: {points} из {wanted}, больше бюджет акции не позволяет.",
		"Points earned: {points} of {wanted}, which is all that the promotion's budget has left.",
	},
	{"cashback_given", params("amount"), "Кешбэк: {amount}.", "Cashback: {amount}."},
	{
		"cashback_cut", params("amount", "need"), "Кешбэк: {amount} из {need}, больше бюджет акции не позволяет.",
		"Cashback: {amount} of {need}, which is all that the promotion's budget has left.",
	},
	{"stamps_given", params("count"), "Штампов: {count}.", "Stamps: {count}."},
	{
		"card_full_discount", params("count", "of", "amount"),
		"Штампов: {count}. Карта заполнена, списано штампов: {of}, подарок: скидка {amount}.",
		"Stamps: {count}. The card is full: {of} stamps are used for a discount of {amount}.",
	},
	{
		"card_full_points", params("count", "of", "points"),
		"Штампов: {count}. Карта заполнена, списано штампов: {of}, подарок: баллов {points}.",
		"Stamps: {count}. The card is full: {of} stamps are used for {points} points.",
	},
}

var refused = []Text{
	{"inactive", nil, "Акция выключена.", "The promotion is switched off."},
	{"other_occasion", nil, "Акция для другого случая: покупки, вступления в программу или переноса пластиковой карты.", "The promotion is for another occasion: a purchase, joining the programme or moving a plastic card."},
	{"not_yet", params("date"), "Акция начнётся {date}.", "The promotion begins on {date}."},
	{"over", params("date"), "Акция закончилась {date}.", "The promotion ended on {date}."},
	{"not_in_schedule", nil, "Сейчас не день или не час акции.", "This is not a day or an hour of the promotion."},
	{"wrong_store", nil, "Акция не для этого магазина.", "The promotion is not for this store."},
	{"members_only", nil, "Акция только для участников программы.", "The promotion is for members only."},
	{"wrong_level", params("levels"), "Акция для уровней: {levels}.", "The promotion is for the levels: {levels}."},
	{"wrong_tag", params("tags"), "Акция для участников с меткой: {tags}.", "The promotion is for members with the tag: {tags}."},
	{"too_few_points", params("points"), "Акция для участников, у которых баллов не меньше {points}.", "The promotion is for members with at least {points} points."},
	{"no_matching_goods", nil, "В чеке нет товаров акции.", "There are no goods of the promotion in the basket."},
	{"no_card_discount", nil, "Показанная карта скидки не даёт.", "The card that was shown takes nothing off."},
	{"not_birthday", nil, "Сейчас не дни рождения участника.", "These are not the days of the member's birthday."},
	{"already_given", nil, "Подарок ко дню рождения в этом году уже вручён.", "The present for this year's birthday has been given already."},
	{"not_first_purchase", nil, "Это не первая покупка.", "This is not the first purchase."},
	{"limit_member", params("count"), "Участник уже воспользовался акцией; разрешено раз: {count}.", "The member has used the promotion already; times allowed: {count}."},
	{"limit_member_day", params("count"), "Участник уже воспользовался акцией сегодня; разрешено раз в день: {count}.", "The member has used the promotion today already; times allowed in a day: {count}."},
	{"limit_total", params("count"), "Акция исчерпана; всего раз: {count}.", "The promotion is used up; times in all: {count}."},
	{"budget", nil, "Бюджет акции исчерпан.", "The promotion's budget is used up."},
	{"min_basket", params("amount", "need"), "Товаров акции на {amount}, нужно на {need}.", "Goods of the promotion for {amount}; {need} is needed."},
	{"condition_false", nil, "Условие акции не выполнено.", "The condition of the promotion does not hold."},
	{"condition_error", params("error"), "Условие акции не удалось проверить: {error}.", "The condition of the promotion could not be checked: {error}."},
	{"beaten_in_group", params("by", "amount", "need"), "Выгоднее акция «{by}»: {need} против {amount}.", "“{by}” is better for the member: {need} against {amount}."},
	{"exclusive_taken", params("by"), "На товары уже действует акция «{by}», она не сочетается с другими.", "“{by}” already applies to these goods and allows no other promotion."},
	{"exclusive_late", params("by"), "На товары уже действует акция «{by}», а эта не сочетается с другими.", "“{by}” already applies to these goods, and this promotion goes with no other."},
	{"excluded_class", params("class"), "Товары этого вида в акции не участвуют: {class}.", "Goods of this class are barred from the promotion: {class}."},
	{"till_discount", nil, "Цена уже снижена кассой.", "The till has lowered the price already."},
	{"min_price", nil, "Цена уже на нижней границе.", "The price is at its lower bound already."},
	{"cheap_already", params("need"), "Товары и так не дороже цены по акции: {need}.", "The goods cost no more than the promotion's price anyway: {need}."},
	{"nothing_left", nil, "Цена уже снижена до нуля.", "The price is down to zero already."},
	{"too_little", nil, "Скидка меньше самой мелкой монеты.", "The discount is smaller than the smallest coin."},
	{"few_pieces", params("count", "of"), "Штук товара: {count}, нужно {of}.", "Pieces: {count}; {of} are needed."},
	{"below_threshold", params("amount", "need"), "Сумма {amount}, баллы начисляются от {need}.", "The sum is {amount}; points are earned from {need} on."},
	{"below_step", params("quantity", "count"), "Количество {quantity}, баллы начисляются за каждые {count}.", "The quantity is {quantity}; points are earned for each {count}."},
	{"no_points", nil, "Сумма слишком мала для баллов.", "The sum is too small to earn points."},
	{"no_cashback", nil, "Кешбэка нет: сумма слишком мала, или её оплатили баллами и кешбэком.", "There is no cashback: the sum is too small, or points and cashback paid it."},
	{"no_base_points", nil, "За товары акции не начислено баллов, умножать нечего.", "The goods of the promotion have earned no points to multiply."},
	{"no_stamps", nil, "Сумма слишком мала для штампа, или товар не штучный.", "The sum is too small for a stamp, or the goods are not counted in pieces."},
	{"spend_limited", params("points", "wanted"), "Списано баллов: {points}; запрошено {wanted}, но больше списать нельзя.", "Points spent: {points}; {wanted} were asked for, but no more may be spent."},
	{"spend_too_few", params("points", "wanted"), "Запрошено списать баллов: {wanted}; можно не меньше {points}.", "To be spent: {wanted} points; no fewer than {points} may be spent."},
}

// texts are the codes of explanations.
var texts = func() map[string]Text {
	all := map[string]Text{}
	for _, t := range applied {
		all[t.Code] = t
		all[t.Code+bestSuffix] = Text{
			t.Code + bestSuffix, append(slices.Clone(t.Params), "over"),
			t.Ru + " Для участника это выгоднее, чем: {over}.", t.En + " It is better for the member than: {over}.",
		}
	}
	for _, t := range refused {
		all[t.Code] = t
	}
	return all
}()

// problemTexts are the codes of problems.
var problemTexts = func() map[string]Text {
	all := map[string]Text{}
	for _, t := range []Text{
		{"required", nil, "Это нужно указать.", "This is needed."},
		{"bad_text", nil, "В тексте есть недопустимые знаки.", "The text has characters that are not allowed."},
		{"bad_value", nil, "Такого значения не бывает.", "There is no such value."},
		{"bad_ratio", nil, "Нужны два целых числа от 1 до 1 000 000.", "Two whole numbers from 1 to 1,000,000 are needed."},
		{"bad_date", nil, "Нужна дата вида 2026-12-31.", "A date such as 2026-12-31 is needed."},
		{"bad_time", nil, "Нужно время вида 09:30.", "A time such as 09:30 is needed."},
		{"bad_category", nil, "В пути категории есть пустой шаг.", "A step of the category's path is empty."},
		{"bad_json", nil, "Настройки не читаются как JSON.", "The settings cannot be read as JSON."},
		{"empty_hours", nil, "Начало и конец совпадают.", "The beginning and the end are the same."},
		{"too_long", params("max"), "Слишком длинно, не больше {max}.", "Too long, {max} at most."},
		{"too_many", params("max"), "Слишком много, не больше {max}.", "Too many, {max} at most."},
		{"duplicate", nil, "Это указано дважды.", "This is given twice."},
		{"out_of_range", params("min", "max"), "Нужно число от {min} до {max}.", "A number from {min} to {max} is needed."},
		{"not_one_of", params("values"), "Нужно одно из: {values}.", "One of these is needed: {values}."},
		{"one_of", params("fields"), "Укажите только одно из: {fields}.", "Give one of these only: {fields}."},
		{"only_with", params("field", "value"), "Это имеет смысл, только когда {field} — {value}.", "This means something only where {field} is {value}."},
		{"below", params("field"), "Это меньше, чем {field}.", "This is less than {field}."},
		{"not_rising", nil, "Значения должны возрастать.", "The values must rise."},
		{"not_after", nil, "Конец должен быть после начала.", "The end must be after the beginning."},
		{"unknown_field", nil, "Такого поля нет.", "There is no such field."},
		{"unknown_level", nil, "Такого уровня в программе нет.", "The programme has no such level."},
		{"wrong_type", params("want"), "Значение не того вида, нужно: {want}.", "The value is of the wrong kind; wanted: {want}."},
		{"members_only_type", nil, "Баллы, штампы и кешбэк может получить только участник.", "Only a member can get points, stamps or cashback."},
		{"min_points_no_purchase", nil, "Этот бонус дают не за покупку, и накопленных баллов при нём не смотрят: с этим условием его не получит никто.", "This bonus is not given for a purchase, and points are not looked at: with this condition nobody would get it."},
		{"exclusive_discount", nil, "Исключить другие акции может только скидка.", "Only a discount can exclude other promotions."},
		{"goods_needed", nil, "Выберите категории или артикулы: без них по этой цене продавалось бы всё.", "Choose categories or SKUs: without them everything would sell at this price."},
		{"condition_wrong", params("error"), "Условие не читается: {error}.", "The condition cannot be read: {error}."},
		{"condition_large", params("max"), "В условии слишком много частей, не больше {max}.", "The condition has too many parts, {max} at most."},
		{"condition_forbidden", params("what"), "В условии нельзя использовать «{what}».", "A condition may not use “{what}”."},
	} {
		all[t.Code] = t
	}
	return all
}()
