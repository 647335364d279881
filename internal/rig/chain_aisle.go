package rig

import "strings"

// aisles are the steps of the goods' categories, as a Russian chain calls them; an English one calls them as they stand.
var aisles = map[string]string{
	"alcohol": "алкоголь", "baby": "детям", "bakery": "выпечка", "beans": "кофе в зёрнах", "breakfast": "завтраки", "care": "уход", "coffee": "кофе",
	"cold": "холодное", "dairy": "молочное", "devices": "приборы", "drinks": "напитки", "face": "лицо", "fish": "рыба", "formula": "смеси", "fruit": "фрукты",
	"grocery": "бакалея", "hands": "руки", "home": "для дома", "hot": "горячее", "hygiene": "гигиена", "juice": "соки", "kitchen": "кухня", "lunch": "обеды",
	"meat": "мясо", "medicine": "лекарства", "prescription": "по рецепту", "skin": "кожа", "stomach": "желудок", "sweets": "сладости", "tea": "чай",
	"teeth": "зубы", "tobacco": "табак", "vegetables": "овощи", "vitamins": "витамины", "water": "вода",
}

// aisle is a category in a language of the demo: those who read it do not read codes.
func aisle(category, language string) string {
	if category == "medicine/cold" && language == "ru" {
		return "лекарства/простуда"
	}
	steps := strings.Split(category, "/")
	for i, step := range steps {
		if name := aisles[step]; name != "" && language == "ru" {
			steps[i] = name
		}
	}
	return strings.Join(steps, "/")
}

// inAisles gives categories their names, on a list of their own: the kinds are shared.
func inAisles(categories []string, language string) []string {
	named := make([]string, len(categories))
	for i, c := range categories {
		named[i] = aisle(c, language)
	}
	return named
}
