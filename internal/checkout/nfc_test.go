package checkout_test

import (
	"context"
	"encoding/hex"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/nfc"
)

// ring is a chain whose tills open what phones say.
func ring(b *bundle) (vas, tap nfc.Key) {
	vas, tap = b.readers(b.boss.Tenant)
	b.till.NFCKeys = func(_ context.Context, tenant verno.TenantID) ([]nfc.Key, error) {
		if tenant != b.boss.Tenant {
			return nil, nil
		}
		old := nfc.NewKey(nfc.AppleVAS, 7, strings.NewReader(strings.Repeat("versions before", 3)))
		return []nfc.Key{old, vas, tap}, nil
	}
	return vas, tap
}

func typed(r nfc.Read) string {
	return "\x02NFC:" + string(r.Protocol) + ":" + strings.ToUpper(hex.EncodeToString([]byte(r.Payload))) + "\r\n"
}

// TestTapIdentifies: a phone held to a reader is its member, strongly, whether the reader types or posts what it read; it
// may spend all that the member has, in one sale.
func TestTapIdentifies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		vas, tap := ring(b)
		g := b.enrol(anna)
		b.give(g, 700)
		b.topUp(g, 300_00)
		for name, q := range map[string]checkout.Identify{
			"VAS":             {NFC: vasOf(vas, passType, g.says(), b.clock())},
			"VAS, typed":      {Scan: typed(vasOf(vas, passType, g.says(), b.clock()))},
			"Smart Tap":       {NFC: tapOf(tap, g.says())},
			"Smart Tap typed": {Scan: typed(tapOf(tap, g.says()))},
		} {
			found, err := b.till.Identify(b.ctx, b.at(0), q)
			b.must(err)
			v := found.View
			if found.Method != verno.MethodNFC || !found.Strong || v.FirstName != "Анна" || v.SpendCap != 700 || v.Stored == nil || *v.Stored != 300_00 {
				t.Errorf("%s: %+v", name, found)
			}
		}
		b.later(time.Second)
		found, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{NFC: tapOf(tap, g.says())})
		b.must(err)
		r := b.sell(b.at(0), b.saleOf(found.Presence, tea(1000_00), 600), stored(100_00))
		if r.Method != verno.MethodNFC || r.Totals.Points != 600 {
			t.Errorf("receipt %+v", r)
		}
		s := b.saleOf(found.Presence, tea(100_00), 50)
		if q := b.quote(b.at(0), s); q.Outcome.Totals.Points != 0 {
			t.Errorf("a tap spends %d a second time", q.Outcome.Totals.Points)
		}
		c := b.commitOf(b.at(0), b.saleOf(found.Presence, tea(100_00), 0), b.quote(b.at(0), b.saleOf(found.Presence, tea(100_00), 0)), stored(50_00))
		_, _, err = b.till.Commit(b.ctx, b.at(0), c)
		b.refused(err, "code_used")
	})
}

// TestTapNeedsTheProof: the machine code, which stands on every picture of a card, is no proof of the phone even where
// somebody seals it as a phone would, by the public key that stands in every pass. What else a reader says is as if typed.
func TestTapNeedsTheProof(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		vas, tap := ring(b)
		g, other := b.enrol(), b.enrol()
		b.give(g, 700)
		for _, q := range []checkout.Identify{
			{NFC: vasOf(vas, passType, g.static(), b.clock())}, {NFC: tapOf(tap, g.static())}, {Scan: g.says()},
		} {
			found, err := b.till.Identify(b.ctx, b.at(0), q)
			b.must(err)
			if found.Method != verno.MethodStaticCode || found.Strong || found.View.SpendCap != 100 {
				t.Errorf("%+v", found)
			}
		}
		_, proof, _ := strings.Cut(other.says(), ".")
		forged := g.static() + "." + proof
		for _, q := range []checkout.Identify{{NFC: vasOf(vas, passType, forged, b.clock())}, {NFC: tapOf(tap, forged)}, {Scan: forged}} {
			_, err := b.till.Identify(b.ctx, b.at(0), q)
			b.refused(err, "card_not_usable")
		}
	})
}

