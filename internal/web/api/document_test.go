package api_test

import (
	"bytes"
	"context"
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
