package api_test

import (
	"bytes"
	"context"
	"encoding"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/web/api"
)

var update = flag.Bool("update", false, "write the golden files anew")

const golden = "openapi.json"

// TestDocumentIsGolden keeps the contract: a change of it shows in the diff of openapi.json, and is meant.
func TestDocumentIsGolden(t *testing.T) {
	t.Parallel()
	got := api.Document("v1")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Error("the document is not openapi.json any more: look at what go test ./internal/web/api -update changes")
	}
}

// TestDocumentIsValid has another program read the document by the rules of OpenAPI 3.1.
func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	doc := load(t)
	if err := doc.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
}

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.Document("v1"))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestEverythingHasALimit walks all that can be sent: texts, lists and numbers have bounds, and so has every parameter.
func TestEverythingHasALimit(t *testing.T) {
	t.Parallel()
	for path, item := range load(t).Paths.Map() {
		for method, op := range item.Operations() {
			for _, p := range op.Parameters {
				if p.Value.In != "header" {
					bounded(t, method+" "+path+" ?"+p.Value.Name, p.Value.Schema.Value)
				}
			}
			if op.RequestBody != nil {
				bounded(t, method+" "+path+" ", op.RequestBody.Value.Content.Get("application/json").Schema.Value)
			}
		}
	}
}

func bounded(t *testing.T, at string, s *openapi3.Schema) {
	t.Helper()
	switch {
	case s.Type.Is("object") && s.AdditionalProperties.Schema != nil:
		if s.MaxProps == nil {
			t.Errorf("%s has no maxProperties", at)
		}
	case s.Type.Is("object"):
		for name, property := range s.Properties {
			bounded(t, at+"/"+name, property.Value)
		}
	case s.Type.Is("array"):
		if s.MaxItems == nil {
			t.Errorf("%s has no maxItems", at)
		}
		bounded(t, at+"/0", s.Items.Value)
	case s.Type.Is("string"):
		if s.MaxLength == nil && s.Pattern == "" && len(s.Enum) == 0 && s.Format != "date" && s.Format != "date-time" {
			t.Errorf("%s has no maxLength", at)
		}
	case s.Type.Is("integer"):
		if s.Min == nil || s.Max == nil {
			t.Errorf("%s has no minimum or no maximum", at)
		}
	}
}

// TestTexts reads dates and names of sales, good ones and others.
func TestTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		into encoding.TextUnmarshaler
		good []string
		bad  []string
	}{
		{new(api.Date), []string{"2026-11-22", "2024-02-29", "2000-01-01", "9999-12-31"}, []string{
			"", "2026-11-2", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "1999-12-31", "2026/11/22", "20261122",
			"2026-11-22T00:00:00Z", "٢٠٢٦-11-22", "+026-11-22", "-026-11-22", "2026--1-22",
		}},
		{new(api.ClientID), []string{"a", "till7-20261122-000123", "a.b_c:d~e-f", strings.Repeat("a", 128)}, []string{
			".", "..", "a/b", "a b", "a\x00", "чек", "a?b", "a#b", "a%2Fb", strings.Repeat("a", 129),
		}},
		{new(api.Key), []string{"a", "a/b?c#d", strings.Repeat("~", 255)}, []string{"", "a b", "ключ", "a\n", strings.Repeat("a", 256)}},
	} {
		for _, text := range c.good {
			if err := c.into.UnmarshalText([]byte(text)); err != nil {
				t.Errorf("%T refuses %q: %v", c.into, text, err)
			} else if out, err := c.into.(encoding.TextMarshaler).MarshalText(); err != nil || string(out) != text {
				t.Errorf("%T writes %q as %q, %v", c.into, text, out, err)
			}
		}
		for _, text := range c.bad {
			if err := c.into.UnmarshalText([]byte(text)); err == nil {
				t.Errorf("%T takes %q", c.into, text)
			}
		}
	}
}

// TestDocumentNamesKnownCodes holds the codes that operations name against the catalogues.
func TestDocumentNamesKnownCodes(t *testing.T) {
	t.Parallel()
	known := verno.Codes()
	for path, item := range load(t).Paths.Map() {
		for method, op := range item.Operations() {
			codes, _ := op.Extensions["x-codes"].([]any)
			for _, code := range codes {
				if _, ok := known[code.(string)]; !ok {
					t.Errorf("%s %s names the code %s, which no catalogue has", method, path, code)
				}
			}
			if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 {
				t.Errorf("%s %s lacks a summary, a name or a tag", method, path)
			}
		}
	}
	for _, text := range promo.ProblemTexts() {
		if strings.TrimSpace(text.En) == "" || strings.TrimSpace(text.Ru) == "" {
			t.Errorf("%s lacks a sentence", text.Code)
		}
	}
}
