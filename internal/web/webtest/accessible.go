package webtest

import (
	"crypto/sha256"
	_ "embed" // for axe
	"encoding/hex"
	"strings"
)

// axe is Deque's checker, as it is published; its licences lie beside it. Only tests load it.
//
//go:embed axe-core@4.11.0/axe.min.js
var axe string

// axeSum is the SHA-256 of what was published.
const axeSum = "e9e5863c33a874f09bc01acd9234b7e3c871479f5eef8802fa582544465e6d01"

// Accessible fails the test where the page has a serious fault for whoever does not see it well, hears it, or has no
// mouse: by the rules of WCAG 2.2 AA that a program can check.
func (tab *Tab) Accessible() {
	tab.tb.Helper()
	if sum := sha256.Sum256([]byte(axe)); hex.EncodeToString(sum[:]) != axeSum {
		tab.tb.Fatal("axe is not the one that was published")
	}
	var faults []string
	for faults == nil { // A page that has loaded itself anew meanwhile knows nothing of axe.
		if !Eval[bool](tab, `"axe" in window`) {
			Eval[bool](tab, axe+"; true")
		}
		// What fades in is as pale as its moment: it is looked at when it has arrived.
		Eval[bool](tab, `Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime !== Infinity)
			.map((a) => a.finished.catch(() => null))).then(() => true)`)
		faults = Eval[[]string](tab, `"axe" in window ? axe.run(document, {
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
		}).then((r) => r.violations.filter((v) => v.impact === "serious" || v.impact === "critical")
			.flatMap((v) => v.nodes.map((n) => v.id + " (" + v.impact + "): " + n.html.slice(0, 200) + " " + n.failureSummary))) : null`)
	}
	if len(faults) > 0 {
		tab.tb.Errorf("%s\n%s", Eval[string](tab, "location.href"), strings.Join(faults, "\n"))
	}
}
