package rig

import "github.com/verno-loyalty/verno"

// pharmacy is three pharmacies: steady trade, older guests, and medicines for which the law knows no discount.
var pharmacy = Kind{
	Business: "pharmacy", Accent: "#0f6a8b", Share: 2_000, Expiry: verno.ExpiryTerms{Kind: "after_months", Number: 6},
	Name: both{"Аптека «Ромашка»", "Camomile Pharmacy"}, Slogan: both{"Забота рядом", "Care, close by"},
	Shops: []Shop{
		{both{"Кирова, 5", "Kirov Street"}, both{"Казань, ул. Кирова, 5", "5 Kirov Street"}, 55_787_900, 49_112_300, 8, 22, 2, 5},
		{both{"Поликлиника № 3", "Clinic No. 3"}, both{"Казань, ул. Чистопольская, 20", "20 Clinic Road"}, 55_818_200, 49_133_100, 8, 21, 1, 4},
		{both{"Проспект Победы", "Victory Avenue"}, both{"Казань, пр. Победы, 50", "50 Victory Avenue"}, 55_753_000, 49_213_200, 8, 22, 1, 3},
	},
	Site: Site{both{"Аптека на сайте", "Camomile online"}, "https://camomile.example", 2},
	Crowd: Crowd{
		Members: 2_400, Receipts: 150, Anonymous: 28, Spends: 40, Returns: 3,
		Hours:   [24]int{8: 6, 9: 9, 10: 10, 11: 10, 12: 8, 13: 7, 14: 7, 15: 7, 16: 8, 17: 9, 18: 9, 19: 6, 20: 3, 21: 1},
		Weekend: [24]int{8: 3, 9: 7, 10: 11, 11: 12, 12: 11, 13: 9, 14: 8, 15: 8, 16: 7, 17: 7, 18: 6, 19: 5, 20: 4, 21: 2},
		Days:    [7]int{70, 112, 106, 104, 103, 105, 82}, Lines: []int{34, 31, 19, 10, 6},
	},
	Levels: []tier{{"care", both{"Забота", "Care"}, 10_000_00}, {"care_plus", both{"Забота плюс", "Care plus"}, 30_000_00}},
	Goods: []Ware{
		{"A100", "medicine/cold", both{"Парацетамол 500 мг № 20", "Paracetamol 500 mg, 20"}, 62_00, 10, 0, 0, false, "", 1000},
		{"A101", "medicine/cold", both{"Ибупрофен 400 мг № 20", "Ibuprofen 400 mg, 20"}, 148_00, 9, 0, 0, false, "", 1000},
		{"A102", "medicine/cold", both{"Спрей для горла 30 мл", "Throat spray 30 ml"}, 389_00, 8, 0, 0, false, "", 1000},
		{"A103", "medicine/cold", both{"Капли в нос 10 мл", "Nose drops 10 ml"}, 176_00, 11, 0, 0, false, "", 1000},
		{"A104", "medicine/cold", both{"Порошок от простуды № 10", "Cold powder, 10"}, 468_00, 7, 0, 0, false, "", 1000},
		{"A110", "medicine/stomach", both{"Уголь активированный № 10", "Activated charcoal, 10"}, 38_00, 6, 0, 0, false, "", 1000},
		{"A111", "medicine/stomach", both{"Ферменты № 20", "Enzymes, 20"}, 284_00, 5, 0, 0, false, "", 1000},
		{"A120", "medicine/skin", both{"Пантенол спрей 116 г", "Panthenol spray 116 g"}, 412_00, 4, 0, 0, false, "", 1000},
		{"R200", "prescription", both{"Лозартан 50 мг № 30", "Losartan 50 mg, 30"}, 312_00, 8, 0, 0, false, verno.ClassPrescription, 1000},
		{"R201", "prescription", both{"Аторвастатин 20 мг № 30", "Atorvastatin 20 mg, 30"}, 426_00, 7, 0, 0, false, verno.ClassPrescription, 1000},
		{"R202", "prescription", both{"Метформин 850 мг № 60", "Metformin 850 mg, 60"}, 268_00, 6, 0, 0, false, verno.ClassPrescription, 1000},
		{"R203", "prescription", both{"Амоксициллин 500 мг № 20", "Amoxicillin 500 mg, 20"}, 194_00, 4, 0, 0, false, verno.ClassPrescription, 1000},
		{"V300", "vitamins", both{"Витамин D3 2000 МЕ № 60", "Vitamin D3 2000 IU, 60"}, 589_00, 8, 0, 0, false, "", 2200},
		{"V301", "vitamins", both{"Магний B6 № 50", "Magnesium B6, 50"}, 648_00, 7, 0, 0, false, "", 2200},
		{"V302", "vitamins", both{"Омега-3 № 90", "Omega-3, 90"}, 1_190_00, 3, 0, 0, false, "", 2200},
		{"V303", "vitamins", both{"Аскорбинка с глюкозой", "Vitamin C with glucose"}, 32_00, 9, 0, 0, false, "", 2200},
		{"C400", "care/face", both{"Крем увлажняющий 50 мл", "Moisturising cream 50 ml"}, 890_00, 4, 0, 0, false, "", 2200},
		{"C401", "care/hands", both{"Крем для рук 75 мл", "Hand cream 75 ml"}, 240_00, 6, 0, 0, false, "", 2200},
		{"C402", "care/teeth", both{"Зубная паста 75 мл", "Toothpaste 75 ml"}, 219_00, 6, 0, 0, false, "", 2200},
		{"H500", "hygiene", both{"Маска медицинская № 10", "Face masks, 10"}, 89_00, 5, 0, 0, false, "", 1000},
		{"H501", "hygiene", both{"Пластырь бактерицидный № 20", "Plasters, 20"}, 118_00, 8, 0, 0, false, "", 1000},
		{"H502", "hygiene", both{"Бинт эластичный 2 м", "Elastic bandage 2 m"}, 340_00, 2, 0, 0, false, "", 1000},
		{"B600", "baby/formula", both{"Детская смесь 400 г", "Baby formula 400 g"}, 899_00, 3, 0, 0, false, verno.ClassBabyFormula, 1000},
		{"B601", "baby/care", both{"Подгузники № 44", "Nappies, 44"}, 1_290_00, 3, 0, 0, false, "", 1000},
		{"D700", "devices", both{"Тонометр автоматический", "Blood pressure monitor"}, 3_490_00, 1, 0, 0, false, "", 1000},
		{"D701", "devices", both{"Термометр электронный", "Thermometer"}, 390_00, 2, 0, 0, false, "", 1000},
	},
	Offers: []offer{
		{both{"Витамины −15 % по средам", "Wednesday vitamins −15%"}, verno.Promotion{
			Type: "percent_discount", Priority: 20, Goods: verno.Goods{Categories: []string{"vitamins"}}, Settings: settings(`{"percent":"15"}`),
			Schedule: verno.Schedule{Weekdays: []int{3}},
		}},
		{both{"Второй крем со скидкой 50 %", "Second cream half price"}, verno.Promotion{
			Type: "buy_n_get_cheapest", Priority: 10, Goods: verno.Goods{Categories: []string{"care"}}, Settings: settings(`{"buy":1,"get":1,"percent":"50"}`),
		}},
		{both{"Двойные баллы утром", "Double points in the morning"}, verno.Promotion{
			Type: "points_multiplier", Settings: settings(`{"times":2}`), Schedule: verno.Schedule{Hours: []verno.Hours{{From: "08:00", Until: "11:00"}}},
		}},
		{both{"«Забота плюс»: баллов вдвое больше", "Double points for Care plus"}, verno.Promotion{
			Type: "points_multiplier", Audience: verno.Audience{Levels: []string{"care_plus"}}, Settings: settings(`{"times":2}`),
		}},
		{both{"150 баллов за знакомство", "150 points to get started"}, verno.Promotion{Type: "welcome_bonus", Settings: settings(`{"points":150,"until_first":true}`)}},
		{both{"250 баллов ко дню рождения", "250 points for your birthday"}, verno.Promotion{Type: "birthday_bonus", Settings: settings(`{"points":250,"days_before":7,"days_after":7}`)}},
	},
	glyph: func(x, y float64) bool {
		return x > .41 && x < .59 && y > .22 && y < .78 || y > .41 && y < .59 && x > .22 && x < .78
	},
}
