package pass_test

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/money"
)

// TestGoogleTakesEveryKind: each kind of card, in each state, is a class and an object that Google's schemas take, told of
// before there is a link to it; the link names them and nothing else, and a second one costs no call.
func TestGoogleTakesEveryKind(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, kind := range card.Kinds() {
			b := newShop(t, s)
			b.template = kind.Template("Card")
			p := b.issue()
			p.Template = verno.TemplateID{byte(i + 1)}
			link, err := b.passes.SaveLink(t.Context(), p, "https://cards.example/join")
			if err != nil {
				t.Fatalf("%s: %v", kind.Name, err)
			}
			saved, err := b.google.Open(link)
			if err != nil || len(saved.Origins) != 1 || saved.Origins[0] != "https://cards.example" {
				t.Errorf("%s: the link says %+v, %v", kind.Name, saved, err)
			}
			calls := len(b.google.Calls())
			if _, err := b.passes.SaveLink(t.Context(), b.read(p.Card), ""); err != nil || len(b.google.Calls()) != calls {
				t.Errorf("%s: a second link: %v, calls %v", kind.Name, err, b.google.Calls()[calls:])
			}
			for state, want := range map[string]string{"blocked": "INACTIVE", card.StateUsed: "COMPLETED", card.StateLapsed: "EXPIRED", "active": "ACTIVE"} {
				b.change(p.Card, func(f *card.Facts) { f.State = state })
				b.tell()
				if got := b.object(p)["state"]; got != want {
					t.Errorf("%s: a card that is %s is %v at Google", kind.Name, state, got)
				}
			}
			for _, call := range b.google.Calls() {
				if strings.HasPrefix(call, "PUT") || strings.HasPrefix(call, "DELETE") {
					t.Errorf("%s: %s", kind.Name, call)
				}
			}
		}
	})
}

// TestGoogleHearsOfChanges: what has changed is patched and spoken of three times a day; what has not is no call.
func TestGoogleHearsOfChanges(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		p := b.save()
		b.google.Forget()
		b.due(p.Card)
		b.tell()
		if calls := b.google.Calls(); len(calls) != 0 {
			t.Errorf("a card that looks the same was told of: %v", calls)
		}
		for n := range 5 {
			b.setPoints(p.Card, money.Points(200+n))
			b.tell()
		}
		told := b.read(p.Card)
		if !told.GoogleDue.IsZero() || told.GoogleTag != told.Tag || b.balance(p) != "204" {
			t.Errorf("Google shows %s, due %v, tag %d of %d", b.balance(p), told.GoogleDue, told.GoogleTag, told.Tag)
		}
		if changes, _ := b.google.Spoken(told.GoogleID); changes != 3 {
			t.Errorf("people were notified %d times in a day", changes)
		}
		b.pass(25 * time.Hour)
		b.setPoints(p.Card, 300)
		b.tell()
		if changes, _ := b.google.Spoken(told.GoogleID); changes != 4 {
			t.Errorf("a day later people were notified %d times in all", changes)
		}
		b.template.Design.Colours.Background = "#123456"
		b.due(p.Card)
		b.tell()
		if class := b.google.Find("loyaltyClass", ""); class["hexBackgroundColor"] != "#123456" || class["reviewStatus"] != "APPROVED" {
			t.Errorf("the class is %v, %v", class["hexBackgroundColor"], class["reviewStatus"])
		} else if rows := fmt.Sprint(class["classTemplateInfo"]); !strings.Contains(rows, "'expiring'") || strings.Contains(rows, "'level'") {
			t.Errorf("on this card nothing expires; for all cards there is %s", rows) // Its level has a place of its own.
		}
		now := b.clock()
		b.change(p.Card, func(f *card.Facts) { f.Starts, f.Ends = now.Add(-time.Hour), now.Add(time.Hour) })
		b.tell()
		b.change(p.Card, func(f *card.Facts) { f.Starts = time.Time{} })
		b.tell()
		if is, _ := b.object(p)["validTimeInterval"].(map[string]any); len(is) != 1 || is["end"] == nil {
			t.Errorf("what began and begins no more is good %v", is)
		}
		b.template.Design.Banners = []card.Banner{{Text: card.Both("Pies", "Пироги"), From: "2020-01-01", Link: "https://example.org/pies"}}
		b.due(p.Card)
		b.tell()
		if links := fmt.Sprint(b.object(p)["linksModuleData"]); !strings.Contains(links, "https://example.org/pies") || !strings.Contains(links, "Пироги") {
			t.Errorf("the offer leads to %s", links)
		}
	})
}

