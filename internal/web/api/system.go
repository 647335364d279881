package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// system registers what is asked by machines that watch Verno, the document and its pages, and the answer to all else.
func (a *API) system() {
	a.mux.HandleFunc("GET /healthz", a.health)
	a.mux.HandleFunc("GET /readyz", a.ready)
	a.mux.HandleFunc("GET /metrics", a.metrics)
	a.mux.HandleFunc("GET /openapi.json", a.openAPI)
	a.mux.HandleFunc("/", a.unknown)
}

// Health is how Verno is.
type Health struct {
	Status  string `json:"status" enum:"ok"`
	Version string `json:"version"`
}

// health says that the process lives. It asks nobody, so that a slow database does not get Verno killed.
func (a *API) health(w http.ResponseWriter, _ *http.Request) {
	web.Show(w, http.StatusOK, &Health{"ok", a.Version})
}

// ready says whether requests can be served now.
func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.Ready(r.Context()); err != nil {
		e := Explain(err)
		if e.Kind == verno.Internal {
			e = verno.Unavailable("storage_unavailable", 1).Because(err)
		}
		web.Fail(w, r, e)
		return
	}
	web.Show(w, http.StatusOK, &Health{"ok", a.Version})
}

// metrics shows the metrics to whoever is on this machine, or may read the audit.
func (a *API) metrics(w http.ResponseWriter, r *http.Request) {
	if !web.Local(r) {
		if _, err := a.guard(w, r, row{may: verno.MayReadAudit}); err != nil {
			web.Fail(w, r, err)
			return
		}
	}
	promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

func (a *API) openAPI(w http.ResponseWriter, r *http.Request) {
	web.Serve(w, r, "application/json", a.document)
}

// unknown answers what no route takes: no such address, or not by this method.
func (a *API) unknown(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		ask := r.Clone(r.Context())
		ask.Method = method
		if _, pattern := a.mux.Handler(ask); pattern != "/" && pattern != "" {
			allowed = append(allowed, method)
			if method == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
		}
	}
	if len(allowed) == 0 || slices.Contains(allowed, r.Method) {
		web.Fail(w, r, verno.NotFound("route_not_found"))
		return
	}
	w.Header().Set("Allow", strings.Join(append(allowed, http.MethodOptions), ", "))
	if r.Method == http.MethodOptions { // There is no CORS: it tells a program what an address takes, a page nothing.
		w.WriteHeader(http.StatusNoContent)
		return
	}
	web.Fail(w, r, verno.Malformed("method_not_allowed").With("method", method(r.Method)))
}

// method is a method's name as an answer may repeat it.
func method(name string) string {
	if len(name) > 10 {
		return name[:10]
	}
	return name
}
