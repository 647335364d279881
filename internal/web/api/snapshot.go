package api

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// Snapshot is what a till keeps for the time when it cannot ask.
type Snapshot struct {
	Tenant      verno.TenantID    `json:"tenant" doc:"The company; it stands in the digests of cards."`
	Terminal    verno.TerminalID  `json:"terminal_id"`
	Store       verno.StoreID     `json:"store_id"`
	TimeZone    string            `json:"time_zone"`
	Programme   verno.ProgrammeID `json:"programme_id"`
	Version     int64             `json:"rules_version" doc:"Number of the version in force."`
	Currency    money.Currency    `json:"currency"`
	PointsScale int               `json:"points_scale" doc:"Decimal places of points."`
	Goods       []ClassRules      `json:"goods_classes" doc:"What goods of a class are barred from, by law and by the programme."`
	Offline     OfflineRules      `json:"offline"`
	Keys        []SigningKey      `json:"keys" doc:"Ed25519 keys that sign members' statements, the oldest first."`
	Cards       []CardChange      `json:"cards" doc:"At first the cards that are out of use, then what has changed since the cursor, the oldest change first."`
	Next        string            `json:"next_cursor" doc:"Give it as since the next time."`
	HasMore     bool              `json:"has_more" doc:"Ask again at once."`
}

// ClassRules are what goods of a class are barred from.
type ClassRules struct {
	Class      verno.GoodsClass `json:"class"`
	NoDiscount bool             `json:"no_discount"`
	NoRedeem   bool             `json:"no_redeem"`
	NoEarn     bool             `json:"no_earn"`
}

// OfflineRules are what a till may do alone.
type OfflineRules struct {
	Earn       bool         `json:"earn" doc:"Note the card and hand the receipt in later: always."`
	SpendMax   money.Points `json:"spend_points_max" doc:"Points that may be spent of an account without asking: 0. What is spent all the same is taken, and what is short becomes a debt and a task."`
	StoredMax  Money        `json:"stored_money_max" doc:"Stored money likewise: 0."`
	LiveCodes  bool         `json:"live_codes" doc:"Whether a till can check a live code alone: never. Its secret does not leave the server; the code still says which card it is."`
	ReplayDays int          `json:"replay_days" doc:"How old a receipt may be that is handed in."`
	BatchMax   int          `json:"batch_max" doc:"Receipts that are handed in at once."`
}

// SigningKey is a key with which the company signs.
type SigningKey struct {
	Version int64  `json:"version"`
	Public  string `json:"public" format:"byte" doc:"Ed25519, base64."`
}

// CardChange is a card that may or may no longer be used. It is named by digests: the first 16 bytes, in hexadecimal, of
// SHA-256 over "verno card", a line end, the tenant, a line end and the digits.
type CardChange struct {
	Card    verno.CardID    `json:"card_id"`
	State   verno.CardState `json:"state" enum:"active,blocked,replaced,returned"`
	Number  string          `json:"number_digest,omitempty" doc:"Of the number for people."`
	Machine string          `json:"machine_digest,omitempty" doc:"Of the machine code. Of a scanned live code, that is its first 42 digits with a 1 for the leading 2."`
	At      time.Time       `json:"changed_at"`
}

func (a *API) snapshotRoutes() {
	handle(a, operation{
		route: "GET /terminals/{id}/snapshot", id: "get-snapshot", tag: "terminals", summary: "Get what a till needs offline",
		detail: "Once at start, then every few minutes with since. Changes of the last minute may come twice, so that none is missed: the last one of a card counts. The ETag covers all of the answer; If-None-Match gets 304.",
		codes:  []string{"not_found", "malformed_cursor", "programme_unpublished"},
	}, a.snapshot)
}

type snapshotRequest struct {
	ID    verno.TerminalID `path:"id"`
	Since string           `query:"since" maxLength:"100" doc:"next_cursor of the time before; left out at first."`
	Limit int              `query:"limit" minimum:"1" maximum:"200" doc:"Cards of a page; 200 where it is left out."`
}

