package checkout

import (
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/nfc"
	"github.com/verno-loyalty/verno/internal/store"
)

const (
	// ringLife is for how long the keys of readers are kept open in memory: a key that was retired opens nothing after it.
	ringLife = time.Minute
	// ringRest is how often they are looked for anew where something does not open, as it may be of a key that has just been
	// made: passes name it at once.
	ringRest = time.Second
)

// rings keeps what each tenant opens reads with.
type rings struct {
	mu   sync.Mutex
	kept map[verno.TenantID]ringOf
}

type ringOf struct {
	nfc.Keyring
	read time.Time
}

// keyring is what a tenant opens reads with, as it was no longer ago: all keys in use, and the types of all passes that it
// has or ever had signed.
func (t *Till) keyring(ctx context.Context, tenant verno.TenantID, ago time.Duration) (nfc.Keyring, error) {
	now := t.clock()
	t.rings.mu.Lock()
	ring, kept := t.rings.kept[tenant]
	t.rings.mu.Unlock()
	if age := now.Sub(ring.read); kept && age >= 0 && age < ago {
		return ring.Keyring, nil
	}
	ring = ringOf{nfc.Keyring{Window: t.limits.NFCWindow}, now}
	if t.NFCKeys == nil {
		return ring.Keyring, nil
	}
	var err error
	if ring.Keys, err = t.NFCKeys(ctx, tenant); err != nil {
		return nfc.Keyring{}, err
	}
	const most = 200
	passes, err := t.reader.WalletCredentials(ctx, tenant, store.CredentialApplePass, most)
	if err != nil {
		return nfc.Keyring{}, err
	}
	for i := range passes {
		if name := passes[i].Name; !slices.Contains(ring.PassTypes, name) {
			ring.PassTypes = append(ring.PassTypes, name)
		}
	}
	t.rings.mu.Lock()
	defer t.rings.mu.Unlock()
	if t.rings.kept == nil {
		t.rings.kept = map[verno.TenantID]ringOf{}
	}
	t.rings.kept[tenant] = ring
	return ring.Keyring, nil
}

// readOf is what a reader handed in, with the scan or instead of one; ok is false where it was none.
func readOf(q *Identify) (read nfc.Read, ok bool, err error) {
	if q.NFC != (nfc.Read{}) {
		return q.NFC, true, nil
	}
	return nfc.ParseScan(q.Scan)
}

// findRead opens what a reader took from a phone and finds whose it is. Only a card that gives the proof which stands in
// its pass and nowhere else is taken for the phone itself; what else a pass may say to readers counts as if it was typed.
// At the zero time, of a sale that is past, it does not ask when the phone said it.
func (t *Till) findRead(ctx context.Context, a verno.Actor, read nfc.Read, now time.Time) (*found, error) {
	opened, window, err := t.openRead(ctx, a.Tenant, read, now, ringLife)
	if errors.Is(err, verno.Invalid("code_unreadable")) {
		opened, window, err = t.openRead(ctx, a.Tenant, read, now, ringRest)
	}
	if err != nil {
		return nil, err
	}
	scan, err := code.Parse(opened.Value)
	if err != nil {
		return nil, err
	}
	f, err := t.findScan(ctx, a.Tenant, scan, now)
	if err != nil || now.IsZero() {
		return f, err
	}
	if scan.Kind == code.KindNFC {
		f.method, f.step = verno.MethodNFC, verno.Micros(now)
	}
	f.once, f.onceUntil = opened.Once, now.Add(tapMemory)
	if opened.At != 0 {
		// Twice over: another node's clock may be behind this one's.
		f.onceUntil = time.Unix(opened.At, 0).Add(2 * window)
	}
	return f, nil
}

// openRead opens what a reader took from a phone with keys as they were no longer ago, and says by how much the phone's clock
// could be off.
func (t *Till) openRead(ctx context.Context, tenant verno.TenantID, read nfc.Read, now time.Time, ago time.Duration) (nfc.Opened, time.Duration, error) {
	ring, err := t.keyring(ctx, tenant, ago)
	if err != nil {
		return nfc.Opened{}, 0, err
	}
	at := now
	if now.IsZero() {
		at, ring.Window = t.clock(), math.MaxInt64
	}
	opened, err := ring.Open(read, at)
	return opened, ring.Window, err
}

// tapMemory is for how long a tap is remembered that does not say when it was: longer than any key should be in use.
const tapMemory = 10 * 366 * 24 * time.Hour

// seeOnce is a work's Also that refuses a read which was handed in before; nil for what was no read. It runs in the
// transaction that makes the presence, so that of two tills with one read exactly one has it.
func (f *found) seeOnce(ctx context.Context, tenant verno.TenantID) func(*store.Tx, *books.Page) error {
	if f.onceUntil.IsZero() {
		return nil
	}
	token := sha256.Sum256(append([]byte("nfc/"), f.once[:]...))
	return func(tx *store.Tx, _ *books.Page) error {
		fresh, err := tx.SeeOnce(ctx, tenant, token[:], f.onceUntil)
		if err == nil && !fresh {
			err = verno.Forbidden("code_used")
		}
		return err
	}
}
