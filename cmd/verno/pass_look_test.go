package main_test

import (
	"archive/zip"
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

// TestPassOfALevel: a pass of a document wears the look of its holder's level, whose picture is a file as the others are.
func TestPassOfALevel(t *testing.T) {
	t.Parallel()
	s := newShop(t, store.SQLite)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 375, 144))); err != nil {
		t.Fatal(err)
	}
	look := strings.NewReplacer(`"format": "qr",`, `"format": "qr", "looks": {"gold": {"pictures": {"strip": "gold.png"}}},`,
		`"State": "active",`, `"State": "active", "LevelID": "gold",`).Replace(passDocument)
	look = look[:strings.LastIndex(look, "}")] + `, "pictures": {"logo": "gold.png"}}`
	for name, body := range map[string][]byte{"gold.png": picture.Bytes(), "gold.json": []byte(look)} {
		if err := os.WriteFile(filepath.Join(s.dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.does("pass", "build", "gold.json", "--out", "gold.pkpass")
	built, err := zip.OpenReader(filepath.Join(s.dir, "gold.pkpass"))
	if err != nil {
		t.Fatal(err)
	}
	defer built.Close()
	for _, want := range []string{"strip.png", "logo.png"} {
		if !slices.ContainsFunc(built.File, func(f *zip.File) bool { return f.Name == want }) {
			t.Errorf("there is no %s", want)
		}
	}
}
