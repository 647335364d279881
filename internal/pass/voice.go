package pass

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// A card changes as often as it has to, and speaks up about it no more often than its holder bears. What is over that is
// changed in silence: the card is right, and no phone lights up. Of several cards of one holder that tell the same, one
// purchase or the same news, the one speaks whose wallet comes first; the others show it and are silent. To choose a card
// beforehand would leave it to a phone in a drawer whether anything is heard. A reminder of an event is no advertising: it
// counts, so that less of the rest is heard in that week, and is said beyond what they bear, unless cards never speak.

const (
	// UsualRings is how often the cards of a member speak up in a week where the merchant has not settled it.
	UsualRings = 7
	// MostRings is how often a merchant may let them.
	MostRings = 50
	ringsIn   = 7 * 24 * time.Hour
	// ringsKept is how long it is known which card has said something: a phone that was off for so long hears it again.
	ringsKept = 31 * 24 * time.Hour
)

// Rings is how often the cards of a member may speak up in a week.
func (p *Passes) Rings(ctx context.Context, tenant verno.TenantID) (int64, error) {
	return ringsOf(ctx, p.Store.Reader(), tenant)
}

func ringsOf(ctx context.Context, r *store.Reader, tenant verno.TenantID) (int64, error) {
	n, err := r.RingsPerWeek(ctx, tenant)
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

// ring lets a card say something to its member aloud, unless another of their cards has said it, or they have heard as much
// this week as they bear. What was let for the first time is given as well, as it counts. Cards of nobody may say anything.
// What is owed to them is said however much they have heard.
func ring(ctx context.Context, tx *store.Tx, pass *store.Pass, said []byte, owed bool, now time.Time) (may bool, counts *store.Ring, err error) {
	if pass.Member.IsZero() {
		return true, nil, nil
	}
	most, err := ringsOf(ctx, tx.Reader, pass.Tenant)
	if err != nil {
		return false, nil, err
	}
	if owed && most > 0 {
		most = math.MaxInt32
	}
	r := store.Ring{Tenant: pass.Tenant, Member: pass.Member, Card: pass.Card, Said: said, At: now}
	may, fresh, err := tx.Ring(ctx, r, now.Add(-ringsIn), most)
	if !fresh {
		return may, nil, err
	}
	return may, &r, err
}

// changeSaid names the change of a pass as all cards know it that it has changed.
func changeSaid(pass *store.Pass) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("change"), uint64(pass.Cause)))
	return sum[:]
}

// newsSaid names news as all cards know them that tell them.
func newsSaid(news []byte) []byte {
	sum := sha256.Sum256(append([]byte("news"), news...))
	return sum[:]
}

// reminderSaid names a reminder as all tickets to an event know it.
func reminderSaid(pass *store.Pass, f *card.Face) []byte {
	if f.Event == nil || f.Event.Reminded.IsZero() {
		return nil
	}
	said := append([]byte("reminder"), pass.Template[:]...)
	for _, at := range []time.Time{f.Event.Starts, f.Event.Reminded} {
		said = binary.BigEndian.AppendUint64(said, uint64(verno.Micros(at)))
	}
	sum := sha256.Sum256(said)
	return sum[:]
}

// FetchedPass is ApplePass for a phone that fetches it: of what another card of its holder has told, and beyond what they
// bear in a week, the pass says nothing.
func (p *Passes) FetchedPass(ctx context.Context, pass store.Pass, now time.Time) ([]byte, error) {
	return p.applePass(ctx, pass, now, func(f *card.Face) error {
		hushed, err := p.hushed(ctx, &pass, f, now)
		hush(f, hushed)
		return err
	})
}

// levelField is the field of a face that tells the level. Of what changes with it, a phone hears of the level alone: of
// several changes Apple says only that there were some.
const levelField = "level"

// voice is what a pass says aloud: the hash of the fields whose changes are spoken of, that of the level among them, that of
// its news and that of what it reminds of. What says nothing is of zeros, or left out at the end.
type voice []byte

func voiceOf(f *card.Face) voice {
	fields := loudFields(f)
	v := voice(hashOf(fields))
	for i, text := range []card.Text{fields[levelField], saidIn(f, newsField), saidIn(f, card.ReminderField)} {
		if text != nil {
			v = append(v, make([]byte, (i+1)*sha256.Size-len(v))...)
			v = append(v, hashOf(text)...)
		}
	}
	return v
}

