package verno

// cardCodes are the codes of templates of cards and of their pictures.
var cardCodes = map[string]CodeText{
	"card_area_full": {
		EN: "There is room for {max} fields here. Move one elsewhere or to the back.",
		RU: "Здесь помещается полей: {max}. Перенесите лишнее в другое место или на оборот.",
	},
	"card_back_only": {EN: "This text is long and stands on the back only.", RU: "Этот текст длинный, его место — только на обороте."},
	"card_change_value": {
		EN: "What is said of a change must have %@, where the new value stands.",
		RU: "В сообщении об изменении нужно %@ — там появится новое значение.",
	},
	"card_word_long": {
		EN: "“{word}” is long and may be cut off on a phone. Shorten it or look at the preview.",
		RU: "Слово «{word}» длинное, на телефоне оно может обрезаться. Сократите его или посмотрите на предпросмотр.",
	},
	"card_contrast_refused": {
		EN: "Nobody can read this on the background: the contrast is {ratio}, at least 3 is needed.",
		RU: "На этом фоне такой текст не прочитать: контраст {ratio}, нужно не меньше 3.",
	},
	"card_contrast_low": {
		EN: "This is hard to read on the background: the contrast is {ratio}, 4.5 or more is good.",
		RU: "На этом фоне такой текст читается с трудом: контраст {ratio}, хорошо от 4,5.",
	},
	"hours_invalid": {
		EN: "Write days and hours as in: mon-fri 08:00-22:00, sat 10:00-18:00.", RU: "Напишите дни и часы так: пн-пт 08:00-22:00, сб 10:00-18:00.",
	},
	"uuid_invalid":     {EN: "Is not a UUID such as 5a4bcfce-174e-4bac-a814-092e77f6b7e5.", RU: "Это не UUID вида 5a4bcfce-174e-4bac-a814-092e77f6b7e5."},
	"language_invalid": {EN: "Is not a code of a language such as en or ru.", RU: "Это не код языка вида en или ru."},
	"link_invalid": {
		EN: "Is not an address that a card may lead to: https://…, tel:… or mailto:….",
		RU: "Карта не может вести по такому адресу: нужно https://…, tel:… или mailto:….",
	},
	"not_after_start":  {EN: "Must be after the beginning.", RU: "Должно быть позже начала."},
	"not_before_start": {EN: "Must not be after the beginning.", RU: "Не может быть позже начала."},
	"news_full":        {EN: "There are {max} pieces of news already. Take one of them back.", RU: "Новостей уже {max}. Сначала уберите одну из них."},
	"news_long":        {EN: "Cards tell one thing for at most {days} days.", RU: "Одну новость карты показывают не дольше {days} дней."},
	"news_over":        {EN: "This day is over already.", RU: "Этот день уже прошёл."},
	"picture_invalid": {
		EN: "This is not a picture that can be read. Send a PNG or a JPEG.",
		RU: "Такую картинку прочитать не удалось. Пришлите PNG или JPEG.",
	},
	"picture_too_large": {
		EN: "The picture is too large: at most {megabytes} MB and {megapixels} million pixels.",
		RU: "Картинка слишком большая: не больше {megabytes} МБ и {megapixels} млн пикселей.",
	},
	"pictures_full":          {EN: "There are {max} pictures already. Use one of them.", RU: "Картинок уже {max}. Возьмите одну из них."},
	"template_archived":      {EN: "The template is archived. Restore it first.", RU: "Шаблон в архиве. Сначала верните его."},
	"template_standard":      {EN: "This is the programme's standard template. Make another one the standard first.", RU: "Это основной шаблон программы. Сначала сделайте основным другой."},
	"template_standard_kind": {EN: "Only a card that belongs to a member can be the standard one.", RU: "Основной может быть только карта, которая принадлежит участнику."},
	"templates_full":         {EN: "The programme has as many templates as it can. Change one of them.", RU: "В программе уже столько шаблонов, сколько можно. Измените один из них."},
	"template_unpublished":   {EN: "The template was not published yet.", RU: "Шаблон ещё не опубликован."},
	"template_for_member":    {EN: "Cards of this kind belong to members only.", RU: "Карты этого вида принадлежат только участникам."},
}
