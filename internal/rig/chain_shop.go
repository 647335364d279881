package rig

import (
	"math"

	"github.com/verno-loyalty/verno"
)

// shop is a chain of small supermarkets: the evening and Saturday are busy, baskets are full, and goods come back.
var shop = Kind{
	Business: "shop", Accent: "#1f6f3a", Share: 3_000, Expiry: verno.ExpiryTerms{Kind: "after_months", Number: 3},
	Name: both{"Супермаркет «Лукошко»", "Basket Market"}, Slogan: both{"Свежее рядом с домом", "Fresh, next door"},
	Shops: []Shop{
		{both{"Ленина, 40", "Lenin Street"}, both{"Екатеринбург, пр. Ленина, 40", "40 Lenin Street"}, 56_838_600, 60_605_500, 8, 23, 3, 6},
		{both{"Ботаника", "Botanic Gardens"}, both{"Екатеринбург, ул. Белинского, 232", "232 Garden Road"}, 56_797_700, 60_637_900, 8, 23, 2, 4},
		{both{"Уралмаш", "Works"}, both{"Екатеринбург, ул. Победы, 14", "14 Victory Street"}, 56_888_100, 60_591_300, 8, 22, 2, 4},
	},
	Site: Site{both{"Лукошко с доставкой", "Basket at your door"}, "https://basket.example", 2},
	Crowd: Crowd{
		Members: 3_000, Receipts: 170, Anonymous: 30, Spends: 30, Returns: 12,
		Hours:   [24]int{8: 4, 9: 5, 10: 6, 11: 6, 12: 6, 13: 6, 14: 5, 15: 6, 16: 7, 17: 10, 18: 13, 19: 12, 20: 8, 21: 4, 22: 2},
		Weekend: [24]int{8: 2, 9: 5, 10: 9, 11: 11, 12: 11, 13: 10, 14: 9, 15: 8, 16: 8, 17: 8, 18: 7, 19: 6, 20: 4, 21: 2, 22: 1},
		Days:    [7]int{106, 88, 90, 93, 98, 120, 124}, Lines: []int{9, 13, 16, 16, 14, 11, 8, 6, 4, 3},
	},
	Levels: []tier{{"silver", both{"Серебро", "Silver"}, 20_000_00}, {"gold", both{"Золото", "Gold"}, 60_000_00}},
	Goods: []Ware{
		{"460100", "dairy", both{"Молоко 3,2 % 930 мл", "Milk 3.2% 930 ml"}, 94_90, 16, 0, 0, false, "", 1000},
		{"460101", "dairy", both{"Кефир 1 % 930 мл", "Kefir 1% 930 ml"}, 89_90, 9, 0, 0, false, "", 1000},
		{"460102", "dairy", both{"Творог 5 % 200 г", "Curd 5% 200 g"}, 109_90, 9, 0, 0, false, "", 1000},
		{"460103", "dairy", both{"Сыр «Российский»", "Cheese"}, 799_00, 5, 0, 0, true, "", 1000},
		{"460104", "dairy", both{"Масло 82,5 % 180 г", "Butter 82.5% 180 g"}, 239_90, 7, 0, 0, false, "", 1000},
		{"460105", "dairy", both{"Сметана 20 % 300 г", "Sour cream 20% 300 g"}, 119_90, 8, 0, 0, false, "", 1000},
		{"460200", "bakery", both{"Хлеб «Дарницкий»", "Rye bread"}, 54_90, 16, 0, 0, false, "", 1000},
		{"460201", "bakery", both{"Батон нарезной", "White loaf"}, 49_90, 12, 0, 0, false, "", 1000},
		{"460202", "bakery", both{"Слойка с вишней", "Cherry puff"}, 62_90, 6, 0, 0, false, "", 1000},
		{"460300", "fruit", both{"Яблоки «Гала»", "Gala apples"}, 139_90, 10, 0, 0, true, "", 1000},
		{"460301", "fruit", both{"Бананы", "Bananas"}, 149_90, 14, 0, 0, true, "", 1000},
		{"460302", "fruit", both{"Мандарины", "Mandarins"}, 189_90, 7, 0, 0, true, "", 1000},
		{"460303", "vegetables", both{"Картофель", "Potatoes"}, 49_90, 10, 0, 0, true, "", 1000},
		{"460304", "vegetables", both{"Помидоры черри 250 г", "Cherry tomatoes 250 g"}, 159_90, 7, 0, 0, false, "", 1000},
		{"460305", "vegetables", both{"Огурцы", "Cucumbers"}, 219_90, 8, 0, 0, true, "", 1000},
		{"460400", "meat", both{"Филе куриное", "Chicken fillet"}, 429_90, 8, 0, 0, true, "", 1000},
		{"460401", "meat", both{"Фарш домашний 400 г", "Minced meat 400 g"}, 259_90, 6, 0, 0, false, "", 1000},
		{"460402", "meat", both{"Колбаса «Докторская» 400 г", "Sausage 400 g"}, 329_90, 6, 0, 0, false, "", 1000},
		{"460403", "fish", both{"Сельдь слабосолёная 300 г", "Salted herring 300 g"}, 219_90, 3, 0, 0, false, "", 1000},
		{"460500", "grocery", both{"Гречка 800 г", "Buckwheat 800 g"}, 99_90, 6, 0, 0, false, "", 1000},
		{"460501", "grocery", both{"Макароны 450 г", "Pasta 450 g"}, 84_90, 7, 0, 0, false, "", 1000},
		{"460502", "grocery", both{"Масло подсолнечное 1 л", "Sunflower oil 1 l"}, 149_90, 4, 0, 0, false, "", 1000},
		{"460503", "grocery", both{"Яйца С1 10 шт.", "Eggs, ten"}, 109_90, 11, 0, 0, false, "", 1000},
		{"460504", "grocery", both{"Сахар 1 кг", "Sugar 1 kg"}, 79_90, 4, 0, 0, false, "", 1000},
		{"460600", "drinks/coffee", both{"Кофе молотый 250 г", "Ground coffee 250 g"}, 449_90, 3, 0, 0, false, "", 2200},
		{"460601", "drinks/tea", both{"Чай чёрный 100 пак.", "Black tea, 100 bags"}, 259_90, 3, 0, 0, false, "", 2200},
		{"460602", "drinks/water", both{"Вода минеральная 1,5 л", "Mineral water 1.5 l"}, 69_90, 9, 0, 0, false, "", 2200},
		{"460603", "drinks/juice", both{"Сок яблочный 1 л", "Apple juice 1 l"}, 129_90, 6, 0, 0, false, "", 2200},
		{"460700", "sweets", both{"Шоколад горький 90 г", "Dark chocolate 90 g"}, 139_90, 8, 0, 0, false, "", 2200},
		{"460701", "sweets", both{"Печенье овсяное 300 г", "Oat biscuits 300 g"}, 119_90, 5, 0, 0, false, "", 2200},
		{"460702", "sweets", both{"Мороженое пломбир", "Ice cream"}, 79_90, 5, 11, 23, false, "", 1000},
		{"460800", "home", both{"Бумажные полотенца", "Paper towels"}, 129_90, 4, 0, 0, false, "", 2200},
		{"460801", "home", both{"Средство для посуды 900 мл", "Dish soap 900 ml"}, 169_90, 3, 0, 0, false, "", 2200},
		{"460802", "home", both{"Пакет", "Bag"}, 9_90, 18, 0, 0, false, "", 2200},
		{"460900", "tobacco", both{"Сигареты", "Cigarettes"}, 219_00, 5, 0, 0, false, verno.ClassTobacco, 2200},
	},
	Offers: []offer{
		{both{"Выпечка вечером −30 %", "Evening bakery −30%"}, verno.Promotion{
			Type: "percent_discount", Priority: 20, Goods: verno.Goods{Categories: []string{"bakery"}}, Settings: settings(`{"percent":"30"}`),
			Schedule: verno.Schedule{Hours: []verno.Hours{{From: "20:00", Until: "23:00"}}}, Audience: verno.Audience{Anonymous: true},
		}},
		{both{"Молочный вторник −10 %", "Dairy Tuesday −10%"}, verno.Promotion{
			Type: "percent_discount", Priority: 15, Goods: verno.Goods{Categories: []string{"dairy"}}, Settings: settings(`{"percent":"10"}`),
			Schedule: verno.Schedule{Weekdays: []int{2}},
		}},
		{both{"Третья шоколадка в подарок", "Third chocolate bar free"}, verno.Promotion{
			Type: "buy_n_get_cheapest", Priority: 10, Goods: verno.Goods{SKUs: []string{"460700"}}, Settings: settings(`{"buy":2,"get":1}`),
		}},
		{both{"Тройные баллы за овощи и фрукты", "Triple points on fruit and vegetables"}, verno.Promotion{
			Type: "points_multiplier", Goods: verno.Goods{Categories: []string{"fruit", "vegetables"}}, Settings: settings(`{"times":3}`),
			Schedule: verno.Schedule{Weekdays: []int{6, 7}},
		}},
		{both{"«Золото»: баллов вдвое больше", "Double points for Gold"}, verno.Promotion{
			Type: "points_multiplier", Audience: verno.Audience{Levels: []string{"gold"}}, Settings: settings(`{"times":2}`),
		}},
		{both{"200 баллов за знакомство", "200 points to get started"}, verno.Promotion{Type: "welcome_bonus", Settings: settings(`{"points":200,"until_first":true}`)}},
	},
	glyph: func(x, y float64) bool {
		body := y > .46 && y < .76 && x > .22+.16*(y-.46) && x < .78-.16*(y-.46)
		slats := body && (math.Abs(math.Mod(x+.02, .14)-.07) < .012 || math.Abs(y-.61) < .012)
		rim := y > .41 && y < .46 && x > .18 && x < .82
		handle := math.Abs(math.Hypot(x-.5, y-.43)-.20) < .028 && y < .43
		return body && !slats || rim || handle
	},
}