// TestGoogleFaults: whatever becomes of a call, the card is there as it should be in the end, and nothing is lost.
func TestGoogleFaults(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for name, faults := range map[string][]googletest.Fault{
			"busy":         {{Status: http.StatusTooManyRequests, Reason: "rateLimitExceeded", RetryAfter: "30"}},
			"down":         {{Status: http.StatusServiceUnavailable}, {Status: http.StatusBadGateway}},
			"pace":         {{Status: http.StatusForbidden, Reason: "userRateLimitExceeded"}},
			"cut off":      {{Status: 0}},
			"answer lost":  {{Status: 0, Taken: true}},
			"token":        {{Status: http.StatusUnauthorized, Reason: "authError"}},
			"quota":        {{Status: http.StatusForbidden, Reason: "QuotaExceededException"}},
			"not let in":   {{Status: http.StatusForbidden, Reason: "permissionDenied"}},
			"two at once":  {{Match: "PATCH loyaltyObject", Status: http.StatusConflict, Reason: "aborted"}},
			"there is one": {{Match: "POST loyaltyObject", Status: http.StatusServiceUnavailable, Taken: true}},
		} {
			b := newShop(t, s)
			p := b.save()
			b.google.Fail(faults...)
			b.setPoints(p.Card, 777)
			fresh := b.issue()
			b.due(fresh.Card)
			for range 6 {
				b.tell()
				b.pass(15 * time.Minute)
			}
			for _, one := range []store.Pass{p, fresh} {
				if got := b.read(one.Card); !got.GoogleDue.IsZero() || got.GoogleTag != got.Tag || b.object(one) == nil {
					t.Errorf("%s: due %v, tag %d of %d", name, got.GoogleDue, got.GoogleTag, got.Tag)
				}
			}
			if b.balance(p) != "777" {
				t.Errorf("%s: Google shows %s", name, b.balance(p))
			}
		}
	})
}

// TestGoogleWaits: one that says when to come back is not asked before, and tells of nothing meanwhile.
func TestGoogleWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		p := b.save()
		b.google.Forget()
		b.google.Fail(googletest.Fault{Status: http.StatusTooManyRequests, Reason: "rateLimitExceeded", RetryAfter: "120"})
		b.setPoints(p.Card, 5)
		b.tell()
		b.pass(119 * time.Second)
		b.tell()
		if calls := b.google.Calls(); len(calls) != 1 {
			t.Errorf("asked before its time: %v", calls)
		}
		if _, err := b.passes.SaveLink(t.Context(), b.issue(), ""); !errors.Is(err, verno.Unavailable("google_away", 0)) {
			t.Errorf("a link meanwhile: %v", err)
		}
		if _, err := b.passes.SaveLink(t.Context(), b.read(p.Card), ""); err != nil {
			t.Errorf("a link to a card that Google knows: %v", err)
		}
		b.pass(2 * time.Second)
		b.tell()
		if b.balance(p) != "5" {
			t.Errorf("Google shows %s", b.balance(p))
		}
	})
}

// TestGoogleRefuses: what Google will not have leaves one task for all cards of a template, and is told again when it changes.
func TestGoogleRefuses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		var passes []store.Pass
		for range 3 {
			p := b.save()
			b.google.Fail(googletest.Fault{Match: "PATCH loyaltyObject", Status: http.StatusBadRequest, Reason: "invalid"})
			b.setPoints(p.Card, 9)
			passes = append(passes, p)
		}
		b.tell()
		tasks, err := s.Reader().Tasks(t.Context(), b.tenant, false, verno.TaskID{}, 10)
		if err != nil || len(tasks) != 1 || tasks[0].Kind != pass.TaskGoogleRefused || !strings.Contains(tasks[0].Detail, "400 invalid") {
			t.Errorf("tasks %+v, %v", tasks, err)
		}
		if got := b.read(passes[0].Card); !got.GoogleDue.IsZero() || got.GoogleTag == got.Tag || got.GoogleID == "" {
			t.Errorf("due %v, tag %d of %d, object %q", got.GoogleDue, got.GoogleTag, got.Tag, got.GoogleID)
		}
		b.setPoints(passes[0].Card, 10)
		b.tell()
		if b.balance(passes[0]) != "10" {
			t.Errorf("Google shows %s", b.balance(passes[0]))
		}
	})
}

