package pass

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// DownloadPath is where passes are fetched from by a browser, below Base.
const DownloadPath = "/w/"

const (
	// linkLife is how long a pass can be fetched from an address that was made for it.
	linkLife = time.Hour
	// MaxBundle is how many passes one bundle has at most: Apple takes no more.
	MaxBundle = 10
)

// AppleLink is an address from which a browser may fetch passes for an hour: the pass of a card, or a bundle where there
// are several, which are one tenant's. Whoever has the address can fetch them, so that it is made when it is shown and not
// kept.
func (p *Passes) AppleLink(ctx context.Context, passes ...store.Pass) (string, error) {
	if len(passes) == 0 || len(passes) > MaxBundle {
		return "", errors.New("pass: a link is to one pass or to a bundle of at most ten")
	}
	serials := make([]string, len(passes))
	for i := range passes {
		if serials[i] = passes[i].Serial; passes[i].Tenant != passes[0].Tenant {
			return "", errors.New("pass: a bundle is of one tenant")
		}
	}
	until := strconv.FormatInt(p.Clock().Add(linkLife).Unix(), 10)
	token, err := p.linkToken(ctx, passes[0], serials, until)
	if err != nil {
		return "", err
	}
	name := strings.Join(serials, ".") + ".pkpass"
	if len(serials) > 1 {
		name += "es"
	}
	return p.Base + DownloadPath + name + "?" + url.Values{"until": {until}, "token": {token}}.Encode(), nil
}

// OpenAppleLink are the passes that an address of AppleLink leads to. It returns ErrToken for one that was not made here,
// or too long ago.
func (p *Passes) OpenAppleLink(ctx context.Context, name, until, token string) ([]store.Pass, error) {
	name, one := strings.CutSuffix(name, ".pkpass")
	name, bundle := strings.CutSuffix(name, ".pkpasses")
	serials := strings.Split(name, ".")
	ends, err := strconv.ParseInt(until, 10, 64)
	if one == bundle || one != (len(serials) == 1) || len(serials) > MaxBundle || err != nil || p.Clock().Unix() > ends {
		return nil, ErrToken
	}
	passes := make([]store.Pass, len(serials))
	for i, serial := range serials {
		if passes[i], err = p.Store.Reader().PassBySerial(ctx, serial); err != nil {
			if errors.Is(err, store.ErrNotFound) {
				return nil, ErrToken
			}
			return nil, err
		}
	}
	want, err := p.linkToken(ctx, passes[0], serials, until)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(want)) != 1 {
		return nil, ErrToken
	}
	return passes, nil
}

func (p *Passes) linkToken(ctx context.Context, first store.Pass, serials []string, until string) (string, error) {
	token, err := p.Vault.Token(ctx, first.Tenant, "pass link", strings.Join(serials, ".")+"/"+until)
	return hex.EncodeToString(token), err
}
