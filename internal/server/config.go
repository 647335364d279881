package server

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/api"
	"github.com/verno-loyalty/verno/money"
)

// Config says how Verno runs. Only DB is needed.
type Config struct {
	DB      string           // SQLite file or postgres:// URL
	KEKs    string           // key-encryption keys in base64, one a line; VERNO_KEK of the environment where empty
	KEKFile string           // or a file with them; FILE.kek beside a SQLite file, ./verno.kek else, made where there is none
	Weak    bool             // accept a database that can lose what it acknowledged
	Region  string           // of phone numbers without a country, RU
	Clock   func() time.Time // the real one where nil
	Books   books.Options
	Till    checkout.Limits
	Pool    int // connections that read
	Lanes   int // groups that PostgreSQL writes at once
	Log     *slog.Logger

	AdjustLimit money.Points   // the most that whoever may adjust only up to a limit gives or takes at once
	Rates       api.Limits     // requests a second, by class of caller
	Timeout     time.Duration  // of a request, 15 seconds
	Proxies     []netip.Prefix // whose X-Forwarded-For is believed
	Version     string         // of Verno
}

func (c *Config) fill() {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
}

// keys finds the key-encryption keys, and draws the first one where there is none yet.
func (c *Config) keys() (vault.KEKs, error) {
	if c.KEKs == "" && c.KEKFile == "" {
		c.KEKs = os.Getenv("VERNO_KEK")
	}
	if c.KEKs != "" {
		return vault.ParseKEKs(c.KEKs)
	}
	file := c.KEKFile
	if file == "" {
		file = "verno.kek"
		if !strings.Contains(c.DB, "://") {
			path := strings.TrimPrefix(c.DB, "sqlite:")
			file = filepath.Join(filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+".kek")
		}
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if err := vault.AddKEK(file); err != nil {
			return vault.KEKs{}, err
		}
		c.Log.Info("a key-encryption key was drawn: keep a copy of it apart from the backups", "file", file)
	}
	return vault.ReadKEKs(file)
}

// NoRates sets no limit on anybody, for benchmarks.
var NoRates = func() api.Limits {
	none := web.Rate{PerSecond: -1}
	return api.Limits{Till: none, Server: none, Staff: none, Public: none, Login: none}
}()