// TestGoogleNews: news are messages, spoken of three times a day, told once even when nobody knows whether they arrived, and
// never more than Google keeps.
func TestGoogleNews(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		p := b.save()
		news := func(n int) {
			b.change(p.Card, func(f *card.Facts) { f.News = card.Both(fmt.Sprintf("Offer %d", n), fmt.Sprintf("Акция %d", n)) })
			b.tell()
		}
		for n := range 4 {
			news(n)
		}
		if _, messages := b.google.Spoken(b.read(p.Card).GoogleID); messages != 3 {
			t.Errorf("people were notified of %d messages", messages)
		}
		b.google.Fail(googletest.Fault{Match: "addMessage", Status: 0, Taken: true})
		news(4)
		b.pass(15 * time.Minute)
		b.tell()
		if got, _ := b.object(p)["messages"].([]any); len(got) != 5 {
			t.Errorf("%d messages after an answer that was lost: %v", len(got), b.google.Calls())
		}
		for n := range 15 {
			b.pass(9 * time.Hour)
			news(10 + n)
		}
		last, _ := b.object(p)["messages"].([]any)
		body, _ := last[len(last)-1].(map[string]any)["body"].(string)
		if body != "Offer 24" || len(last) != 9 || !b.read(p.Card).GoogleDue.IsZero() {
			t.Errorf("the last of %d messages is %q", len(last), body)
		}
	})
}

// TestGoogleWorkers: two processes on one database tell of many cards in batches, each once.
func TestGoogleWorkers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		const many = 45
		var passes []store.Pass
		for range many {
			p := b.issue()
			b.due(p.Card)
			passes = append(passes, p)
		}
		done := make(chan error, 2)
		for _, name := range []string{"one", "two"} {
			worker := b.worker(name)
			go func() { done <- worker.TellGoogle(t.Context()) }()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		for _, p := range passes {
			if got := b.read(p.Card); !got.GoogleDue.IsZero() || got.GoogleID == "" {
				t.Errorf("%s is due %v", got.Serial, got.GoogleDue)
			}
		}
		inserts := 0
		for _, call := range b.google.Calls() {
			if call == "POST loyaltyObject" {
				inserts++
			}
		}
		if b.google.Count("loyaltyObject") != many || inserts != many || b.google.Batches() < many/20 {
			t.Errorf("%d objects by %d inserts in %d batches", b.google.Count("loyaltyObject"), inserts, b.google.Batches())
		}
	})
}

// TestGoogleAfterAFall: what was claimed by a process that fell is told by the next, once its time is over; what has changed
// since a claim stays due.
func TestGoogleAfterAFall(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		p := b.save()
		b.setPoints(p.Card, 50)
		var claimed []store.Pass
		claim := b.clock().Add(2 * time.Minute)
		b.write(func(tx *store.Tx) (err error) {
			claimed, err = tx.ClaimGoogle(t.Context(), b.tenant, b.clock(), claim, 10)
			return err
		})
		b.tell()
		if len(claimed) != 1 || b.balance(p) != "120" {
			t.Errorf("claimed %d, and told before the claim is over: %s", len(claimed), b.balance(p))
		}
		b.setPoints(p.Card, 60)
		b.write(func(tx *store.Tx) error { return tx.GoogleDone(t.Context(), claimed[0], true, claim, b.clock()) })
		if got := b.read(p.Card); got.GoogleDue.IsZero() || got.GoogleTag == got.Tag {
			t.Error("what has changed since it was claimed is no longer due")
		}
		b.pass(3 * time.Minute)
		b.tell()
		if b.balance(p) != "60" {
			t.Errorf("Google shows %s", b.balance(p))
		}
	})
}

