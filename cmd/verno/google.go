package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/server"
)

const googleUsage = `import --issuer NUMBER FILE.json [flags]
       verno google show [flags]
       verno google check [flags]
       verno google retire [flags]

What the merchant is at Google Wallet. import takes in the key of a service account, as the Google Cloud console gives it
for download, in place of an earlier one; the key is sealed and never shown. check asks Google whether it is let in. retire
ends its use; cards that are in phones stay there as they are.
`

// googleFlags are where Google is, for trying Verno out against something else.
func googleFlags(f *flag.FlagSet, config *server.Config) {
	c := &config.Google
	c.PerSecond = 20
	for _, one := range []struct {
		name, what string
		to         *string
	}{
		{"google-api-url", "where Google keeps cards", &c.API},
		{"google-token-url", "where Google gives out tokens", &c.Token},
		{"google-keys-url", "where Google shows the root keys of its callbacks", &c.Keys},
		{"google-save-url", "where links to save a card lead", &c.Save},
	} {
		f.Func(setting(one.name), "`address` "+one.what+" (default Google's)", func(text string) error {
			u, err := url.Parse(text)
			if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
				return errors.New("it must be an address that begins with https:// or http://")
			}
			*one.to = text
			return nil
		})
	}
	counted(f, &c.PerSecond, "google-rate", 1, 20, "`calls` a second to Google for one merchant")
}

// google shows and changes what a merchant is at Google.
func google(ctx context.Context, t *term, args []string) error {
	f := flags(t, "google", googleUsage)
	b := baseFlags(f)
	var whose server.Whose
	whoseFlags(f, &whose)
	issuer := f.String("issuer", "", "of import: `number` of the issuer, from the Google Pay & Wallet Console")
	readers := f.String("redemption-issuers", "", "of import: `numbers`, apart by commas, of the issuers whose readers read cards by NFC")
	asJSON := f.Bool("json", false, "print as JSON")
	var where server.Config
	googleFlags(f, &where)
	words, err := parseAround(f, args)
	if err != nil {
		return err
	}
	if len(words) == 0 || len(words) != map[string]int{"import": 2, "show": 1, "check": 1, "retire": 1}[words[0]] {
		f.Usage()
		return errUsage
	}
	config := b.config(t)
	config.Google = where.Google
	s, err := server.Open(ctx, config)
	if err != nil {
		return err
	}
	defer s.Close()
	switch words[0] {
	case "import":
		err = importGoogle(ctx, s, whose, *issuer, words[1], *readers)
	case "check":
		err = checkGoogle(ctx, t, s, whose)
	case "retire":
		_, err = s.RetireGoogle(ctx, whose)
	}
	if err != nil {
		return err
	}
	return showGoogle(ctx, t, s, whose, *asJSON)
}

func importGoogle(ctx context.Context, s *server.Server, whose server.Whose, issuer, path, readers string) error {
	file, err := readFile(path, mostOfSetting)
	if err != nil {
		return err
	}
	var smartTap []string
	if readers != "" {
		smartTap = strings.Split(readers, ",")
	}
	_, err = s.ImportGoogle(ctx, whose, issuer, file, smartTap)
	return err
}

// checkGoogle asks Google, and says in its own words what is wrong: whoever runs this can mend it.
func checkGoogle(ctx context.Context, t *term, s *server.Server, whose server.Whose) error {
	err := s.CheckGoogle(ctx, whose)
	if e, ok := errors.AsType[*verno.Error](err); ok && e.Cause != nil {
		fmt.Fprintln(t.err, e.Cause)
	}
	return err
}

func showGoogle(ctx context.Context, t *term, s *server.Server, whose server.Whose, asJSON bool) error {
	account, there, err := s.GoogleAccount(ctx, whose)
	if err != nil {
		return err
	}
	if asJSON {
		shown := map[string]any{"account": nil}
		if there {
			shown["account"] = map[string]any{
				"issuer": account.Issuer, "client_email": account.Email, "private_key_id": account.KeyID, "redemption_issuers": account.SmartTap,
			}
		}
		return json.NewEncoder(t.out).Encode(shown)
	}
	if !there {
		fmt.Fprintln(t.out, "no account at Google")
		return nil
	}
	fmt.Fprintf(t.out, "issuer %s\nservice account %s, key %s\n", account.Issuer, account.Email, account.KeyID)
	if len(account.SmartTap) > 0 {
		fmt.Fprintf(t.out, "read by NFC by the readers of %s\n", strings.Join(account.SmartTap, ", "))
	}
	return nil
}