// TestTapRefuses: what was changed in any byte, made for another merchant or type of pass, too early or too late is not
// opened, and nor is anything where there are no keys.
func TestTapRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		vas, tap := ring(b)
		g, at := b.enrol(), b.clock()
		try := func(what string, a verno.Actor, q checkout.Identify, want string) {
			t.Helper()
			if _, err := b.till.Identify(b.ctx, a, q); codeOf(err) != want {
				t.Errorf("%s: %v, want %s", what, err, want)
			}
		}
		for _, r := range []nfc.Read{vasOf(vas, passType, g.says(), at), tapOf(tap, g.says())} {
			for i := range r.Payload {
				changed := []byte(r.Payload)
				changed[i] ^= 0x11
				try("a changed byte", b.boss, checkout.Identify{NFC: nfc.Read{Protocol: r.Protocol, Payload: string(changed)}, Store: b.made.Store}, "code_unreadable")
			}
			for _, n := range []int{1, len(r.Payload) / 2, len(r.Payload) - 1} {
				try("a short one", b.boss, checkout.Identify{NFC: nfc.Read{Protocol: r.Protocol, Payload: r.Payload[:n]}, Store: b.made.Store}, "code_unreadable")
			}
			try("no protocol", b.at(0), checkout.Identify{NFC: nfc.Read{Payload: r.Payload}}, "code_unreadable")
			try("not hex", b.at(0), checkout.Identify{Scan: "nfc:" + string(r.Protocol) + ":zz"}, "code_unreadable")
		}
		try("another type of pass", b.at(0), checkout.Identify{NFC: vasOf(vas, "pass.example.other", g.says(), at)}, "code_unreadable")
		try("another's key", b.at(0), checkout.Identify{NFC: vasOf(nfc.NewKey(nfc.AppleVAS, 1, strings.NewReader(strings.Repeat("x", 64))), passType, g.says(), at)}, "code_unreadable")
		try("too late", b.at(0), checkout.Identify{NFC: vasOf(vas, passType, g.says(), at.Add(-121*time.Second))}, "code_expired")
		try("too early", b.at(0), checkout.Identify{NFC: vasOf(vas, passType, g.says(), at.Add(122*time.Second))}, "code_expired")
		try("just in time", b.at(0), checkout.Identify{NFC: vasOf(vas, passType, g.says(), at.Add(-119*time.Second))}, "")

		stranger := b.at(0)
		stranger.Tenant = verno.TenantID{7}
		if _, err := b.till.Identify(b.ctx, stranger, checkout.Identify{NFC: tapOf(tap, g.says())}); err == nil {
			t.Error("another tenant opens it")
		}
		b.till.NFCKeys = nil
		b.later(2 * time.Minute)
		try("no readers", b.at(0), checkout.Identify{NFC: tapOf(tap, g.says())}, "code_unreadable")
	})
}

// TestNewKeyOpens: what a phone has sealed to a key that was made a moment ago is opened, though the keys before it are in
// memory.
func TestNewKeyOpens(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		vas, _ := ring(b)
		g := b.enrol()
		tap := func(key nfc.Key) error {
			_, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{NFC: vasOf(key, passType, g.says(), b.clock())})
			return err
		}
		b.must(tap(vas))
		made, before := nfc.NewKey(nfc.AppleVAS, 9, strings.NewReader(strings.Repeat("made a moment ago", 4))), b.till.NFCKeys
		b.later(2 * time.Second)
		b.refused(tap(made), "code_unreadable")
		b.till.NFCKeys = func(ctx context.Context, tenant verno.TenantID) ([]nfc.Key, error) {
			list, err := before(ctx, tenant)
			return append(list, made), err
		}
		b.later(2 * time.Second)
		b.must(tap(made))
		b.must(tap(vas))
	})
}

// TestTapOnce: of many tills that hand in the same tap at once exactly one has it, and nobody later. An offline till's
// receipt still finds its member by it.
func TestTapOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		vas, tap := ring(b)
		g := b.enrol()
		for _, r := range []nfc.Read{vasOf(vas, passType, g.says(), b.clock()), tapOf(tap, g.says())} {
			in := atomic.Int64{}
			var all sync.WaitGroup
			for i := range 16 {
				all.Go(func() {
					switch _, err := b.till.Identify(b.ctx, b.at(i%3), checkout.Identify{NFC: r}); codeOf(err) {
					case "":
						in.Add(1)
					case "code_used":
					default:
						t.Error(err)
					}
				})
			}
			all.Wait()
			if in.Load() != 1 {
				t.Errorf("%s: %d got in by one tap", r.Protocol, in.Load())
			}
		}
		again := tapOf(tap, g.says())
		_, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{NFC: again})
		b.must(err)
		b.later(365 * 24 * time.Hour)
		_, err = b.till.Identify(b.ctx, b.at(0), checkout.Identify{NFC: again})
		b.refused(err, "code_used")
		done := b.replay(b.offline(typed(again), 100_00), b.offline(typed(vasOf(vas, passType, g.says(), b.clock().AddDate(0, -1, 0))), 100_00))
		for _, o := range done {
			b.became(o, "applied", "")
			if o.Receipt.Member != g.ID || o.Receipt.Method != verno.MethodReplay {
				t.Errorf("receipt %+v", o.Receipt)
			}
		}
	})
}

// TestSignTap: a till has a tap signed with the newest key or the one that it names, and as often as it may look up.
func TestSignTap(t *testing.T) {
	t.Parallel()
	eachWith(t, checkout.Limits{LookupsPerHour: 2}, func(t *testing.T, b *bundle) {
		_, tap := ring(b)
		q := checkout.SignTap{
			ReaderNonce: make([]byte, 32), PhoneNonce: make([]byte, 32), Collector: 5,
			ReaderPublic: nfc.NewKey(nfc.SmartTap, 0, strings.NewReader(strings.Repeat("r", 64))).Public(),
		}
		signed, err := b.till.SignTap(b.ctx, b.at(0), q)
		b.must(err)
		if signed.Version != 1 || string(signed.Public) != string(tap.Public()) || len(signed.Signature) < 60 {
			t.Errorf("%+v", signed)
		}
		named := q
		named.Version = 2
		_, err = b.till.SignTap(b.ctx, b.at(0), named)
		b.refused(err, "not_found")
		short := q
		short.PhoneNonce = short.PhoneNonce[1:]
		_, err = b.till.SignTap(b.ctx, b.at(0), short)
		b.refused(err, "code_unreadable")
		_, err = b.till.SignTap(b.ctx, b.at(0), q)
		b.refused(err, "rate_limited")
		_, err = b.till.SignTap(b.ctx, verno.Actor{Tenant: b.boss.Tenant}, q)
		b.refused(err, "permission_missing")
	})
}