// TestGoogleRotatingCode: the code that Google makes for itself is the one that a till accepts, at any moment.
func TestGoogleRotatingCode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		p := b.issue()
		link, err := b.passes.SaveLink(t.Context(), p, "")
		if err != nil {
			t.Fatal(err)
		}
		rotating, _ := b.object(p)["rotatingBarcode"].(map[string]any)
		pattern, _ := rotating["valuePattern"].(string)
		details, _ := rotating["totpDetails"].(map[string]any)
		parameters, _ := details["parameters"].([]any)
		if len(parameters) != 1 || details["periodMillis"] != "15000" {
			t.Fatalf("the code rotates by %v", rotating)
		}
		key, err := hex.DecodeString(parameters[0].(map[string]any)["key"].(string))
		if err != nil {
			t.Fatal(err)
		}
		for seconds := range 40 {
			at := b.clock().Add(time.Duration(seconds) * time.Second)
			digits, err := totp.GenerateCodeCustom(base32.StdEncoding.EncodeToString(key), at, totp.ValidateOpts{Period: 15, Digits: otp.DigitsEight, Algorithm: otp.AlgorithmSHA1})
			if err != nil {
				t.Fatal(err)
			}
			shown := strings.Replace(pattern, "{totp_value_0}", digits, 1)
			if shown != code.Live(shopSecret, shopMachine, at) {
				t.Fatalf("Google shows %s", shown)
			}
			if _, ok := code.Check(shopSecret, shown, at); !ok {
				t.Fatalf("a till refuses %s", shown)
			}
		}
		if strings.Contains(strings.ToLower(link), hex.EncodeToString(shopSecret)) {
			t.Error("the link has the secret in it")
		}
	})
}

// TestGoogleAccount: a service account is taken in, used, replaced, and never stands in clear.
func TestGoogleAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newShop(t, s)
		file := string(b.google.ServiceAccount())
		for name, bad := range map[string][3]string{
			"issuer":  {"x", file, "google_issuer"},
			"no json": {b.google.Issuer, "{", "google_file"},
			"a user":  {b.google.Issuer, strings.Replace(file, "service_account", "authorized_user", 1), "google_file"},
			"no key":  {b.google.Issuer, strings.Replace(file, "BEGIN PRIVATE", "BEGIN PUBLIC", 1), "google_key"},
			"long":    {b.google.Issuer, file + strings.Repeat(" ", 1<<20), "google_file"},
		} {
			_, err := b.passes.ImportGoogle(t.Context(), boss(b.tenant), bad[0], []byte(bad[1]), nil)
			var e *verno.Error
			if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Code != bad[2] {
				t.Errorf("%s: %v", name, err)
			}
		}
		row, err := s.Reader().WalletCredentialInUse(t.Context(), b.tenant, store.CredentialGoogle)
		if err != nil || strings.Contains(row.About, "PRIVATE") || row.Name != b.google.Issuer {
			t.Errorf("%+v, %v", row, err)
		}
		account, ok, err := b.passes.GoogleAccount(t.Context(), b.tenant)
		if err != nil || !ok || account.Email != b.google.Email {
			t.Errorf("%+v, %v, %v", account, ok, err)
		}
		if err := b.passes.CheckGoogle(t.Context(), b.tenant); err != nil {
			t.Error(err)
		}
		b.google.Fail(googletest.Fault{Match: "GET issuer", Status: http.StatusForbidden, Reason: "permissionDenied"})
		if err := b.passes.CheckGoogle(t.Context(), b.tenant); !errors.Is(err, verno.Conflict("google_off")) || !strings.Contains(err.Error(), "permissionDenied") {
			t.Errorf("an account that is not let in: %v", err)
		}
		other := verno.NewID[verno.TenantID](b.clock(), rand.Reader)
		if _, err := b.passes.SaveLink(t.Context(), store.Pass{Tenant: other}, ""); !errors.Is(err, verno.Conflict("google_off")) {
			t.Errorf("a link without an account: %v", err)
		}
		p := b.save()
		b.google.ExpireTokens()
		b.setPoints(p.Card, 1)
		b.tell()
		if b.balance(p) != "1" {
			t.Error("a token that no longer holds was not renewed")
		}
		if ended, err := b.passes.RetireGoogle(t.Context(), boss(b.tenant)); err != nil || !ended {
			t.Errorf("ended %v, %v", ended, err)
		}
		if _, ok, err := b.passes.GoogleAccount(t.Context(), b.tenant); err != nil || ok {
			t.Errorf("an account that was ended: %v, %v", ok, err)
		}
	})
}
