package pass

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// A card changes as often as it has to, and speaks up about it no more often than its holder bears. What is over that is
// changed in silence: the card is right, and no phone lights up.

const (
	// UsualRings is how often the cards of a member speak up in a week where the merchant has not settled it.
	UsualRings = 7
	// MostRings is how often a merchant may let them.
	MostRings = 50
	ringsIn   = 7 * 24 * time.Hour
)

// Rings is how often the cards of a member may speak up in a week.
func (p *Passes) Rings(ctx context.Context, tenant verno.TenantID) (int64, error) {
	n, err := p.Store.Reader().RingsPerWeek(ctx, tenant)
	if errors.Is(err, store.ErrNotFound) {
		return UsualRings, nil
	}
	return n, err
}

// SetRings settles how often the cards of a member may speak up in a week; 0 has them never do so.
func (p *Passes) SetRings(ctx context.Context, a verno.Actor, n int64) error {
	if err := a.Require(verno.MayWriteConfig); err != nil {
		return err
	}
	if n < 0 || n > MostRings {
		return verno.InvalidField("/rings", "number_range", "min", "0", "max", strconv.Itoa(MostRings))
	}
	now := p.Clock()
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetRingsPerWeek(ctx, a.Tenant, n); err != nil {
			return err
		}
		return p.Record(ctx, tx, verno.Event{
			Tenant: a.Tenant, Kind: verno.EventConfigChanged, At: now, Subject: a.Tenant.String(), Actor: a.Name(),
			Detail: map[string]string{"what": "wallet_rings", "how": "changed", "number": strconv.FormatInt(n, 10)},
		})
	})
}

// mayRing says whether the cards of a member may speak up of this this week. Those of nobody may, and so may a wallet of
// what another wallet has told already: it is one change, and counts once.
func (p *Passes) mayRing(ctx context.Context, r *store.Reader, pass *store.Pass, said voice, now time.Time) (bool, error) {
	if pass.Member.IsZero() {
		return true, nil
	}
	most, err := p.Rings(ctx, pass.Tenant)
	if err != nil {
		return false, err
	}
	n, err := r.Rings(ctx, pass.Tenant, pass.Member, now.Add(-ringsIn), said.of(pass))
	return n < most, err
}

// FetchedPass is ApplePass for a phone that fetches it: beyond what its holder bears in a week, the pass says nothing of
// what has changed on it.
func (p *Passes) FetchedPass(ctx context.Context, pass store.Pass, now time.Time) ([]byte, error) {
	return p.applePass(ctx, pass, now, func(f *card.Face) error {
		hushed, err := p.hushed(ctx, &pass, voiceOf(f), now)
		if hushed {
			hush(f)
		}
		return err
	})
}

// voice is what a pass says aloud: the hash of the fields whose changes are spoken of, and that of its news, which is nothing
// where it has none.
type voice []byte

func voiceOf(f *card.Face) voice {
	v := voice(hashOf(loudFields(f)))
	if news := newsValue(f); news != nil {
		v = append(v, hashOf(news)...)
	}
	return v
}

// of names one change of one card of which it is said, the same for all wallets.
func (v voice) of(pass *store.Pass) []byte {
	sum := sha256.Sum256(append(binary.BigEndian.AppendUint64(pass.Card.Bytes(), uint64(pass.Tag)), v...))
	return sum[:]
}

// after says whether something is spoken of where a pass has said something else before: that news are over is not.
func (v voice) after(before voice) bool {
	return before != nil && (len(v) > sha256.Size || !bytes.HasPrefix(before, v))
}

// hushed says whether a pass with such fields is to be silent. All phones that fetch the same have the same answer.
func (p *Passes) hushed(ctx context.Context, pass *store.Pass, loud voice, now time.Time) (bool, error) {
	for {
		if bytes.Equal(pass.Loud, loud) {
			return pass.Hushed, nil
		}
		decided, hushed := false, false
		err := p.Store.WriteLow(ctx, func(tx *store.Tx) error {
			may, err := true, error(nil)
			speaks := loud.after(pass.Loud) // What is fetched for the first time speaks of nothing.
			if speaks {
				may, err = p.mayRing(ctx, tx.Reader, pass, loud, now)
			}
			if hushed = !may; err != nil {
				return err
			}
			if decided, err = tx.SpeakOf(ctx, *pass, loud, hushed); err != nil || !decided || hushed || !speaks || pass.Member.IsZero() {
				return err
			}
			return tx.Ring(ctx, pass.Tenant, pass.Member, loud.of(pass), now)
		})
		if err != nil || decided {
			return hushed, err
		}
		if *pass, err = p.Store.Reader().Pass(ctx, pass.Tenant, pass.Card); err != nil {
			return false, err
		}
	}
}

// newsValue is what a card tells as news; nil where it has none.
func newsValue(f *card.Face) card.Text {
	for _, field := range slices.Concat(f.Header, f.Secondary, f.Auxiliary, f.Back) {
		if field.Key == newsField && !field.Change.Empty() {
			return valueText(&field.Value)
		}
	}
	return nil
}

// hush takes from a face what is said of changes.
func hush(f *card.Face) {
	for _, area := range []*[]card.Field{&f.Header, &f.Primary, &f.Secondary, &f.Auxiliary, &f.Back} {
		*area = slices.Clone(*area)
		for i := range *area {
			(*area)[i].Change = nil
		}
	}
}
