package till

import (
	"net/http"

	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/assets"
)

// Shell is what a till keeps in the browser, to start without a network: every file that its page loads.
type Shell struct {
	Version string   `json:"version"`
	Files   []string `json:"files"`
}

// workerScript is the worker that keeps the shell. A worker rules what lies below its own address, so it is served here
// and not with the assets; the version in its address, which the page gives, makes a changed shell another worker.
const workerScript = "till/sw.js"

// offlineRoutes registers what a till needs to be there without a network.
func (t *Till) offlineRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+Base+"/sw.js", worker)
	mux.HandleFunc("GET "+Base+"/shell.json", showShell)
	mux.HandleFunc("GET "+Base+"/manifest.webmanifest", t.manifest)
}

func worker(w http.ResponseWriter, r *http.Request) {
	body, mediaType := assets.Body(workerScript)
	w.Header().Set("Content-Security-Policy", content) // Of a worker it is its own policy that holds, not the page's.
	web.Serve(w, r, mediaType, body)
}

func showShell(w http.ResponseWriter, r *http.Request) {
	s := &Shell{Version: assets.Version()}
	for _, name := range append([]string{"base.css", "till.css", "theme.js", "icon.svg"}, assets.Below("till")...) {
		if name != workerScript { // The camera's reader is not below either: few tills ever load it.
			s.Files = append(s.Files, assets.URL(name))
		}
	}
	web.Serve(w, r, "application/json", web.Append(nil, s))
}
