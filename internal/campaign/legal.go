package campaign

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"strings"
	"text/template"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// Purposes are what members are asked to agree to, each by a document of its own: the first two to join, the third only
// if they like.
var Purposes = []string{"terms", "personal_data", "advertising"}

// LegalFacts is what the templates of legal texts are filled in with. Only Business is needed.
type LegalFacts struct {
	Business string
	Operator string // the legal entity; the business where empty
	TaxID    string
	Address  string
	Contact  string
}

// LegalDraft is a text that is not in force yet.
type LegalDraft struct {
	Purpose  string
	Language string
	Title    string
	Body     string
}

//go:embed legal/*.txt
var legalTexts embed.FS

// The templates put a text together that no browser reads as markup.
var legalTemplates = template.Must(template.ParseFS(legalTexts, "legal/*.txt"))

// LegalDrafts are all documents in both languages, made from templates. A lawyer should read them before a chain does.
func LegalDrafts(f LegalFacts) []LegalDraft {
	if f.Operator == "" {
		f.Operator = f.Business
	}
	var list []LegalDraft
	for _, purpose := range Purposes {
		for _, language := range []string{"ru", "en"} {
			g := f
			if language == "ru" {
				g.Business = quoted(f.Business)
			}
			var b bytes.Buffer
			if err := legalTemplates.ExecuteTemplate(&b, purpose+"."+language+".txt", g); err != nil {
				panic("campaign: legal template: " + err.Error())
			}
			title, body, _ := strings.Cut(b.String(), "\n")
			list = append(list, LegalDraft{purpose, language, title, strings.TrimSpace(body)})
		}
	}
	return list
}

// quoted is a name as it stands in quotation marks: without its own, and with inner ones where they are a part of it.
func quoted(name string) string {
	if bare := strings.Trim(name, "«»"); !strings.ContainsAny(bare, "«»") {
		return bare
	}
	return strings.NewReplacer("«", "„", "»", "“").Replace(name)
}

const (
	maxLegalTitle = 200
	maxLegalBody  = 60_000
)

// PublishLegal puts a text into force, as the next version of its purpose and language. Whoever has agreed to an older
// one keeps having agreed to that. A text that is in force already stays what it is.
func (o *Office) PublishLegal(ctx context.Context, actor verno.Actor, now time.Time, d LegalDraft) (store.LegalText, error) {
	var f verno.Faults
	f.OneOf("/purpose", d.Purpose, Purposes...)
	f.OneOf("/language", d.Language, "ru", "en")
	d.Title, d.Body = strings.TrimSpace(d.Title), strings.TrimSpace(strings.ReplaceAll(d.Body, "\r\n", "\n"))
	f.Text("/title", d.Title, 1, maxLegalTitle)
	f.Text("/body", strings.NewReplacer("\n", " ", "\t", " ").Replace(d.Body), 1, maxLegalBody)
	if err := f.Err(); err != nil {
		return store.LegalText{}, err
	}
	sum := sha256.Sum256([]byte(d.Body))
	t := store.LegalText{
		Tenant: actor.Tenant, Purpose: d.Purpose, Language: d.Language, Version: 1, Title: d.Title, Body: d.Body, Hash: sum[:],
		PublishedAt: now, PublishedBy: actor.Name(),
	}
	err := o.write(ctx, actor, verno.MayWriteConfig|verno.MayPublish, now, func(tx *store.Tx) (note, error) {
		before, err := tx.LegalTextVersions(ctx, actor.Tenant, d.Purpose, d.Language, 1)
		if err != nil {
			return note{}, err
		}
		if len(before) > 0 {
			if bytes.Equal(before[0].Hash, t.Hash) && before[0].Title == t.Title {
				t = before[0]
				return note{}, nil
			}
			t.Version = before[0].Version + 1
		}
		return changed(d.Purpose+"."+d.Language, "legal_text", "published"), written(tx.InsertLegalText(ctx, t))
	})
	return t, err
}

// LegalTexts are the texts in force, by purpose and language.
func (o *Office) LegalTexts(ctx context.Context, actor verno.Actor) ([]store.LegalText, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	list, err := o.Store.Reader().LegalTexts(ctx, actor.Tenant)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return list, err
}
