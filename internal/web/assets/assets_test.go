package assets_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/assets"
)

// TestServe answers a file for ever, zipped for whoever takes that, and nothing for a name that there is not.
func TestServe(t *testing.T) {
	t.Parallel()
	get := func(url, encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, url, http.NoBody)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		assets.Serve(w, r)
		return w
	}
	url := assets.URL("base.css")
	for _, encoding := range []string{"", "gzip"} {
		w := get(url, encoding)
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != encoding ||
			w.Header().Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Error(encoding, w.Code, w.Header())
		}
	}
	if w := get(assets.Base+"0/../assets.go", ""); w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

// TestVendored: what others wrote is what they published, and its licence lies beside it.
func TestVendored(t *testing.T) {
	t.Parallel()
	sums, err := os.ReadFile("vendored.sha256")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		known[name] = sum
	}
	err = filepath.WalkDir("files/vendor", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		if known[name] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not what its maker published", name)
		}
		delete(known, name)
		folder := filepath.Dir(strings.TrimPrefix(name, "files/vendor/"))
		root, _, _ := strings.Cut(folder, "/")
		licences, _ := filepath.Glob("files/vendor/" + root + "/LICENSE*")
		if len(licences) == 0 {
			t.Errorf("%s has no licence beside it", root)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range known {
		t.Errorf("%s is gone", name)
	}
}
