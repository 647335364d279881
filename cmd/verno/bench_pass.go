package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/verno-loyalty/verno/internal/rig"
)

// benchPass measures how fast Apple passes are made, beside the bare RSA signature that each costs.
func benchPass(ctx context.Context, t *term, args []string) error {
	f := flags(t, "bench pass", "[flags]")
	seconds := f.Int("seconds", 10, "length of the measurement")
	asJSON := f.Bool("json", false, "print the figures as JSON")
	profile := f.String("cpuprofile", "", "write a CPU profile of the measurement")
	if err := parse(f, args); err != nil {
		return err
	}
	g, err := rig.BenchPass(ctx, time.Now, time.Duration(*seconds)*time.Second, *profile, t.progress)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(t.out).Encode(g)
	}
	fmt.Fprintf(t.out, "RSA-2048 %.0f/s, whole passes %.0f/s of %d bytes: %.2f of the bare signature, on one core\n", g.RSA, g.Built, g.Bytes, g.Ratio)
	return nil
}
