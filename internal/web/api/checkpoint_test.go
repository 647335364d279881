package api_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func contains(text, part string) bool { return part != "" && strings.Contains(text, part) }

// seen is a checkpoint that an auditor has checked by its signature.
type seen struct {
	tree tlog.Tree
	key  string
}

// audited reads the newest checkpoint as an auditor does: by the note alone, with a key that he knows.
func (b *bundle) audited() seen {
	b.t.Helper()
	r := b.ask(request{do: "GET /checkpoints/latest"}).want(200)
	key := r.str("keys", 0)
	signer, err := note.NewVerifier(key)
	b.must(err)
	opened, err := note.Open([]byte(r.str("checkpoint", "note")), note.VerifierList(signer))
	b.must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	b.must(err)
	if lines[0] != r.str("log") || size != r.num("checkpoint", "size") || lines[2] != r.str("checkpoint", "root") {
		b.t.Errorf("the note says something else: %s", r.raw)
	}
	return seen{tlog.Tree{N: size, Hash: hashOf(b.t, lines[2])}, key}
}

// TestLogOnlyGrows checks with nothing but the checkpoints that the log of yesterday is the beginning of today's, and
// that a proof does not fit a log that was changed.
func TestLogOnlyGrows(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.ask(request{do: "GET /checkpoints/latest"}).want(404, "not_found")
		b.ask(request{do: "GET /checkpoints/consistency?from=1"}).want(404, "not_found")
		seal := func() seen {
			_, err := b.sealer.Seal(b.ctx, b.clock)
			b.must(err)
			return b.audited()
		}
		old := seal()
		for i := range 5 {
			b.sell(fmt.Sprintf("s%d", i), basket(1)).want(201)
			grown := seal()
			if grown.key != old.key || grown.tree.N <= old.tree.N {
				t.Fatalf("from %v to %v", old, grown)
			}
			r := b.ask(request{do: fmt.Sprintf("GET /checkpoints/consistency?from=%d&to=%d", old.tree.N, grown.tree.N)}).want(200)
			var proof tlog.TreeProof
			for i := range r.at("path").([]any) {
				proof = append(proof, hashOf(t, r.str("path", i)))
			}
			if err := tlog.CheckTree(proof, grown.tree.N, grown.tree.Hash, old.tree.N, old.tree.Hash); err != nil {
				t.Errorf("the log has not only grown: %v", err)
			}
			forged := old.tree.Hash
			forged[0] ^= 1
			if tlog.CheckTree(proof, grown.tree.N, grown.tree.Hash, old.tree.N, forged) == nil {
				t.Errorf("the proof proves another log too")
			}
		}
		last := seal().tree.N
		same := b.ask(request{do: fmt.Sprintf("GET /checkpoints/consistency?from=%d", last)}).want(200)
		if len(same.at("path").([]any)) != 0 {
			t.Errorf("between equal sizes: %s", same.raw)
		}
		b.ask(request{do: fmt.Sprintf("GET /checkpoints/consistency?from=1&to=%d", last+1)}).want(404, "not_found")
		b.ask(request{do: "GET /checkpoints/consistency?from=2&to=1"}).want(422, "invalid_request")
		b.ask(request{do: "GET /checkpoints/consistency"}).want(422, "invalid_request")
		b.ask(request{do: "GET /checkpoints/consistency?from=0"}).want(422, "invalid_request")
		b.ask(request{do: "GET /checkpoints/latest", token: b.token}).want(403, "permission_missing")
	})
}
