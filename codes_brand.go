package verno

// brandCodes are the codes of a merchant's look and of the beginning.
var brandCodes = map[string]CodeText{
	"colour_invalid": {EN: "Enter a colour as #rrggbb, such as #0b6b4f.", RU: "Цвет записывается как #rrggbb, например #0b6b4f."},
	"logo_invalid": {
		EN: "This picture cannot be read. Use a PNG or JPEG file.",
		RU: "Эту картинку прочитать не удалось. Нужен файл PNG или JPEG.",
	},
	"logo_too_large": {
		EN: "The picture is too large: at most {megabytes} MB and {pixels} pixels on a side.",
		RU: "Картинка слишком большая: не больше {megabytes} МБ и {pixels} пикселей по стороне.",
	},
	"setup_over": {
		EN: "This setup address has been used or has expired. Restart Verno to get a new one: it prints one until the owner is set up.",
		RU: "Этот адрес настройки уже использован или устарел. Перезапустите Verno: пока владелец не создан, он напечатает новый.",
	},
}
