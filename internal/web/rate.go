package web

import (
	"container/list"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/verno-loyalty/verno"
)

// Rate is how much one caller may ask: so many requests a second, and so many at once after a rest.
type Rate struct {
	PerSecond int
	Burst     int
}

// Buckets limit callers of one class, each by its own bucket. How many callers are remembered is bounded: the one that
// was silent for longest is forgotten first, and its bucket is as good as full by then.
type Buckets struct {
	rate  Rate
	most  int
	mu    sync.Mutex
	byKey map[string]*list.Element
	order list.List // of *bucket, the latest first
}

type bucket struct {
	key     string
	limiter *rate.Limiter
}

// NewBuckets remembers up to most callers.
func NewBuckets(r Rate, most int) *Buckets {
	return &Buckets{rate: r, most: most, byKey: make(map[string]*list.Element)}
}

// Take takes one request from a caller's bucket and says so in the headers. It returns KindLimited where there is none
// left. Buckets that are nil limit nobody.
func (b *Buckets) Take(h http.Header, key string, now time.Time) error {
	if b == nil {
		return nil
	}
	l := b.of(key)
	ok := l.AllowN(now, 1)
	left := max(l.TokensAt(now), 0)
	full := int(math.Ceil((float64(b.rate.Burst) - left) / float64(b.rate.PerSecond)))
	h["Ratelimit-Limit"] = []string{strconv.Itoa(b.rate.Burst)}
	h["Ratelimit-Remaining"] = []string{strconv.Itoa(int(left))}
	h["Ratelimit-Reset"] = []string{strconv.Itoa(full)}
	if ok {
		return nil
	}
	wait := max(int(math.Ceil((1-left)/float64(b.rate.PerSecond))), 1)
	return verno.Limited("rate_limited", wait).With("seconds", strconv.Itoa(wait))
}

func (b *Buckets) of(key string) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.byKey[key]; ok {
		b.order.MoveToFront(e)
		return e.Value.(*bucket).limiter //nolint:forcetypeassert // Nothing else is in the list.
	}
	if len(b.byKey) >= b.most {
		oldest := b.order.Back()
		delete(b.byKey, b.order.Remove(oldest).(*bucket).key) //nolint:forcetypeassert // Nothing else is in the list.
	}
	l := rate.NewLimiter(rate.Limit(b.rate.PerSecond), b.rate.Burst)
	b.byKey[key] = b.order.PushFront(&bucket{key, l})
	return l
}
