package server_test

import (
	"errors"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/server"
)

// TestPassOfNoCard: whoever wants the pass of a card that is not there is told so.
func TestPassOfNoCard(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		if _, err := d.server.BuildPass(d.ctx, server.Whose{}, verno.CardID{1}); !errors.Is(err, verno.NotFound("not_found")) {
			t.Errorf("a card that is not there: %v", err)
		}
	})
}
