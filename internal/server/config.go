package server

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/api"
	"github.com/verno-loyalty/verno/money"
)

// Config says how Verno runs. Only DB is needed.
type Config struct {
	DB      string           // SQLite file or postgres:// URL
	KEKs    string           // key-encryption keys in base64, one a line; VERNO_KEK of the environment where empty
	KEKFile string           // or a file with them; FILE.kek beside a SQLite file, ./verno.kek else
	Weak    bool             // accept a database that can lose what it acknowledged
	Region  string           // of phone numbers without a country, RU
	Clock   func() time.Time // the real one where nil
	Books   books.Options
	Till    checkout.Limits
	Pool    int // connections that read
	Lanes   int // groups that PostgreSQL writes at once
	Log     *slog.Logger

	Fleeting   bool // nothing is synced: the database is thrown away if what fills it fails
	Fresh      bool // the database may be a new one: it is made, and its first key drawn, where there is none
	Alone      bool // no other process may serve the same SQLite file
	WithoutKey bool // what only reads does without the key

	Access bool          // a line of the log for each request
	Notice time.Duration // how long /readyz says that Verno stops before it does
	Drain  time.Duration // how long requests under way may take when it stops, 20 seconds

	Adjusting Bounds         // of points, without a second person; Bounded where it is zero
	Cooling   time.Duration  // nothing is spent for so long after staff changed a phone, two days
	Hashing   auth.Hashing   // of passwords and PINs; weaker than its default for tests alone
	Rates     api.Limits     // requests a second, by class of caller
	Timeout   time.Duration  // of a request, 15 seconds
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed
	Version   string         // of Verno

	PublicURL  string            // where phones reach this Verno, https://…; empty where they cannot
	WalletRate web.Rate          // of the wallets of phones, from one address
	Apple      pass.AppleConfig  // and the wallets that took over its way
	Google     pass.GoogleConfig // where it is; who speaks to it is each merchant's own

	TextURL    string // where texts for phones are posted, such as one-time codes; empty where none are sent
	TextToken  string // shown there
	MailURL    string // where mail is posted, such as links to cards; empty where none is sent
	MailToken  string // shown there
	CodesAloud bool   // the page that asks for a one-time code shows it as well, for a demo
}

func (c *Config) fill() {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Drain == 0 {
		c.Drain = 20 * time.Second
	}
	if c.Adjusting == (Bounds{}) {
		c.Adjusting = Bounded
	}
}

// UsualPushGap is the least time from one notification of a card to the next where the operator says nothing.
const UsualPushGap = pass.UsualGap

// Bounds are what one who adjusts points may do alone, in whole points.
type Bounds = member.Bounds

// Bounded is what one adjusts without a second person where the operator says nothing: enough for support to make good a
// bad day, not enough for an insider to live on.
var Bounded = Bounds{Once: 1_000, Daily: 5_000, AnyOnce: 20_000, AnyDaily: 100_000}

// Unbounded leaves adjusting to everybody who may adjust at all, for benchmarks.
var Unbounded = Bounds{Once: money.MaxPoints}

// NoRates sets no limit on anybody, for benchmarks.
var NoRates = func() api.Limits {
	none := web.Rate{PerSecond: -1}
	return api.Limits{Till: none, Server: none, Staff: none, Public: none, Login: none}
}()
