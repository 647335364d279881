package member

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Courier takes one-time codes to phones. With neither of the two no phone can be proved.
type Courier struct {
	// Send must not wait for anybody. A message that is lost costs its reader a minute: a code can be asked for again.
	Send func(m Message)
	// Aloud has the page itself show the code, for a demo that has no phones.
	Aloud bool

	// Base is the public address of this Verno, https://…, to which links lead; without it none is sent.
	Base string
	// Deliver hands a letter over by a way, and says whether another try makes sense where that failed.
	Deliver map[string]func(ctx context.Context, l Letter) (again bool, err error)
	// Words are what is written with a link to a card of the reader's own, or to a gift, in a language.
	Words func(language, channel string, gift bool, business, address string) (subject, text string)
}

// Message is a text to a phone.
type Message struct {
	Tenant verno.TenantID
	Phone  string // E.164
	Text   string
}

// The limits of one-time codes.
const (
	codeLife    = 10 * time.Minute
	codeTries   = 5
	codeAgain   = time.Minute // after which another code can be asked for
	codesAtOnce = 5           // of one request
)

var (
	codesForPhone   = []store.Limit{{Most: 5, Window: time.Hour}, {Most: 10, Window: 24 * time.Hour}}
	codesForAddress = []store.Limit{{Most: 60, Window: time.Hour}, {Most: 300, Window: 24 * time.Hour}}
	codesForTenant  = []store.Limit{{Most: 20_000, Window: 24 * time.Hour}}
	wrongForTenant  = store.Limit{Most: 1000, Window: time.Hour}
)

// CanProve says whether a phone can be proved at all.
func (r *Roll) CanProve() bool { return r.Courier.Send != nil || r.Courier.Aloud }

// Sent tells of a code that is on its way.
type Sent struct {
	Until time.Time // when the code lapses
	Again time.Time // when another can be asked for
	Aloud string    // the code itself, where the page is to show it
}

// CodeRequest asks for a code to be sent.
type CodeRequest struct {
	Tenant  verno.TenantID
	ID      verno.ProofID // of what the code is for, and no other will take it
	Phone   string        // E.164
	Address string        // who asks, for limits
	Text    func(code string) string
}

// SendCode sends a code to a phone. A request that asks for another within a minute, or for too many, gets none, and is
// told of the one that it has. Nothing in the answer tells whether anybody has the phone. Error: codes_too_many.
func (r *Roll) SendCode(ctx context.Context, now time.Time, q CodeRequest) (Sent, error) {
	token, err := r.Vault.Token(ctx, q.Tenant, "proof", q.Phone)
	if err != nil {
		return Sent{}, err
	}
	var row store.OneTimeCode
	var wait time.Duration
	var fresh bool
	err = r.Store.Write(ctx, func(tx *store.Tx) (err error) {
		fresh, wait = false, 0
		row, err = tx.LockOneTimeCode(ctx, q.Tenant, q.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		same := err == nil && subtle.ConstantTimeCompare(row.Token, token) == 1 && now.Before(row.ExpiresAt)
		if same && (now.Before(row.SentAt.Add(codeAgain)) || row.Sent >= codesAtOnce) {
			return nil
		}
		if wait, err = r.takeCode(ctx, tx, now, q, token); err != nil || wait > 0 {
			return err
		}
		row = store.OneTimeCode{
			Tenant: q.Tenant, ID: q.ID, Token: token, Tries: codeTries, Sent: row.Sent + 1, SentAt: now, ExpiresAt: now.Add(codeLife),
		}
		fresh = true
		return tx.PutOneTimeCode(ctx, row)
	})
	if err != nil {
		return Sent{}, err
	}
	if wait > 0 {
		minutes := int(wait/time.Minute) + 1
		return Sent{}, verno.Limited("codes_too_many", int(wait/time.Second)+1).With("minutes", strconv.Itoa(minutes))
	}
	return r.sent(ctx, q, &row, fresh)
}

// sent hands a code to the courier, or to the page where it is to be shown.
func (r *Roll) sent(ctx context.Context, q CodeRequest, row *store.OneTimeCode, fresh bool) (Sent, error) {
	text, err := r.codeOf(ctx, row)
	if err != nil {
		return Sent{}, err
	}
	if fresh && r.Courier.Send != nil {
		r.Courier.Send(Message{Tenant: q.Tenant, Phone: q.Phone, Text: q.Text(text)})
	}
	out := Sent{Until: row.ExpiresAt, Again: row.SentAt.Add(codeAgain)}
	if r.Courier.Aloud {
		out.Aloud = text
	}
	return out, nil
}

// codeOf works a code out: nobody who lacks the tenant's key can, and no two requests, phones or sendings have the same
// one but by chance.
func (r *Roll) codeOf(ctx context.Context, row *store.OneTimeCode) (string, error) {
	token, err := r.Vault.Token(ctx, row.Tenant, "one_time_code", fmt.Sprintf("%s %x %d", row.ID, row.Token, row.Sent))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(token)%1_000_000), nil
}

