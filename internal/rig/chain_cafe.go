package rig

import (
	"math"

	"github.com/verno-loyalty/verno"
)

// cafe is four coffee shops: mornings are busy, lunch is long, and most guests come back.
var cafe = Kind{
	Business: "cafe", Accent: "#8a4b2a", Share: 5_000, Expiry: verno.ExpiryTerms{Kind: "after_days", Number: 75},
	Name: both{"Кофейня «Корица»", "Cinnamon Coffee"}, Slogan: both{"Каждый круассан ближе к кофе", "Every croissant earns you coffee"},
	Shops: []Shop{
		{both{"Садовая, 12", "Garden Street"}, both{"Санкт-Петербург, Садовая ул., 12", "12 Garden Street"}, 59_931_700, 30_332_400, 8, 22, 2, 5},
		{both{"Витебский вокзал", "Station"}, both{"Санкт-Петербург, Загородный пр., 52", "52 Station Square"}, 59_919_800, 30_328_900, 7, 22, 1, 4},
		{both{"Набережная", "Riverside"}, both{"Санкт-Петербург, наб. Фонтанки, 80", "80 Riverside"}, 59_926_100, 30_330_200, 9, 22, 1, 3},
		{both{"Петроградская", "North Side"}, both{"Санкт-Петербург, Большой пр. П. С., 35", "35 North Avenue"}, 59_961_300, 30_306_900, 8, 21, 1, 3},
	},
	Site: Site{both{"Заказ на сайте", "Order online"}, "https://cinnamon.example", 1},
	Crowd: Crowd{
		Members: 2_600, Receipts: 180, Anonymous: 34, Spends: 45, Returns: 4,
		Hours:   [24]int{7: 5, 8: 14, 9: 13, 10: 8, 11: 6, 12: 9, 13: 12, 14: 8, 15: 6, 16: 6, 17: 8, 18: 8, 19: 5, 20: 3, 21: 1},
		Weekend: [24]int{8: 2, 9: 5, 10: 10, 11: 13, 12: 13, 13: 11, 14: 10, 15: 9, 16: 9, 17: 7, 18: 5, 19: 4, 20: 2, 21: 1},
		Days:    [7]int{78, 96, 98, 100, 103, 118, 107}, Lines: []int{46, 34, 14, 6},
	},
	Levels: []tier{{"friend", both{"Друг", "Friend"}, 6_000_00}, {"own", both{"Свой", "Family"}, 20_000_00}},
	Goods: []Ware{
		{"1001", "coffee/hot", both{"Капучино 300 мл", "Cappuccino 300 ml"}, 240_00, 22, 0, 0, false, "", 2200},
		{"1002", "coffee/hot", both{"Американо 250 мл", "Americano 250 ml"}, 180_00, 14, 0, 0, false, "", 2200},
		{"1003", "coffee/hot", both{"Раф ванильный 350 мл", "Vanilla raf 350 ml"}, 320_00, 9, 0, 0, false, "", 2200},
		{"1004", "coffee/hot", both{"Флэт уайт 200 мл", "Flat white 200 ml"}, 260_00, 10, 0, 0, false, "", 2200},
		{"1005", "coffee/hot", both{"Эспрессо", "Espresso"}, 140_00, 5, 0, 0, false, "", 2200},
		{"1006", "coffee/cold", both{"Колд брю 300 мл", "Cold brew 300 ml"}, 290_00, 4, 11, 21, false, "", 2200},
		{"1010", "tea", both{"Облепиховый чай 400 мл", "Sea-buckthorn tea 400 ml"}, 270_00, 6, 11, 22, false, "", 2200},
		{"1011", "tea", both{"Какао с маршмеллоу", "Cocoa with marshmallows"}, 280_00, 4, 0, 0, false, "", 2200},
		{"2001", "bakery", both{"Круассан с миндалём", "Almond croissant"}, 210_00, 12, 0, 0, false, "", 1000},
		{"2002", "bakery", both{"Булочка с корицей", "Cinnamon roll"}, 160_00, 13, 0, 0, false, "", 1000},
		{"2003", "bakery", both{"Хлеб ржаной на закваске", "Sourdough rye bread"}, 190_00, 3, 12, 21, false, "", 1000},
		{"2004", "bakery", both{"Чизкейк «Нью-Йорк»", "New York cheesecake"}, 330_00, 5, 11, 22, false, "", 1000},
		{"2005", "bakery", both{"Пирожок с капустой", "Cabbage pie"}, 95_00, 6, 0, 0, false, "", 1000},
		{"3001", "kitchen/breakfast", both{"Сырники со сметаной", "Cheese pancakes with sour cream"}, 340_00, 6, 8, 13, false, "", 1000},
		{"3002", "kitchen/breakfast", both{"Овсяная каша с ягодами", "Porridge with berries"}, 250_00, 4, 8, 12, false, "", 1000},
		{"3003", "kitchen/lunch", both{"Суп дня", "Soup of the day"}, 290_00, 6, 12, 17, false, "", 1000},
		{"3004", "kitchen/lunch", both{"Боул с лососем", "Salmon bowl"}, 590_00, 4, 12, 21, false, "", 1000},
		{"3005", "kitchen/lunch", both{"Сэндвич с индейкой", "Turkey sandwich"}, 360_00, 6, 10, 21, false, "", 1000},
		{"4001", "beans", both{"Кофе в зёрнах «Эфиопия»", "Coffee beans, Ethiopia"}, 3_200_00, 1, 0, 0, true, "", 2200},
		{"4002", "beans", both{"Кофе в зёрнах «Бразилия»", "Coffee beans, Brazil"}, 2_600_00, 1, 0, 0, true, "", 2200},
	},
	Offers: []offer{
		{both{"Утренний кофе −20 %", "Morning coffee −20%"}, verno.Promotion{
			Type: "percent_discount", Priority: 20, Goods: verno.Goods{Categories: []string{"coffee"}}, Settings: settings(`{"percent":"20"}`),
			Schedule: verno.Schedule{Weekdays: []int{1, 2, 3, 4, 5}, Hours: []verno.Hours{{From: "07:00", Until: "09:00"}}},
		}},
		{both{"Третья булочка в подарок", "Third bun free"}, verno.Promotion{
			Type: "buy_n_get_cheapest", Priority: 10, Goods: verno.Goods{SKUs: []string{"2001", "2002", "2005"}}, Settings: settings(`{"buy":2,"get":1}`),
			Audience: verno.Audience{Anonymous: true},
		}},
		{both{"Шестой кофе в подарок", "Sixth coffee free"}, verno.Promotion{
			Type: "stamps", Priority: 5, Goods: verno.Goods{Categories: []string{"coffee"}}, Settings: settings(`{"needed":6,"reward":"piece"}`),
		}},
		{both{"Двойные баллы за зёрна", "Double points on beans"}, verno.Promotion{
			Type: "points_multiplier", Goods: verno.Goods{Categories: []string{"beans"}}, Settings: settings(`{"times":2}`),
		}},
		{both{"«Свои» получают в полтора раза больше", "50% more points for Family"}, verno.Promotion{
			Type: "points_multiplier", Audience: verno.Audience{Levels: []string{"own"}}, Settings: settings(`{"extra":"50"}`),
		}},
		{both{"100 баллов за знакомство", "100 points to get started"}, verno.Promotion{Type: "welcome_bonus", Settings: settings(`{"points":100,"until_first":true}`)}},
		{both{"300 баллов ко дню рождения", "300 points for your birthday"}, verno.Promotion{Type: "birthday_bonus", Settings: settings(`{"points":300,"days_before":3,"days_after":7}`)}},
	},
	glyph: func(x, y float64) bool {
		cup := y > .42 && y < .72 && x > .26+.10*(y-.42) && x < .64-.10*(y-.42)
		handle := math.Abs(math.Hypot(x-.66, y-.53)-.085) < .028 && x > .62
		saucer := y > .76 && y < .80 && x > .22 && x < .72
		steam := y > .20 && y < .36 && (math.Abs(x-.38-.025*math.Sin(y*38)) < .02 || math.Abs(x-.52-.025*math.Sin(y*38)) < .02)
		return cup || handle || saucer || steam
	},
}
