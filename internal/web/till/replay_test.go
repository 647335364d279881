package till_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// begin lets Anna begin her shift, and waits until the till knows what it needs offline.
func (c *counter) begin() {
	c.t.Helper()
	c.tab.Click(".pin-name")
	c.tab.Type("#pin", annaPIN+"\r")
	c.tab.See("#scan")
	c.synced()
}

// synced waits until the till is online, everything is handed in and the cards are known.
func (c *counter) synced() {
	c.t.Helper()
	c.tab.Until(`document.readyState === "complete"`)
	with[bool](c.tab, `for (;;) {
		const n = await queue.counts();
		if (sync.state().mode === "online" && n.open + n.waiting === 0 && await sync.terms()) return true;
		sync.hurry();
		await new Promise((r) => setTimeout(r, 50));
	}`, "queue", "sync")
}

// cut takes the network away and waits until the till knows.
func (c *counter) cut() {
	c.t.Helper()
	c.gate.shut.Store(true)
	with[bool](c.tab, `sync.lost(); return true`, "sync")
	c.tab.See(".offline-bar.warn")
}

// enter types a line into the till's field as a person does, who takes a breath before Enter.
func (c *counter) enter(text string) {
	c.t.Helper()
	c.tab.Type("#scan", text)
	webtest.Eval[bool](c.tab, `new Promise((done) => setTimeout(() => done(true), 120))`)
	c.tab.Keys("\r")
}

// pay takes cash as soon as it is known how much.
func (c *counter) pay() {
	c.t.Helper()
	c.tab.Until(`document.querySelector("#pay-cash:not(:disabled)") !== null && document.querySelector(".total.busy") === null`)
	webtest.Eval[bool](c.tab, `document.querySelector("#pay-cash").click() ?? true`)
}

// sell sells for a sum, to whoever has the number.
func (c *counter) sell(number, sum string) {
	c.t.Helper()
	if number != "" {
		c.enter(number)
		c.tab.See(".guest .name")
	}
	c.enter(sum)
	c.pay()
	c.tab.See(".done")
}

func (c *counter) next() {
	c.t.Helper()
	c.tab.Click("#next")
	c.tab.See("#scan")
}

// TestOfflineSale: a sale without a network lies in the queue, a reload changes nothing, the shift cannot end, and when the
// network is back the books have it exactly once.
func TestOfflineSale(t *testing.T) {
	t.Parallel()
	c := stand(t, "ru")
	c.begin()
	c.tab.Until(`navigator.serviceWorker.controller !== null && caches.match("/till/").then((kept) => kept !== undefined)`)
	c.cut()
	c.sell("", "500")
	c.next()
	c.sell("+79161234567", "1200")
	save(t, c.tab, "offline-sold")
	c.next()
	if got := c.tab.Text(".offline-bar"); !strings.Contains(got, "в очереди 2 записи") {
		t.Errorf("the bar says %q", got)
	}
	c.tab.Reload()
	c.tab.See("#scan")
	c.tab.See(".offline-bar.warn")
	if n := with[int](c.tab, `return (await queue.list("waiting")).length`, "queue"); n != 2 {
		t.Errorf("%d sales wait after a reload", n)
	}
	if with[bool](c.tab, `return sync.mayLeave()`, "sync") {
		t.Error("the shift may end")
	}
	if got := c.receipts(); len(got) != 0 {
		t.Fatalf("the books have %v", got)
	}
	save(t, c.tab, "offline")
	c.api(http.MethodPost, "/members", map[string]any{"phone": "+79161234567"}, nil)
	keys := with[[]string](c.tab, `return (await queue.list("waiting")).map((op) => op.key)`, "queue")
	c.gate.shut.Store(false)
	c.synced()
	got := c.receipts()
	slices.Sort(got)
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		t.Errorf("the books have %v, not %v", got, keys)
	}
	c.tab.Until(`document.querySelector(".offline-bar") === null`)
	if !with[bool](c.tab, `return sync.mayLeave()`, "sync") {
		t.Error("the shift may not end")
	}
	c.tab.Reload()
	c.synced()
	if again := c.receipts(); len(again) != 2 {
		t.Errorf("after another reload the books have %v", again)
	}
}

// TestLostAnswer: the sale is in the books, its answer was lost, and the till was switched off in the middle. Handed in
// again it is still one.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	c := stand(t, "en")
	c.begin()
	c.enter("250")
	c.tab.Until(`document.querySelector("#pay-cash:not(:disabled)") !== null && document.querySelector(".total.busy") === null`)
	c.gate.deaf.Store(true)
	c.pay()
	c.tab.Until(`document.querySelector(".done") !== null`)
	if got := c.receipts(); len(got) != 1 {
		t.Fatalf("the books have %v before the network is back", got)
	}
	c.gate.deaf.Store(false)
	c.tab.Reload()
	c.synced()
	if got := c.receipts(); len(got) != 1 {
		t.Errorf("the books have %v", got)
	}
	if n := with[int](c.tab, `return (await queue.list("done")).length`, "queue"); n != 1 {
		t.Errorf("the till has %d", n)
	}
}

