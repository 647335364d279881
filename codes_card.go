package verno

// cardCodes are the codes of templates of cards and of their pictures.
var cardCodes = map[string]CodeText{
	"card_area_full": {
		EN: "There is room for only {max} fields here. Move one elsewhere or to the back.",
		RU: "Здесь помещается полей: {max}. Перенесите лишнее в другое место или на оборот.",
	},
	"card_back_only": {EN: "This text is long and fits only on the back.", RU: "Этот текст длинный, его место — только на обороте."},
	"card_change_value": {
		EN: "The message must contain %@: the new value appears there.",
		RU: "В сообщении должно быть %@: на этом месте появится новое значение.",
	},
	"card_code_none": {
		EN: "Nothing can be scanned from this card, on a phone or on a watch. Choose a code.",
		RU: "С такой карты нечего сканировать ни на телефоне, ни на часах. Выберите код.",
	},
	"card_look_member": {EN: "Only members' cards change with a level.", RU: "От уровня зависит вид только карт участников."},
	"card_look_unworn": {
		EN: "The programme has no level “{level}”, so no card looks like this. Remove this look.",
		RU: "Уровня «{level}» в программе нет, поэтому так не выглядит ни одна карта. Уберите это оформление.",
	},
	"card_word_long": {
		EN: "“{word}” is long and may be cut off on a phone. Shorten it or look at the preview.",
		RU: "Слово «{word}» длинное, на телефоне оно может обрезаться. Сократите его или посмотрите на предпросмотр.",
	},
	"card_contrast_refused": {
		EN: "This cannot be read on the background: the contrast is {ratio}, and at least 3 is needed.",
		RU: "На этом фоне такой текст не прочитать: контраст {ratio}, нужно не меньше 3.",
	},
	"card_contrast_low": {
		EN: "This is hard to read on the background: the contrast is {ratio}, and 4.5 or more is recommended.",
		RU: "На этом фоне такой текст читается с трудом: контраст {ratio}, лучше от 4,5.",
	},
	"hours_invalid": {
		EN: "Enter days and hours like this: mon-fri 08:00-22:00, sat 10:00-18:00.", RU: "Напишите дни и часы так: пн-пт 08:00-22:00, сб 10:00-18:00.",
	},
	"uuid_invalid":     {EN: "Must be a UUID, such as 5a4bcfce-174e-4bac-a814-092e77f6b7e5.", RU: "Нужен UUID, например 5a4bcfce-174e-4bac-a814-092e77f6b7e5."},
	"language_invalid": {EN: "Must be a language code, such as en or ru.", RU: "Нужен код языка, например en или ru."},
	"link_invalid": {
		EN: "Must be a link that begins with https://, tel: or mailto:.",
		RU: "Нужна ссылка, которая начинается с https://, tel: или mailto:.",
	},
	"site_invalid":     {EN: "Must be a web address that begins with https://.", RU: "Нужен адрес сайта, который начинается с https://."},
	"online_no_place":  {EN: "An online shop has no place on a map.", RU: "У интернет-магазина нет места на карте."},
	"not_after_start":  {EN: "Must be after the start.", RU: "Должно быть позже начала."},
	"not_before_start": {EN: "Must not be after the start.", RU: "Не может быть позже начала."},
	"news_full":        {EN: "There are already {max} news items. Remove one first.", RU: "Новостей уже {max}. Сначала уберите одну из них."},
	"news_long":        {EN: "News can stay on cards for at most {days} days.", RU: "Новость показывают на картах не дольше {days} дней."},
	"news_over":        {EN: "This day has already passed.", RU: "Этот день уже прошёл."},
	"picture_invalid": {
		EN: "This picture cannot be read. Use a PNG or JPEG file.",
		RU: "Эту картинку прочитать не удалось. Нужен файл PNG или JPEG.",
	},
	"picture_too_large": {
		EN: "The picture is too large: at most {megabytes} MB and {megapixels} million pixels.",
		RU: "Картинка слишком большая: не больше {megabytes} МБ и {megapixels} млн пикселей.",
	},
	"upload_too_large":       {EN: "The file is too large: at most {megabytes} MB.", RU: "Файл слишком большой: не больше {megabytes} МБ."},
	"pictures_full":          {EN: "There are already {max} pictures. Use one of them.", RU: "Картинок уже {max}. Возьмите одну из них."},
	"template_archived":      {EN: "The template is archived. Restore it first.", RU: "Шаблон в архиве. Сначала верните его."},
	"template_standard":      {EN: "This is the programme's standard template. Make another one the standard first.", RU: "Это основной шаблон программы. Сначала сделайте основным другой."},
	"template_standard_kind": {EN: "Only a member's card can be the standard one.", RU: "Основной может быть только карта участника."},
	"templates_full":         {EN: "The programme has reached the limit of templates. Change one of them.", RU: "В программе уже предельное число шаблонов. Измените один из них."},
	"template_unpublished":   {EN: "The template has not been published yet.", RU: "Шаблон ещё не опубликован."},
	"template_other_kind":    {EN: "Cards of this kind are made in another way.", RU: "Карты этого вида создают по-другому."},
	"template_for_member":    {EN: "Cards of this kind belong to members only.", RU: "Карты этого вида принадлежат только участникам."},
}
