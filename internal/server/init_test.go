package server_test

import (
	"testing"

	"github.com/verno-loyalty/verno/internal/server"
)

// TestARefusedFoundingLeavesNothing founds a chain with one thing wrong after the other, then as it should be: every
// command that takes the only tenant still finds one, and not the halves of those before it.
func TestARefusedFoundingLeavesNothing(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		good := server.Founding{
			Name: "Chain", Language: "en", Currency: "RUB", TimeZone: "Europe/Moscow", Store: "First", Login: "second", Password: "correct horse battery",
		}
		for what, wrong := range map[string]func(f *server.Founding){
			"password with the login": func(f *server.Founding) { f.Password = "second of it all" },
			"short password":          func(f *server.Founding) { f.Password = "short" },
			"no login":                func(f *server.Founding) { f.Login = "" },
			"no store":                func(f *server.Founding) { f.Store = "" },
			"no such zone":            func(f *server.Founding) { f.TimeZone = "Nowhere/Bad" },
			"no currency":             func(f *server.Founding) { f.Currency = "rub" },
			"login of another":        func(f *server.Founding) { f.Login = "OWNER" },
			"made-up currency":        func(f *server.Founding) { f.Currency = "XXQ" },
		} {
			f := good
			wrong(&f)
			if _, err := d.server.Found(d.ctx, f); err == nil {
				t.Errorf("%s is founded", what)
			}
		}
		all, err := d.server.Store.Reader().Tenants(d.ctx)
		d.must(err)
		if len(all) != 2 {
			t.Errorf("%d tenants, not the first and its twin", len(all))
		}
	})
}
