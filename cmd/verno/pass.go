package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/server"
)

const passUsage = `build DOCUMENT.json --out x.pkpass [--certificate FILE …] [flags]
       verno pass build --card CARD --out x.pkpass [flags]
       verno pass inspect FILE.pkpass [--json]
       verno pass verify FILE.pkpass [--json]

build makes a pass of a document with a template and facts, signed with a certificate from files or one made for trying;
or of a card of the database, signed with the certificate in use. inspect shows what is in a pass. verify holds it to the
rules of Apple: it ends with 0 where nothing is wrong, 1 where something is, 2 where the file is no pass.
`

// passes are the flags of pass.
type passes struct {
	server.Whose
	base
	card         verno.CardID
	out          string
	certificates []string
	passwordFile string
	json         bool
}

// applePasses builds, inspects and verifies Apple passes.
func applePasses(ctx context.Context, t *term, args []string) error {
	f := flags(t, "pass", passUsage)
	p := passes{base: baseFlags(f)}
	whoseFlags(f, &p.Whose)
	f.TextVar(&p.card, "card", verno.CardID{}, "of build: card of the database")
	f.StringVar(&p.out, "out", "", "of build: `file` that gets the pass")
	f.Func("certificate", "of build: `file` with the certificate, its key or one above it; may be said again", func(name string) error {
		p.certificates = append(p.certificates, name)
		return nil
	})
	f.StringVar(&p.passwordFile, "password-file", "", "of build: `file` with the password of the .p12; VERNO_CERT_PASSWORD where left out")
	f.BoolVar(&p.json, "json", false, "print as JSON")
	words, err := parseAround(f, args)
	if err != nil {
		return err
	}
	switch {
	case len(words) == 2 && words[0] == "inspect":
		return p.inspect(t, words[1])
	case len(words) == 2 && words[0] == "verify":
		return p.verify(t, words[1])
	case len(words) > 0 && words[0] == "build" && p.out != "" && (len(words) == 2) == p.card.IsZero():
		return p.build(ctx, t, words[1:])
	}
	f.Usage()
	return errUsage
}

func (p *passes) build(ctx context.Context, t *term, names []string) error {
	var built []byte
	var err error
	if len(names) > 0 {
		built, err = p.buildDocument(t, names[0])
	} else {
		built, err = p.buildCard(ctx, t)
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(p.out, built, 0o600); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: %d bytes\n", p.out, len(built))
	return nil
}

func (p *passes) buildCard(ctx context.Context, t *term) ([]byte, error) {
	s, err := server.Open(ctx, p.config(t))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.BuildPass(ctx, p.Whose, p.card)
}

func (p *passes) buildDocument(t *term, name string) ([]byte, error) {
	document, err := readFile(name, mostOfSetting)
	if err != nil {
		return nil, err
	}
	from, err := certificateFiles(p.certificates, p.passwordFile)
	if err != nil {
		return nil, err
	}
	beside := func(picture string) ([]byte, error) {
		if !filepath.IsAbs(picture) {
			picture = filepath.Join(filepath.Dir(name), picture)
		}
		return readFile(picture, mostOfPass)
	}
	built, err := server.BuildPassFile(document, beside, from, time.Now())
	if err == nil && len(from.Files) == 0 {
		fmt.Fprintln(t.err, "Signed with a certificate made for trying, which is not Apple's: no iPhone takes it.")
	}
	return built, err
}

// report reads a file as a pass.
func (p *passes) report(name string) (*server.PassReport, error) {
	raw, err := readFile(name, mostOfPass)
	if err != nil {
		return nil, err
	}
	r, err := server.InspectPass(raw, time.Now())
	if err != nil {
		return nil, wrong{fmt.Errorf("%s: %w", name, err)}
	}
	return r, nil
}

// errPass ends verify where something is wrong that was told already.
var errPass = errors.New("the pass is not as Apple wants it")

func (p *passes) verify(t *term, name string) error {
	r, err := p.report(name)
	if err != nil {
		return err
	}
	if p.json {
		if err := json.NewEncoder(t.out).Encode(map[string]any{"sound": r.Sound(), "findings": r.Findings}); err != nil {
			return err
		}
	} else {
		for _, f := range r.Findings {
			word := "WRONG"
			if f.Warning {
				word = "warning"
			}
			fmt.Fprintf(t.out, "%s  %s  %s: %s\n", word, f.Code, oneLine(f.Where), oneLine(f.Text))
		}
		if r.Sound() {
			fmt.Fprintf(t.out, "%s: nothing is wrong by the rules known here. No phone was asked.\n", name)
		}
	}
	if !r.Sound() {
		return errPass
	}
	return nil
}

func (p *passes) inspect(t *term, name string) error {
	r, err := p.report(name)
	if err != nil {
		return err
	}
	if p.json {
		return json.NewEncoder(t.out).Encode(r)
	}
	return showPass(t, r)
}

func showPass(t *term, r *server.PassReport) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, row := range [][2]string{
		{"pass type", r.PassType},
		{"team", r.Team},
		{"serial", r.Serial},
		{"issuer", r.Organization},
		{"about", r.Description},
		{"styles", strings.Join(r.Styles, ", ")},
		{"languages", strings.Join(r.Languages, ", ")},
	} {
		fmt.Fprintf(w, "%s\t%s\n", row[0], oneLine(row[1]))
	}
	if c := r.Certificate; c != nil {
		fmt.Fprintf(w, "signed\t%s\nby\t%s, %s, until %s\nunder\t%s\n", r.SignedAt.Format(time.RFC3339), oneLine(c.Name), c.Key,
			c.NotAfter.Format(time.DateOnly), oneLine(c.Issuer))
	}
	for _, c := range r.Codes {
		fmt.Fprintf(w, "code\t%s %s\n", oneLine(c.Format), oneLine(c.Message))
	}
	fmt.Fprintln(w, "\ngroup\tkey\tlabel\tvalue\ton a change")
	for _, f := range r.Fields {
		fmt.Fprintf(w, "%s %s\t%s\t%s\t%s\t%s\n", f.Style, f.Group, oneLine(f.Key), oneLine(f.Label), oneLine(f.Value), oneLine(f.Change))
	}
	fmt.Fprintln(w, "\nfile\tbytes\tSHA-1\t\t")
	for _, f := range r.Files {
		fmt.Fprintf(w, "%s\t%d\t%s\t\t\n", oneLine(f.Name), f.Bytes, f.SHA1)
	}
	return w.Flush()
}

// oneLine is a text of a pass that may have been made to harm: on one line, and without what a terminal obeys.
func oneLine(s string) string {
	const longest = 200
	if len(s) > longest {
		s = s[:longest] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) && r != '\u200b' {
			return '\ufffd'
		}
		return r
	}, s)
}
