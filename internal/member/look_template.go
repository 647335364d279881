package member

import "github.com/verno-loyalty/verno/internal/store"

// LookTemplate is a form to begin with: words in both languages that promise nothing, a colour, and what is asked.
type LookTemplate struct {
	Name   string
	Look   store.ChannelLook
	Fields map[string]string
}

// LookTemplates are the forms to begin with.
var LookTemplates = []LookTemplate{
	{"cafe", store.ChannelLook{
		Title:  map[string]string{"ru": "Карта гостя", "en": "Guest card"},
		Lead:   map[string]string{"ru": "Копите с каждой чашкой. Карта откроется прямо в телефоне: без пластика и приложений.", "en": "Every cup counts. The card opens right in your phone: no plastic, no app."},
		Button: map[string]string{"ru": "Получить карту гостя", "en": "Get my guest card"},
		Accent: "#8a4b1f",
	}, map[string]string{FieldName: FieldRequired, FieldBirthday: FieldAsked}},
	{"shop", store.ChannelLook{
		Title:  map[string]string{"ru": "Карта покупателя", "en": "Loyalty card"},
		Lead:   map[string]string{"ru": "Каждая покупка идёт на карту. Она всегда с собой: в телефоне.", "en": "Every purchase counts. The card is always with you, in your phone."},
		Button: map[string]string{"ru": "Получить карту", "en": "Get the card"},
		Accent: "#1b4b9b",
	}, map[string]string{FieldName: FieldRequired, FieldEmail: FieldAsked}},
	{"pharmacy", store.ChannelLook{
		Title:  map[string]string{"ru": "Карта вашей аптеки", "en": "Your pharmacy card"},
		Lead:   map[string]string{"ru": "Нужен только телефон: назовите его на кассе или покажите карту.", "en": "All we need is your phone number: give it at the till, or show the card."},
		Button: map[string]string{"ru": "Получить карту", "en": "Get the card"},
		Accent: "#0b6b6b",
	}, map[string]string{FieldName: FieldAsked}},
	{"club", store.ChannelLook{
		Title:  map[string]string{"ru": "Вступить в клуб", "en": "Join the club"},
		Lead:   map[string]string{"ru": "Карта участника откроется прямо в телефоне. Покажите её на входе.", "en": "Your member card opens right in your phone. Show it at the door."},
		Button: map[string]string{"ru": "Вступить", "en": "Join"},
		Accent: "#4a3aa8",
	}, map[string]string{FieldName: FieldRequired, FieldBirthday: FieldAsked, FieldEmail: FieldRequired}},
}

// LookTemplateOf finds a form to begin with by its name; nil where there is none.
func LookTemplateOf(name string) *LookTemplate {
	for i := range LookTemplates {
		if LookTemplates[i].Name == name {
			return &LookTemplates[i]
		}
	}
	return nil
}
