package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/verno-loyalty/verno/internal/server"
)

const certsUsage = `list [flags]
       verno certs import FILE.p12 [--password-file FILE] [flags]
       verno certs import CERTIFICATE.pem KEY.pem [flags]
       verno certs import --push-key-id ID --team TEAM AuthKey.p8 [flags]
       verno certs selfsign --pass-type pass.org.example.card [flags]

The certificates that Apple passes are signed with. list shows them and when they end, and never a key. import checks a
certificate and signs with it from now on. selfsign makes one for trying without an account at Apple: no iPhone takes what
it signs.
`

// certificates are the flags of certs.
type certificates struct {
	server.Whose
	passwordFile, keyID, root string
	replace                   bool
	trial                     server.TrialCertificate
}

// certs lists, imports and makes certificates for Apple passes.
func certs(ctx context.Context, t *term, args []string) error {
	f := flags(t, "certs", certsUsage)
	b := baseFlags(f)
	var c certificates
	whoseFlags(f, &c.Whose)
	f.StringVar(&c.passwordFile, "password-file", "", "of import: `file` with the password of the .p12; VERNO_CERT_PASSWORD where left out")
	f.BoolVar(&c.replace, "replace", false, "of import: though passes are out under another pass type")
	f.StringVar(&c.keyID, "push-key-id", "", "of import: `identifier` of a key for notifications")
	f.StringVar(&c.trial.Team, "team", "NOTAPPLE00", "of selfsign and of a key for notifications: `identifier` of the team")
	f.StringVar(&c.trial.PassType, "pass-type", "pass.not-apple.trial", "of selfsign: `identifier` that begins with pass.")
	f.BoolVar(&c.trial.NFC, "nfc", false, "of selfsign: may sign passes that speak with readers")
	f.StringVar(&c.root, "root", "", "of selfsign: `file` that gets the root certificate, for openssl cms -verify")
	asJSON := f.Bool("json", false, "print as JSON")
	words, err := parseAround(f, args)
	if err != nil {
		return err
	}
	run := map[string]func(context.Context, *term, *server.Server, []string) ([]server.Certificate, error){
		"list": c.list, "import": c.take, "selfsign": c.selfSign,
	}
	if len(words) == 0 || run[words[0]] == nil || (words[0] == "import") != (len(words) > 1) {
		f.Usage()
		return errUsage
	}
	s, err := server.Open(ctx, b.config(t))
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := run[words[0]](ctx, t, s, words[1:])
	if err != nil {
		return err
	}
	return showCertificates(t, list, *asJSON)
}

func (c *certificates) list(ctx context.Context, _ *term, s *server.Server, _ []string) ([]server.Certificate, error) {
	return s.Certificates(ctx, c.Whose)
}

func (c *certificates) take(ctx context.Context, _ *term, s *server.Server, names []string) ([]server.Certificate, error) {
	from, err := certificateFiles(names, c.passwordFile)
	if err != nil {
		return nil, err
	}
	if c.keyID == "" {
		return s.ImportCertificate(ctx, c.Whose, from, c.replace)
	}
	if len(from.Files) != 1 {
		return nil, wrong{errors.New("a key for notifications is one file")}
	}
	if err := s.ImportPushKey(ctx, c.Whose, from.Files[0], c.keyID, c.trial.Team); err != nil {
		return nil, err
	}
	return s.Certificates(ctx, c.Whose)
}

func (c *certificates) selfSign(ctx context.Context, t *term, s *server.Server, _ []string) ([]server.Certificate, error) {
	if err := writable(c.root); err != nil {
		return nil, err
	}
	list, root, err := s.SelfSign(ctx, c.Whose, c.trial)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(t.err, "This certificate is not Apple's: no iPhone takes what it signs. It is for trying only.")
	if c.root == "" {
		return list, nil
	}
	return list, os.WriteFile(c.root, root, 0o644) //nolint:gosec // A certificate is public.
}

// writable sees that a file can be written, if one is named, before anything is made of which it is to tell.
func writable(name string) error {
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o644) //nolint:gosec // A certificate is public.
	if err != nil {
		return wrong{err}
	}
	return file.Close()
}

// certificateFiles reads what a certificate comes in.
func certificateFiles(names []string, passwordFile string) (from server.CertificateFiles, err error) {
	from.Password = os.Getenv("VERNO_CERT_PASSWORD")
	if passwordFile != "" {
		text, err := readFile(passwordFile, mostOfSetting)
		if err != nil {
			return from, err
		}
		from.Password = strings.TrimRight(string(text), "\r\n")
	}
	for _, name := range names {
		raw, err := readFile(name, mostOfSetting)
		if err != nil {
			return from, err
		}
		from.Files = append(from.Files, raw)
	}
	return from, nil
}

func showCertificates(t *term, list []server.Certificate, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(t.out).Encode(map[string]any{"certificates": list})
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "pass type\tteam\tkey\tNFC\tApple\tends\tdays\tstate")
	for i := range list {
		c := &list[i]
		state := "in use"
		switch {
		case !c.InUse:
			state = "retired"
		case c.Alarm < 0:
			state = "EXPIRED: renew it at Apple for the same pass type and import it"
		case c.Alarm > 0:
			state = "in use, ENDS SOON: renew it at Apple for the same pass type"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", c.PassType, c.Team, c.Key, yes(c.NFC), yes(c.Apple),
			c.NotAfter.Format(time.DateOnly), c.Days, state)
	}
	return w.Flush()
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
