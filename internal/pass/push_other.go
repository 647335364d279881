package pass

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// OtherWallet is how another wallet that took over Apple's way is told of changes.
type OtherWallet struct {
	URL string // the wallet's own where empty
	Key string // that the wallet gave out; empty where none did, and then its devices ask by themselves
}

// otherBatch is what one call to another wallet is about.
type otherBatch struct{ scheme, passType string }

// otherKind is how a wallet wants to be called: contract-tested against what its developers publish.
type otherKind struct {
	url   string // {type} stands for the type of pass; empty where none was published
	most  int    // tokens a call
	field string // that the tokens stand in
	head  string // that the key stands in
	named bool   // the body names the type of pass
	hms   bool   // the body says that these are Huawei's
}

var otherKinds = map[string]otherKind{
	SchemeAndroid:     {url: "https://walletpasses.appspot.com/api/v1/push", most: 500, field: "pushTokens", head: "Authorization", named: true},
	SchemeWalletUnion: {most: 50, field: "pushTokens", head: "Authorization", named: true},
	SchemeWalletHMS:   {most: 1_000, field: "pushTokens", head: "Authorization", named: true, hms: true},
	SchemePass2U:      {url: "https://api.passesalliance.com/v2/registrations/{type}/push", most: 1_000, field: "registrationIds", head: "X-Api-Key"},
}

const (
	// otherPatience is how long a call to another wallet may take.
	otherPatience = 20 * time.Second
	// otherRest is how long the devices of a wallet wait that did not answer, or said no.
	otherRest = 2 * time.Minute
)

var otherClient = &http.Client{
	Timeout:       otherPatience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// tellOthers tells the devices of another wallet, as many at once as it takes. Where there is no key, they are not told,
// and nothing waits for them: such wallets ask by themselves from time to time.
func (p *Passes) tellOthers(ctx, limited context.Context, of otherBatch, sends []*send) {
	kind, wallet := otherKinds[of.scheme], p.Apple.Others[of.scheme]
	if wallet.Key == "" || or(wallet.URL, kind.url) == "" {
		for _, s := range sends {
			s.outcome, s.why = isRefused, whyNoKey
		}
		return
	}
	for some := range slices.Chunk(sends, max(kind.most, 1)) {
		if ctx.Err() != nil {
			return
		}
		dead, wait, err := p.tellOther(limited, of, kind, wallet, some)
		why := whyUnreachable
		if no, ok := errors.AsType[*declined](err); ok {
			why = whyOf(no.status, "")
		}
		if err != nil {
			p.Log.WarnContext(ctx, "a wallet takes no notifications for now", "wallet", of.scheme, "error", err)
		}
		for _, s := range some {
			switch {
			case err != nil:
				s.outcome, s.why, s.again = tryAgain, why, p.Clock().Add(max(wait, otherRest)+p.jitter(otherRest))
			case slices.Contains(dead, s.registration.PushToken):
				s.outcome, s.why = isGone, whyOf(http.StatusOK, "unknown_token")
			default:
				s.outcome = accepted
			}
		}
	}
}

// declined is an answer of a wallet that is no yes.
type declined struct{ status int }

func (d *declined) Error() string { return fmt.Sprintf("it answers %d", d.status) }

// tellOther makes one call. It returns the tokens that the wallet does not know any more, and how long it asks to wait.
func (p *Passes) tellOther(ctx context.Context, of otherBatch, kind otherKind, wallet OtherWallet, sends []*send) (dead []string, wait time.Duration, err error) {
	tokens := make([]string, len(sends))
	for i, s := range sends {
		tokens[i] = s.registration.PushToken
	}
	body := map[string]any{kind.field: tokens}
	if kind.named {
		body["passTypeIdentifier"] = of.passType
	}
	if kind.hms {
		body["hms"] = true
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, 0, err
	}
	to := bytes.ReplaceAll([]byte(or(wallet.URL, kind.url)), []byte("{type}"), []byte(url.PathEscape(of.passType)))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, string(to), bytes.NewReader(text))
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set(kind.head, wallet.Key)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	got, err := otherClient.Do(r)
	if err != nil {
		if failed, ok := errors.AsType[*url.Error](err); ok {
			err = failed.Err // The address may carry what is nobody's business.
		}
		return nil, 0, err
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return nil, retryAfter(got.Header, p.Clock()), &declined{got.StatusCode}
	}
	return readOther(got.Body)
}

// readOther reads which tokens a wallet does not know any more, where it says so: not all of them say anything.
func readOther(body io.Reader) (dead []string, wait time.Duration, err error) {
	const enough = 1 << 20
	var said struct {
		Status  string   `json:"status"`
		Unknown []string `json:"unknown_push_tokens"`
		Expired []string `json:"expired_push_tokens"`
	}
	_ = json.NewDecoder(io.LimitReader(body, enough)).Decode(&said)
	dead = slices.Concat(said.Unknown, said.Expired)
	if said.Status == "FCM_FAILED" {
		return dead, 0, errors.New("it could not reach its own service")
	}
	return dead, 0, nil
}
