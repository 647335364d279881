package checkout

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/nfc"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// Till does the work of tills. It is safe for use by many at once.
type Till struct {
	books   *books.Books
	reader  *store.Reader
	store   *store.Store
	vault   *vault.Vault
	clock   func() time.Time
	entropy io.Reader
	configs configs
	limits  Limits
	rings   rings

	// NFCKeys gives the keys that open what readers take from phones. Where it is nil nothing is opened. It is set before
	// the till is used.
	NFCKeys func(context.Context, verno.TenantID) ([]nfc.Key, error)

	// Issue makes the card of a certificate that is sold, or of a gift that is taken. It is set before the till is used.
	Issue func(ctx context.Context, tx *store.Tx, now time.Time, c NewCard) (card.Document, error)
	// CardFacts gives what there is to show of a card. Where it is nil little is shown. It is set before the till is used.
	CardFacts func(context.Context, verno.TenantID, verno.CardID, time.Time) (card.Template, card.Facts, error)
}

// Limits bound what one credential may ask for. Zero values choose.
type Limits struct {
	LookupsPerHour int64         // identifications of one cashier or terminal, 600
	MissesPerHour  int64         // of codes and numbers that nobody has, for a terminal, 60
	OpenLife       time.Duration // of a checkout that is kept open, 15 minutes
	PresenceLife   time.Duration // of whoever showed a card, verno.PresenceLife; another only where a clock runs ahead
	NFCWindow      time.Duration // how far off a phone's clock may be that speaks by NFC, 2 minutes
	ReplayDays     int           // how long ago a replayed receipt may have occurred, 3660
}

func (l Limits) orDefault() Limits {
	if l.LookupsPerHour == 0 {
		l.LookupsPerHour = 600
	}
	if l.MissesPerHour == 0 {
		l.MissesPerHour = 60
	}
	if l.OpenLife == 0 {
		l.OpenLife = 15 * time.Minute
	}
	if l.PresenceLife == 0 {
		l.PresenceLife = verno.PresenceLife
	}
	if l.NFCWindow == 0 {
		l.NFCWindow = 2 * time.Minute
	}
	if l.ReplayDays == 0 {
		l.ReplayDays = 3660
	}
	return l
}

// New makes a till. The clock and the entropy are the server's.
func New(s *store.Store, b *books.Books, v *vault.Vault, clock func() time.Time, entropy io.Reader, limits Limits) *Till {
	return &Till{books: b, store: s, reader: s.Reader(), vault: v, clock: clock, entropy: entropy, limits: limits.orDefault()}
}

// place is where a sale happens and by which rules.
type place struct {
	config   *config
	store    verno.Store
	terminal verno.TerminalID
	zone     *time.Location
}

// sells refuses new sales where a store is closed. What was sold there can be taken back, and what a till sold by itself be
// handed in.
func (pl *place) sells() error {
	if !pl.store.ClosedAt.IsZero() {
		return verno.Refused("store_closed")
	}
	return nil
}

// at finds the place of a request: what the credential is bound to, else what the request names.
func (t *Till) at(ctx context.Context, a verno.Actor, terminal verno.TerminalID, shop verno.StoreID) (*place, error) {
	c, err := t.config(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	pl, err := t.placeIn(ctx, c, a, terminal, shop)
	if errors.Is(err, verno.NotFound("store_unknown")) {
		// It may have been opened since the configuration was read.
		if c, err = t.readConfig(ctx, a.Tenant); err != nil {
			return nil, err
		}
		return t.placeIn(ctx, c, a, terminal, shop)
	}
	return pl, err
}

// sellsAt is at, where something new is sold, by what the configuration is at this moment. Error beside those of at:
// store_closed.
func (t *Till) sellsAt(ctx context.Context, a verno.Actor, terminal verno.TerminalID, shop verno.StoreID) (*place, error) {
	c, err := t.configNow(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	pl, err := t.placeIn(ctx, c, a, terminal, shop)
	if err == nil {
		err = pl.sells()
	}
	return pl, err
}

func (t *Till) placeIn(ctx context.Context, c *config, a verno.Actor, terminal verno.TerminalID, shop verno.StoreID) (*place, error) {
	if !a.Terminal.IsZero() {
		if !terminal.IsZero() && terminal != a.Terminal {
			return nil, verno.Forbidden("store_unknown")
		}
		terminal = a.Terminal
	}
	if !terminal.IsZero() {
		of, err := c.storeOf(ctx, t.reader, terminal)
		if err != nil {
			return nil, err
		}
		if !shop.IsZero() && shop != of {
			return nil, verno.InvalidField("/store_id", "not_known")
		}
		shop = of
	}
	if shop.IsZero() {
		shop = a.Store
	}
	switch {
	case shop.IsZero():
		return nil, verno.Invalid("store_missing")
	case !a.Store.IsZero() && shop != a.Store:
		return nil, verno.Forbidden("store_unknown")
	}
	s, ok := c.stores[shop]
	if !ok {
		return nil, verno.NotFound("store_unknown")
	}
	return &place{config: c, store: s.Store, zone: s.zone, terminal: terminal}, nil
}
