package verno

// brandCodes are the codes of a merchant's look and of the beginning.
var brandCodes = map[string]CodeText{
	"colour_invalid": {EN: "Write a colour as #rrggbb, such as #0b6b4f.", RU: "Цвет записывается как #rrggbb, например #0b6b4f."},
	"logo_invalid": {
		EN: "This is not a picture that can be read. Send a PNG or a JPEG.",
		RU: "Такую картинку прочитать не удалось. Пришлите PNG или JPEG.",
	},
	"logo_too_large": {
		EN: "The picture is too large: at most {megabytes} MB and {pixels} pixels on a side.",
		RU: "Картинка слишком большая: не больше {megabytes} МБ и {pixels} пикселей по стороне.",
	},
	"setup_over": {
		EN: "This setup address has been used or has run out. Restart Verno: it prints a new one until somebody is set up.",
		RU: "Этот адрес настройки уже использован или устарел. Перезапустите Verno: пока владелец не создан, он напечатает новый.",
	},
}
