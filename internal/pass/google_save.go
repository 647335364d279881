package pass

import (
	"context"
	"errors"
	"math"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// longestSaveLink is how long a save link may be, so that every browser and messenger leaves it whole.
const longestSaveLink = 1800

// saveTimeout bounds how long somebody waits for a link while Google takes in their card.
const saveTimeout = 10 * time.Second

// SaveLink is the address behind "Save to Google Wallet". Google is told of the card first, by its API, so that the link
// says no more than its name and later changes reach it. A card that Google knows needs no call. Origin is the site on which the
// link stands, https://…; empty where it is sent.
//
// Errors: google_off where the tenant has no account at Google or Verno no public address; google_away, with a time, where
// Google cannot be reached, and nothing else waits for it; google_card where it will not have the card.
func (p *Passes) SaveLink(ctx context.Context, pass store.Pass, origin string) (string, error) {
	g, err := p.googleIssuer(ctx, pass.Tenant)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && !strings.HasPrefix(p.Base, "https://"):
		return "", verno.Conflict("google_off")
	case err != nil:
		return "", err
	}
	now := p.Clock()
	w, err := p.googleWork(ctx, g, pass, now)
	if err != nil {
		return "", err
	}
	if w.had.Sent == nil {
		if err := p.insertGoogle(ctx, g, w, now); err != nil {
			return "", err
		}
	}
	return g.saveLink(w.view, origin, now)
}

// insertGoogle tells Google of a card while somebody waits.
func (p *Passes) insertGoogle(ctx context.Context, g *googleIssuer, w *googleWork, now time.Time) error {
	if silence := g.paused(); now.Before(silence) {
		return verno.Unavailable("google_away", seconds(silence.Sub(now)))
	}
	inTime, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	works := []*googleWork{w}
	if err := p.runGoogle(inTime, g, works, now); err != nil {
		return err
	}
	if err := p.reportGoogle(ctx, g, works, time.Time{}); err != nil {
		return err
	}
	switch {
	case w.outcome == googleRefused:
		return verno.Conflict("google_card").Because(errors.New(w.fault))
	case w.access:
		return verno.Conflict("google_off").Because(errors.New(w.fault))
	case w.outcome != googleDone:
		return verno.Unavailable("google_away", seconds(w.wait))
	}
	return nil
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// saveLink signs a link that names the card and its class and nothing else.
func (g *googleIssuer) saveLink(v *GoogleView, origin string, now time.Time) (string, error) {
	origins := []string{}
	if u, err := url.Parse(origin); err == nil && u.Scheme == "https" && u.Host != "" {
		origins = append(origins, u.Scheme+"://"+u.Host)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": g.account.Email, "aud": "google", "typ": "savetowallet", "iat": now.Unix(), "origins": origins,
		"payload": map[string]any{string(v.Class) + "Objects": []map[string]string{{"id": v.ID, "classId": v.ClassID}}},
	})
	token.Header["kid"] = g.account.KeyID
	signed, err := token.SignedString(g.account.key)
	if err != nil {
		return "", err
	}
	link := g.config.save() + signed
	if len(link) > longestSaveLink {
		return "", verno.Conflict("google_card").Because(errors.New("the save link is too long"))
	}
	return link, nil
}
