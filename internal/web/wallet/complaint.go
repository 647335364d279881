package wallet

import (
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"unicode"
)

const (
	maxComplaints = 64 << 10 // bytes that are read
	mostLines     = 20       // that are logged
	longestLine   = 300      // letters of each
)

// secret is whatever may be a serial number, the name of a device or a token.
var secret = regexp.MustCompile(`[0-9A-Za-z_-]{16,}`)

// log takes what wallets complain of, such as a signature that they do not believe, into the log of the process and
// nowhere else, without whatever may be a secret in it.
func (f *Face) log(w http.ResponseWriter, r *http.Request) error {
	if err := f.talkers.Take(w.Header(), f.Frame.Address(r), f.Clock()); err != nil {
		return err
	}
	var body struct {
		Logs []string `json:"logs"`
	}
	if err := read(w, r, maxComplaints, &body); err != nil {
		return err
	}
	for i, line := range body.Logs {
		if i == mostLines {
			f.Frame.Log.WarnContext(r.Context(), "a wallet complains of more", slog.Int("lines", len(body.Logs)-mostLines))
			break
		}
		f.Frame.Log.WarnContext(r.Context(), "a wallet complains", slog.String("of", tame(line)))
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return nil
}

// tame is a line of a stranger as it may stand in a log: short, on one line, and without secrets.
func tame(line string) string {
	line = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, line)
	if letters := []rune(line); len(letters) > longestLine {
		line = string(letters[:longestLine]) + "…"
	}
	return secret.ReplaceAllString(line, "…")
}