// TestTwoTabs: two pages of a till sell offline, one of them leads, and each sale is handed in once and in order.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	c := stand(t, "ru")
	c.begin()
	other := c.open(800, 600, "ru")
	other.Go(c.gate.URL + "/till/")
	other.See("#scan")
	c.cut()
	sell := func(tab *webtest.Tab, n int) {
		with[bool](tab, fmt.Sprintf(`for (let i = 0; i < %d; i++) {
			const price = { amount: 10000 + i, currency: "RUB" };
			await sync.sell({ currency: "RUB", lines: [{ id: "1", quantity: "1", price }], tenders: [{ kind: "cash", amount: price }], charged: price });
		}
		return true`, n), "sync")
	}
	sell(c.tab, 7)
	sell(other, 6)
	leads := func(tab *webtest.Tab) bool { return with[bool](tab, `return sync.leads()`, "sync") }
	if leads(c.tab) == leads(other) {
		t.Error("not one page leads")
	}
	c.gate.shut.Store(false)
	c.synced()
	if got := c.receipts(); len(got) != 13 {
		t.Errorf("the books have %d receipts", len(got))
	}
	other.Until(`document.querySelector(".offline-bar") === null`)
}

// TestFirstQuestionIsLost: a till that could not learn what it is as it began learns it when the network answers, and asks who
// works there.
func TestFirstQuestionIsLost(t *testing.T) {
	t.Parallel()
	c := stand(t, "ru")
	c.tab.See(".pin-name")
	webtest.Eval[bool](c.tab, `Object.keys(localStorage).every((key) => {
		const known = JSON.parse(localStorage.getItem(key));
		if (known.cashiers) localStorage.setItem(key, JSON.stringify({ ...known, cashiers: [] }));
		return true;
	})`) // As of a till that was paired a moment ago.
	c.gate.lose.Store(true)
	c.tab.Reload()
	c.begin()
	if n := webtest.Eval[int](c.tab, `document.querySelectorAll(".offline-bar.warn").length`); n != 0 {
		t.Error("it takes itself to be without a network")
	}
	if c.gate.lose.Load() {
		t.Error("it did not ask what it is")
	}
}

// TestEnrolOffline: whoever joins without a network is a member when it is back, and the sale behind is that member's.
func TestEnrolOffline(t *testing.T) {
	t.Parallel()
	c := stand(t, "ru")
	c.begin()
	c.cut()
	with[bool](c.tab, `
		await sync.enrol({ phone: "+79990001122", first_name: "Ольга", channel: "till" });
		const price = { amount: 70000, currency: "RUB" };
		await sync.sell({ currency: "RUB", lines: [{ id: "1", quantity: "1", price }], tenders: [{ kind: "cash", amount: price }], charged: price, scan: "8 999 000-11-22" });
		return true`, "sync")
	c.gate.shut.Store(false)
	c.synced()
	var found struct {
		Items []struct {
			Member string `json:"member_id"`
			Totals struct {
				Earn int64 `json:"earn"`
			} `json:"totals"`
		} `json:"items"`
	}
	c.api(http.MethodPost, "/receipts/search", map[string]any{"terminal_id": c.terminal}, &found)
	if len(found.Items) != 1 || found.Items[0].Member == "" || found.Items[0].Totals.Earn == 0 {
		t.Errorf("the books have %+v", found.Items)
	}
}

// TestTrouble: what the books refuse stays on the till until a manager has dealt with it, in words, and hinders nothing.
func TestTrouble(t *testing.T) {
	t.Parallel()
	c := stand(t, "ru")
	c.begin()
	c.cut()
	with[bool](c.tab, `
		const price = { amount: 30000, currency: "RUB" };
		const sale = { currency: "RUB", lines: [{ id: "1", quantity: "1", price }], tenders: [{ kind: "cash", amount: price }], charged: price };
		await sync.sell({ ...sale, scan: "+79995554433" });
		await sync.sell(sale);
		return true`, "sync")
	c.gate.shut.Store(false)
	c.synced()
	if got := c.receipts(); len(got) != 1 {
		t.Errorf("the books have %v", got)
	}
	if with[bool](c.tab, `return sync.mayLeave()`, "sync") {
		t.Error("the shift may end while a manager is needed")
	}
	c.tab.Click(".offline-bar.bad .button")
	c.tab.See("dialog.journal")
	if got := c.tab.Text("dialog.journal"); !strings.Contains(got, "Не принята") || !strings.Contains(got, "Проведена") || strings.Contains(got, "⟨") {
		t.Errorf("the list says %q", got)
	}
	save(t, c.tab, "journal")
	c.api(http.MethodPost, "/members", map[string]any{"phone": "+79995554433"}, nil)
	c.tab.Click("dialog.journal .journal-why .button")
	c.synced()
	if got := c.receipts(); len(got) != 2 {
		t.Errorf("after the cause was mended the books have %v", got)
	}
	c.tab.Until(`document.querySelector(".offline-bar") === null`)
}

