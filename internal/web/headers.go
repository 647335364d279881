package web

import "net/http"

// The headers of every answer. The values are shared and never written to.
var (
	noSniff     = []string{"nosniff"}
	noStore     = []string{"no-store"}
	noReferrer  = []string{"no-referrer"}
	deny        = []string{"DENY"}
	sameOrigin  = []string{"same-origin"}
	bareContent = []string{"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}
	httpsOnly   = []string{"max-age=63072000; includeSubDomains"}
)

// PageContent is the content policy of a page: its own scripts, styles and pictures, and nothing of anybody else's.
const PageContent = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// guard sets the headers that make an answer safe to show. It sets no header that would let another origin in: there
// is no CORS. Names are written as net/http writes them, so that the map can be used as it is.
func guard(h http.Header, requestID string, encrypted bool) {
	h["X-Request-Id"] = []string{requestID}
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = noStore
	h["Referrer-Policy"] = noReferrer
	h["X-Frame-Options"] = deny
	h["Content-Security-Policy"] = bareContent
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	if encrypted {
		h["Strict-Transport-Security"] = httpsOnly
	}
}
