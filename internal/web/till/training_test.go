package till_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestTraining: a sale, its undoing and a return in training look as they do in earnest, are marked on every screen, and reach
// neither the books nor the queue.
func TestTraining(t *testing.T) {
	t.Parallel()
	c := stand(t, "ru")
	c.begin()
	c.tab.Click("#menu")
	c.tab.Click("#show-training")
	c.tab.Click("#train")
	c.tab.See(".training-mark")
	c.tab.See("#scan")
	c.gate.asked.Store(0)
	c.sell("+79001234567", "1000")
	save(t, c.tab, "training-sold")
	if got := c.tab.Text(".done"); !strings.Contains(got, "50 баллов") || strings.Contains(got, "⟨") {
		t.Errorf("the result says %q", got)
	}
	c.tab.Click("#undo")
	c.tab.Until(`document.querySelector(".done").textContent.includes("отменена")`)
	c.next()
	c.sell("+79001234567", "600")
	c.next()
	c.tab.Click("#tab-back")
	c.tab.See(".training-mark")
	c.tab.Until(`!document.body.textContent.includes("⟨")`)
	save(t, c.tab, "training-return")
	c.tab.Click("#tab-totals")
	c.tab.See(".training-mark")
	save(t, c.tab, "training-totals")
	c.tab.Click("#tab-sale")
	c.enter("+79005550011")
	c.tab.Click(".guest-notes .button")
	c.tab.Type("#top-sum", "300")
	c.tab.Click("#top-cash")
	c.tab.See("dialog .notice.good")
	c.tab.Click("dialog .button.big")
	c.enter("+79005550000")
	c.tab.Click("#enrol")
	c.tab.Click("#join-agree")
	c.tab.Click("#join-do")
	c.tab.Until(`document.querySelector("dialog") === null`)
	if n := c.gate.asked.Load(); n != 0 {
		t.Errorf("%d requests left the training", n)
	}
	if got := c.receipts(); len(got) != 0 {
		t.Errorf("the books have %v", got)
	}
	if n := with[int](c.tab, `return queue.unsynced()`, "queue"); n != 0 {
		t.Errorf("the queue has %d", n)
	}
	var members struct {
		Items []struct {
			Phone string `json:"phone"`
		} `json:"items"`
	}
	c.api("GET", "/members?limit=100", nil, &members)
	for _, m := range members.Items {
		if strings.HasPrefix(m.Phone, "+7900555") {
			t.Errorf("the training has enrolled %s", m.Phone)
		}
	}
	refused := with[bool](c.tab, `return queue.put({ kind: "sale", key: "k", body: {} }).then(() => false, () => true)`, "queue")
	if !refused {
		t.Error("the queue keeps a sale of the training")
	}
	c.tab.Click(".training-mark .button")
	c.tab.Until(`document.querySelector(".training-mark") === null && document.querySelector("#scan") !== null`)
	if webtest.Eval[bool](c.tab, `"training" in document.documentElement.dataset`) {
		t.Error("the mark stays")
	}
}