// TestClock: a sale happened when the server says it did, however wrong the till's clock is.
func TestClock(t *testing.T) {
	t.Parallel()
	const ahead = 3 * time.Hour
	c := standAt(t, "ru", func(at time.Time) time.Time { return at.Add(ahead) })
	c.begin()
	c.cut()
	before := time.Now().Add(ahead)
	c.sell("", "300")
	for _, hours := range []string{"5", "-5"} { // Somebody sets the tablet's clock in the meantime, and right again.
		with[bool](c.tab, fmt.Sprintf(`
			const real = Date.now, price = { amount: 10000, currency: "RUB" };
			Date.now = () => real() + %s * 3600_000;
			await sync.sell({ currency: "RUB", lines: [{ id: "1", quantity: "1", price }], tenders: [{ kind: "cash", amount: price }], charged: price });
			Date.now = real;
			return true`, hours), "sync")
	}
	c.gate.shut.Store(false)
	c.synced()
	after := time.Now().Add(ahead)
	var found struct {
		Items []struct {
			At time.Time `json:"occurred_at"`
		} `json:"items"`
	}
	c.api(http.MethodPost, "/receipts/search", map[string]any{"terminal_id": c.terminal}, &found)
	const skew = 20 * time.Second // of a machine that is busy while the clocks are compared
	if len(found.Items) != 3 {
		t.Errorf("the books have %+v", found.Items)
	}
	for _, sale := range found.Items {
		if sale.At.Before(before.Add(-skew)) || sale.At.After(after.Add(skew)) {
			t.Errorf("a sale between %v and %v happened at %v", before, after, sale.At)
		}
	}
}

// TestDisk: where the tablet cannot keep a sale none is made, and the cashier is told. One that is in the books stays made,
// though the tablet cannot note it, and is handed in no second time.
func TestDisk(t *testing.T) {
	t.Parallel()
	c := stand(t, "en")
	c.begin()
	c.enter("250")
	c.tab.Until(`document.querySelector("#pay-cash:not(:disabled)") !== null && document.querySelector(".total.busy") === null`)
	webtest.Eval[bool](c.tab, `(window.add = IDBObjectStore.prototype.add, IDBObjectStore.prototype.add = function () { this.transaction.abort(); }, true)`)
	c.pay()
	c.tab.See(".said .notice.bad")
	if got := c.tab.Text(".said"); !strings.Contains(got, "The sale was not made") {
		t.Errorf("the cashier is told %q", got)
	}
	if got := c.receipts(); len(got) != 0 {
		t.Errorf("the books have %v", got)
	}
	webtest.Eval[bool](c.tab, `(IDBObjectStore.prototype.add = window.add, IDBCursor.prototype.update = function () { this.request.transaction.abort(); }, true)`)
	c.pay()
	c.tab.See(".done:not(.queued)")
	c.tab.Reload()
	c.tab.See("#scan")
	c.synced()
	if got := c.receipts(); len(got) != 1 {
		t.Errorf("the books have %v", got)
	}
}

// TestOtherTill: what was sold at one till is not handed in by another that the tablet has become, before a manager says so.
func TestOtherTill(t *testing.T) {
	t.Parallel()
	c := stand(t, "en")
	c.begin()
	c.cut()
	c.sell("", "300")
	first := c.terminal
	c.terminal = c.newTill("8")
	c.gate.busy.Store(true)
	c.gate.shut.Store(false)
	c.pair()
	c.gate.busy.Store(false)
	c.begin()
	if got := c.receipts(); len(got) != 0 {
		t.Errorf("the other till has %v", got)
	}
	c.terminal, first = first, c.terminal
	if got := c.receipts(); len(got) != 0 {
		t.Errorf("the first till has %v", got)
	}
	c.terminal = first
	c.tab.Click(".offline-bar.bad .button")
	c.tab.Until(`document.querySelector("dialog.journal")?.textContent.includes("another till")`)
	c.tab.Click("dialog.journal .journal-why .button")
	c.synced()
	if got := c.receipts(); len(got) != 1 {
		t.Errorf("the till that the manager chose has %v", got)
	}
}