// part is a hash of a voice; nil for what says nothing, and for all of a pass that no phone has fetched.
func (v voice) part(i int) []byte {
	one := v[min(len(v), i*sha256.Size):min(len(v), (i+1)*sha256.Size)]
	if bytes.Equal(one, make([]byte, sha256.Size)) {
		return nil
	}
	return one
}

// rises says whether one level takes another's place, which a phone tells of. One that is new to a card, it does not.
func (v voice) rises(had voice) bool {
	return len(v.part(1)) > 0 && len(had.part(1)) > 0 && !bytes.Equal(v.part(1), had.part(1))
}

// hushed says of which changes a pass with this face is to be silent. All phones that fetch the same have the same answer.
func (p *Passes) hushed(ctx context.Context, pass *store.Pass, f *card.Face, now time.Time) (store.Hush, error) {
	loud, reminds := voiceOf(f), reminderSaid(pass, f)
	for {
		if bytes.Equal(pass.Loud, loud) {
			return pass.Hushed, nil
		}
		decided, hushed := false, store.Hush(0)
		err := p.Store.WriteLow(ctx, func(tx *store.Tx) (err error) {
			if decided, err = tx.SaysStill(ctx, *pass); err != nil || !decided {
				return err
			}
			if hushed, err = decide(ctx, tx, pass, loud, reminds, now); err != nil {
				return err
			}
			return tx.SpeakOf(ctx, *pass, loud, hushed)
		})
		if err != nil || decided {
			return hushed, err
		}
		if *pass, err = p.Store.Reader().Pass(ctx, pass.Tenant, pass.Card); err != nil {
			return 0, err
		}
	}
}

// decide says of which changes a pass is to be silent that says something else than before. What is fetched for the first
// time speaks of nothing, and that news or a reminder are over is not spoken of.
func decide(ctx context.Context, tx *store.Tx, pass *store.Pass, loud voice, reminds []byte, now time.Time) (hushed store.Hush, err error) {
	if pass.Loud == nil {
		return 0, nil
	}
	had := voice(pass.Loud)
	if loud.rises(had) {
		hushed |= store.HushOthers
	}
	for _, part := range []struct {
		at         int
		hush, kept store.Hush
		said       []byte
		owed       bool
	}{
		{0, store.HushFields, store.HushFields | store.HushOthers, changeSaid(pass), false},
		{2, store.HushNews, store.HushNews, newsSaid(loud.part(2)), false},
		{3, store.HushReminder, store.HushReminder, reminds, true},
	} {
		switch says := loud.part(part.at); {
		case bytes.Equal(says, had.part(part.at)):
			hushed |= pass.Hushed & part.kept // A phone that is behind hears of it as the others did.
		case len(says) > 0:
			may, _, err := ring(ctx, tx, pass, part.said, part.owed, now)
			if err != nil {
				return 0, err
			}
			if !may {
				hushed |= part.hush
			}
		}
	}
	return hushed, nil
}

// saidIn is what a card says in one of the fields that are spoken of for themselves, its news or its reminder; nil where it
// says nothing there.
func saidIn(f *card.Face, key string) card.Text {
	for _, field := range slices.Concat(f.Header, f.Secondary, f.Auxiliary, f.Back) {
		if field.Key == key && !field.Change.Empty() {
			return valueText(&field.Value)
		}
	}
	return nil
}

// hush takes from a face what is said of changes.
func hush(f *card.Face, hushed store.Hush) {
	if hushed == 0 {
		return
	}
	for _, area := range []*[]card.Field{&f.Header, &f.Primary, &f.Secondary, &f.Auxiliary, &f.Back} {
		*area = slices.Clone(*area)
		for i := range *area {
			part := store.HushFields | store.HushOthers
			switch (*area)[i].Key {
			case levelField:
				part = store.HushFields
			case newsField:
				part = store.HushNews
			case card.ReminderField:
				part = store.HushReminder
			}
			if hushed&part != 0 {
				(*area)[i].Change = nil
			}
		}
	}
}