const (
	cursorSnapshot = 'o'
	// overlap is how long a change may take to be seen after its time was taken.
	overlap = time.Minute
)

func (a *API) snapshot(ctx context.Context, c *call, in *snapshotRequest) (*Snapshot, error) {
	till, err := a.Gate.Terminal(ctx, c.actor, in.ID)
	if err != nil {
		return nil, err
	}
	shop, err := a.Reader.Place(ctx, c.actor.Tenant, till.Store)
	if err != nil {
		return nil, err
	}
	shown := &Snapshot{Tenant: c.actor.Tenant, Terminal: till.ID, Store: shop.ID, TimeZone: shop.TimeZone, Programme: shop.Programme}
	terms, version, err := a.Till.Terms(ctx, c.actor.Tenant, shop.Programme)
	if err != nil {
		return nil, err
	}
	shown.Version, shown.Currency, shown.PointsScale = version, terms.Currency, terms.Points.Scale
	for _, class := range verno.GoodsClasses {
		shown.Goods = append(shown.Goods, ClassRules(terms.Terms(class)))
	}
	shown.Offline = OfflineRules{Earn: true, StoredMax: Money{0, terms.Currency}, ReplayDays: a.Till.ReplayDays(), BatchMax: verno.MaxBatch}
	keys, err := a.Reader.TenantKeys(ctx, c.actor.Tenant)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if len(k.Public) == ed25519.PublicKeySize {
			shown.Keys = append(shown.Keys, SigningKey{k.Version, base64.StdEncoding.EncodeToString(k.Public)})
		}
	}
	if err := a.changedCards(ctx, c, in, shown); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(web.Append(nil, shown))
	c.answer.tag = `"` + hex.EncodeToString(sum[:16]) + `"`
	return shown, nil
}

// reached is how far a till has been told of cards.
type reached struct {
	first bool // it is still being told which are out of use
	at    time.Time
	card  verno.CardID
}

// bytes is the place in a cursor.
func (p reached) bytes() []byte {
	b := []byte{0}
	if p.first {
		b[0] = 1
	}
	b = binary.BigEndian.AppendUint64(b, uint64(verno.Micros(p.at)))
	return append(b, p.card[:]...)
}

// reachedBy reads a cursor; none is the beginning.
func reachedBy(of sequence, cursor string) (reached, error) {
	if cursor == "" {
		return reached{first: true}, nil
	}
	b, err := of.position(cursor, 1+8+16)
	if err != nil {
		return reached{}, err
	}
	at := verno.FromMicros(int64(binary.BigEndian.Uint64(b[1:])))
	return reached{first: b[0] == 1, at: at, card: verno.CardID(b[9:])}, nil
}

// changedCards adds a page of cards, and the cursor that goes on behind it. Nobody is told that he has reached the last
// minute: a change whose time was taken there may not be seen yet.
func (a *API) changedCards(ctx context.Context, c *call, in *snapshotRequest, to *Snapshot) error {
	of := c.list(cursorSnapshot, in.ID.String())
	from, err := reachedBy(of, in.Since)
	if err != nil {
		return err
	}
	limit := cmp.Or(in.Limit, 200)
	rows, err := a.Members.CardsChanged(ctx, c.actor, from.at, from.card, from.first, limit+1)
	if err != nil {
		return err
	}
	rows, to.HasMore = web.Cut(rows, limit)
	next, seen := reached{at: c.now.Add(-overlap)}, from
	for i := range rows {
		k := &rows[i]
		to.Cards = append(to.Cards, CardChange{k.ID, k.State, k.Number, k.Machine, k.Changed})
		seen = reached{from.first, k.Changed, k.ID}
	}
	if to.HasMore {
		next = seen
	} else if !seen.at.IsZero() && seen.at.Before(next.at) {
		next = reached{at: seen.at, card: seen.card} // Where nothing changes the cursor stays, and with it the ETag.
	}
	to.Next = of.cursor(next.bytes())
	return nil
}
