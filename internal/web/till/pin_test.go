package till_test

import (
	"net/http"
	"strings"
	"testing"
)

// at is who works at the till, as the page has it.
func (c *counter) at() string {
	c.t.Helper()
	return with[string](c.tab, `return pin.cashier()?.name ?? ""`, "pin")
}

// TestPIN: a wrong PIN says so, two touches lead to another cashier's, whoever has begun stands on the receipt, and a locked
// till opens without a network for whoever was at work only.
func TestPIN(t *testing.T) {
	t.Parallel()
	c := stand(t, "ru")
	c.hire("Борис Длиннофамильев-Константинопольский", "90514")
	c.tab.See(".pin-name")
	c.tab.Reload()
	c.tab.Until(`document.querySelectorAll(".pin-name").length === 2`)
	save(t, c.tab, "pin-names")
	c.tab.Click(".pin-name")
	c.tab.Type("#pin", "0000\r")
	c.tab.Until(`document.querySelector(".pin .bad").textContent.includes("подошёл")`)
	save(t, c.tab, "pin-wrong")
	for _, digit := range annaPIN {
		c.tab.Click(".pin-keys .button:nth-child(" + map[rune]string{'4': "4", '8': "8", '2': "2", '1': "1"}[digit] + ")")
	}
	c.tab.Click(".pin-keys .main")
	c.tab.See("#scan")
	if got := c.at(); got != "Анна Петрова" {
		t.Errorf("at the till is %q", got)
	}
	c.tab.Click("#who")
	c.tab.Click(".pin-name:last-child")
	c.tab.Type("#pin", "90514\r")
	c.tab.Until(`document.querySelector("dialog") === null`)
	if got := c.at(); !strings.HasPrefix(got, "Борис") {
		t.Errorf("at the till is %q", got)
	}
	c.synced()
	c.sell("", "100")
	c.next()
	with[bool](c.tab, `pin.lock(); return true`, "pin")
	c.tab.See("dialog.pin")
	c.tab.Keys("\x1b")
	c.tab.See("dialog.pin #pin")
	c.tab.Type("#pin", "1111\r")
	c.tab.Until(`document.querySelector(".pin .bad").textContent !== ""`)
	c.tab.Type("#pin", "90514\r")
	c.tab.Until(`document.querySelector("dialog") === null`)
	c.cut()
	with[bool](c.tab, `pin.watch(() => {}, 0.0001); return true`, "pin")
	c.tab.See(".pin-go-on")
	save(t, c.tab, "pin-offline")
	c.tab.Click(".pin > .button.plain")
	c.tab.Click(".pin-name")
	c.tab.Type("#pin", annaPIN+"\r")
	c.tab.Until(`document.querySelector(".pin .bad").textContent.includes("Нет связи")`)
	if got := c.at(); !strings.HasPrefix(got, "Борис") {
		t.Errorf("without a network %q took over", got)
	}
	var found struct {
		Items []struct {
			Cashier string `json:"cashier_id"`
		} `json:"items"`
	}
	c.api(http.MethodPost, "/receipts/search", map[string]any{"terminal_id": c.terminal}, &found)
	if len(found.Items) != 1 || found.Items[0].Cashier == "" || found.Items[0].Cashier == c.staff {
		t.Errorf("the books have %+v", found.Items)
	}
}