// takeCode counts a code against every limit, and returns how long to wait where one of them is reached.
func (r *Roll) takeCode(ctx context.Context, tx *store.Tx, now time.Time, q CodeRequest, phone []byte) (time.Duration, error) {
	address, err := r.Vault.Token(ctx, vault.House, "address", q.Address)
	if err != nil {
		return 0, err
	}
	for _, limit := range []struct {
		of    string
		limit []store.Limit
	}{
		{"code/to " + hex.EncodeToString(phone), codesForPhone},
		{"code/from " + hex.EncodeToString(address), codesForAddress},
		{"code/all", codesForTenant},
	} {
		wait, err := tx.Take(ctx, store.Counted{Tenant: q.Tenant, Subject: limit.of}, now, limit.limit...)
		if err != nil || wait > 0 {
			return wait, err
		}
	}
	return 0, nil
}

// CheckCode sees that somebody has the phone that a code was sent to. The same request may say the same code again for
// as long as it lasts, as a double click does; another request may not. Errors: one_time_code_wrong, one_time_code_over.
func (r *Roll) CheckCode(ctx context.Context, now time.Time, tenant verno.TenantID, id verno.ProofID, phone, text string) error {
	token, err := r.Vault.Token(ctx, tenant, "proof", phone)
	if err != nil {
		return err
	}
	var refused *verno.Error
	err = r.Store.Write(ctx, func(tx *store.Tx) error {
		refused = verno.Refused("one_time_code_over")
		row, err := tx.LockOneTimeCode(ctx, tenant, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil
		case err != nil:
			return err
		case row.Tries <= 0 || !now.Before(row.ExpiresAt) || subtle.ConstantTimeCompare(row.Token, token) != 1:
			return nil
		}
		right, err := r.codeOf(ctx, &row)
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare([]byte(right), []byte(digits(text))) == 1 {
			if refused = nil; row.UsedAt.IsZero() {
				row.UsedAt = now
			}
			return tx.PutOneTimeCode(ctx, row)
		}
		wait, err := tx.Take(ctx, store.Counted{Tenant: tenant, Subject: "code/wrong"}, now, wrongForTenant)
		if err != nil {
			return err
		}
		if row.Tries--; wait > 0 {
			row.Tries = 0 // somebody tries codes on many phones
		}
		if row.Tries > 0 {
			refused = verno.Refused("one_time_code_wrong").With("left", strconv.FormatInt(row.Tries, 10))
		}
		return tx.PutOneTimeCode(ctx, row)
	})
	if err == nil && refused != nil {
		return refused
	}
	return err
}

// digits leaves what of a text is a digit: people type codes with spaces and dashes.
func digits(text string) string {
	var out []byte
	for i := 0; i < len(text) && len(out) < 10; i++ {
		if text[i] >= '0' && text[i] <= '9' {
			out = append(out, text[i])
		}
	}
	return string(out)
}

// TidyCodes forgets codes that lapsed a day ago, a bounded number, and says whether there may be more.
func (r *Roll) TidyCodes(ctx context.Context, now time.Time) (more bool, err error) {
	const most = 500
	err = r.Store.WriteLow(ctx, func(tx *store.Tx) error {
		n, err := tx.DeleteOneTimeCodes(ctx, now.AddDate(0, 0, -1), most)
		more = n == most
		return err
	})
	return more, err
}
