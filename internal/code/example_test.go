package code_test

import (
	"fmt"
	"time"

	"github.com/verno-loyalty/verno/internal/code"
)

// A card shows a code that changes every 15 seconds; the till's one field takes it.
func Example() {
	machine, secret := code.NewMachine(entropy(30)), code.NewSecret(entropy(31))
	now := time.Date(2026, time.November, 22, 12, 0, 7, 0, time.UTC)

	scan, err := code.Parse(code.Live(secret, machine, now))
	if err != nil {
		fmt.Println(err)
		return
	}
	step, ok := code.Check(secret, scan.Value, now.Add(10*time.Second))
	fmt.Println(scan.Kind, scan.Machine == machine, ok, step == now.Unix()/15)
	// Output: live true true true
}
