package auth

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
)

// How old what is cached may be, and from when on one caller reads it anew while the others go on with what there is.
// Revocations in this process are seen at once, those in others after the first of these.
const (
	cacheAge   = 2 * time.Second
	cacheFresh = time.Second
	cacheSize  = 8192
)

// cached is a credential that was found good.
type cached struct {
	actor    verno.Actor
	readAt   time.Time
	until    time.Time // the credential ends by itself; zero for never
	renewing bool
}

// cache holds credentials by the hash of their token.
type cache struct {
	mu     sync.Mutex
	byHash map[[sha256.Size]byte]*cached
	epoch  uint64 // grows with each revocation
}

func newCache() *cache { return &cache{byHash: map[[sha256.Size]byte]*cached{}} }

// get returns what is cached and good. Where it returns nothing the caller reads the database and puts what it found
// under the epoch that it got here.
func (c *cache) get(hash [sha256.Size]byte, now time.Time) (actor verno.Actor, ok bool, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byHash[hash]
	if e == nil {
		return actor, false, c.epoch
	}
	age := now.Sub(e.readAt)
	if age < 0 || age >= cacheAge || !e.until.IsZero() && !now.Before(e.until) {
		return actor, false, c.epoch
	}
	if age >= cacheFresh && !e.renewing {
		e.renewing = true
		return actor, false, c.epoch
	}
	return e.actor, true, c.epoch
}

// put keeps what was read, unless something was revoked since: it may have been read before that.
func (c *cache) put(hash [sha256.Size]byte, e cached, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch {
		return
	}
	if len(c.byHash) >= cacheSize {
		for h, old := range c.byHash {
			if age := e.readAt.Sub(old.readAt); age < 0 || age >= cacheAge {
				delete(c.byHash, h)
			}
		}
	}
	if len(c.byHash) >= cacheSize {
		clear(c.byHash)
	}
	c.byHash[hash] = &e
}

// drop forgets one credential.
func (c *cache) drop(hash [sha256.Size]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	delete(c.byHash, hash)
}

// forget forgets the credentials of some actors.
func (c *cache) forget(whose func(verno.Actor) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for h, e := range c.byHash {
		if whose(e.actor) {
			delete(c.byHash, h)
		}
	}
}
