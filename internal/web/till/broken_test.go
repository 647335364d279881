package till_test

import (
	"testing"
)

// TestBrokenDatabase: a till whose server has lost its database says so, in its own language, and goes on when it is told to
// try again; it is never blank.
func TestBrokenDatabase(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"ru": "Сервер не может ответить", "en": "The server is not responding"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, lang, 360, 740)
			s.Allow("status of 500", "status of 503")
			s.open()
			s.Break(t)
			s.Type("#scan", "+79165551004")
			s.Keys("\r")
			s.See(".said .notice.bad, .offline-bar")
			s.Reload()
			s.See("#broken")
			if said := s.Text("#broken strong"); said != want {
				t.Errorf("the page says %q", said)
			}
			s.Accessible()
		})
	}
}
