package googletest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const scope = "https://www.googleapis.com/auth/wallet_object.issuer"

// token gives a token to whoever shows what the service account has signed.
func (g *Google) token(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, "POST token")
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(r.PostFormValue("assertion"), claims, func(*jwt.Token) (any, error) { return &g.key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(g.URL+"/token"), jwt.WithIssuer(g.Email), jwt.WithTimeFunc(g.Clock),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	w.Header().Set("Content-Type", "application/json")
	if err != nil || claims["scope"] != scope || r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
		return
	}
	g.count++
	token := "token-" + strconv.Itoa(g.count)
	g.tokens[token] = g.Clock().Add(time.Hour)
	_, _ = io.WriteString(w, text(map[string]any{"access_token": token, "expires_in": 3599, "token_type": "Bearer"}))
}

// Saved is what a save link says.
type Saved struct {
	Class, Object string
	Origins       []string
}

// Open follows a save link as the page behind it would: it must be short, signed by the service account, name one object
// that is there, and carry nothing else of it.
func (g *Google) Open(link string) (Saved, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var claims struct {
		jwt.RegisteredClaims

		Type    string                         `json:"typ"`
		Origins []string                       `json:"origins"`
		Payload map[string][]map[string]string `json:"payload"`
	}
	if len(link) > 1800 {
		return Saved{}, fmt.Errorf("a link of %d characters", len(link))
	}
	_, err := jwt.ParseWithClaims(link[strings.LastIndexByte(link, '/')+1:], &claims, func(*jwt.Token) (any, error) { return &g.key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience("google"), jwt.WithIssuer(g.Email), jwt.WithTimeFunc(g.Clock), jwt.WithIssuedAt())
	if err != nil {
		return Saved{}, err
	}
	if claims.Type != "savetowallet" || len(claims.Payload) != 1 {
		return Saved{}, errors.New("not a link to save one card")
	}
	for name, list := range claims.Payload {
		r, ok := resourceOf(strings.TrimSuffix(name, "s"))
		if !ok || !r.object || len(list) != 1 || len(list[0]) != 2 {
			return Saved{}, fmt.Errorf("%s says more than a name", name)
		}
		if g.kept[r][list[0]["id"]] == nil {
			return Saved{}, fmt.Errorf("%s is not there", list[0]["id"])
		}
		return Saved{Class: list[0]["classId"], Object: list[0]["id"], Origins: claims.Origins}, nil
	}
	return Saved{}, errors.New("an empty link")
}
