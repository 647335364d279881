package verno_test

import (
	"testing"

	"github.com/verno-loyalty/verno"
)

// TestMomentsInProblems: an error carries moments and days for programs, and each reader is told them as they write them; what
// is no moment stays as it is.
func TestMomentsInProblems(t *testing.T) {
	t.Parallel()
	for _, want := range []struct{ code, name, value, en, ru string }{
		{
			"entry_already", "at", "2026-12-01T19:05:00+03:00",
			"This ticket was already used: 1 December 2026, 19:05. It is valid once.",
			"По этому билету уже вошли: 01.12.2026 19:05. Он действует один раз.",
		},
		{
			"certificate_not_yet", "date", "2027-02-03",
			"The certificate is not valid until 3 February 2027.", "Сертификат начнёт действовать только 03.02.2027.",
		},
		{
			"card_contrast_refused", "ratio", "2.4", "This cannot be read on the background: the contrast is 2.4, and at least 3 is needed.",
			"На этом фоне такой текст не прочитать: контраст 2,4, нужно не меньше 3.",
		},
		{"entry_too_early", "from", "{until} dawn", "Entry starts at {until} dawn.", "Вход с {until} dawn."},
		{"external_id_taken", "external_id", "2026-12-01", "The external ID 2026-12-01 is already in use.", "Внешний идентификатор 2026-12-01 уже занят."},
	} {
		params := map[string]string{want.name: want.value, "until": "never"}
		if got := verno.TextOf(want.code, "en", params); got != want.en {
			t.Errorf("%s in English: %q", want.code, got)
		}
		if got := verno.TextOf(want.code, "ru", params); got != want.ru {
			t.Errorf("%s in Russian: %q", want.code, got)
		}
	}
	if got := verno.CashierTextOf("entry_already", "en", map[string]string{"at": "2026-12-01T19:05:00+03:00"}); got != "Already used: 1 December 2026, 19:05" {
		t.Errorf("to a cashier: %q", got)
	}
}
