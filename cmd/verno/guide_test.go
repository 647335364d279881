package main_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/server"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestGuideNamesAllSettings: whatever serve can be told stands in the operations guide, in both languages, with the name
// that the environment has for it.
func TestGuideNamesAllSettings(t *testing.T) {
	t.Parallel()
	help := newShop(t, store.SQLite).does("serve", "-h").err
	found := regexp.MustCompile(`(?m)^  -([a-z0-9-]+)`).FindAllStringSubmatch(help, -1)
	if len(found) < 25 {
		t.Fatalf("%d settings only: %s", len(found), help)
	}
	for _, language := range []string{"en", "ru"} {
		text, err := os.ReadFile("../../docs/guide/operations." + language + ".md")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range found {
			row := "| `--" + m[1] + "`, `VERNO_" + strings.ToUpper(strings.ReplaceAll(m[1], "-", "_")) + "`"
			if !strings.Contains(string(text), row) {
				t.Errorf("%s: %s is not there", language, row)
			}
		}
		for code, texts := range server.Refusals {
			if !strings.Contains(string(text), "`"+code+"`") {
				t.Errorf("%s: %s is not there", language, code)
			}
			if texts[0] == "" || texts[1] == "" || texts[0] == texts[1] {
				t.Errorf("%s has no two sentences", code)
			}
		}
	}
}
