package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/money"
)

// found makes a tenant with all that a client needs. It asks nothing.
func found(ctx context.Context, t *term, args []string) error {
	f := flags(t, "init", "[flags]")
	b := baseFlags(f)
	name := f.String("name", "Verno", "name of the chain and of its programme")
	language := f.String("language", "ru", "ru or en")
	issuer := f.String("issuer", "", "legal entity that sells and owes stored money; the name where left out")
	taxID := f.String("tax-id", "", "its tax number")
	currency := f.String("currency", "RUB", "ISO 4217 code")
	zone := f.String("time-zone", "Europe/Moscow", "IANA name")
	shop := f.String("store", "1", "name of the first store")
	login := f.String("owner", "owner", "log-in name of the owner")
	password := f.String("owner-password", "", "drawn and printed where left out")
	asJSON := f.Bool("json", false, "print what was made as JSON")
	if err := parse(f, args); err != nil {
		return err
	}
	c := b.config(t)
	c.Fresh = true
	s, err := server.Open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	if *password == "" {
		*password = rand.Text()
	}
	made, err := s.Found(ctx, server.Founding{
		Name: *name, Language: *language, Issuer: *issuer, TaxID: *taxID, Currency: money.Currency(*currency), TimeZone: *zone,
		Store: *shop, Login: *login, Password: *password,
	})
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(t.out).Encode(struct {
			server.Founded
			Login    string `json:"owner_login"`
			Password string `json:"owner_password"`
		}{made, *login, *password})
	}
	fmt.Fprintf(t.out, "tenant    %s\nowner     %s, password %s\n", made.Tenant, *login, *password)
	for _, g := range []struct {
		what string
		server.Grounds
	}{{"live", made.Live}, {"test", made.Test}} {
		fmt.Fprintf(t.out, "\n%s\n  programme %s\n  store     %s\n  terminal  %s\n  token     %s\n  API key   %s\n",
			g.what, g.Programme, g.Store, g.Terminal, g.Token, g.APIKey)
	}
	fmt.Fprintln(t.out, "\nThe token and the keys are shown once.")
	return nil
}
