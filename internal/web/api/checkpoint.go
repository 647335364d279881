package api

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// LatestCheckpoint is where the log stands, with all that is needed to check what it signs.
type LatestCheckpoint struct {
	Checkpoint Checkpoint `json:"checkpoint"`
	Log        string     `json:"log" doc:"The log's name: the first line of each of its notes."`
	Keys       []string   `json:"keys" doc:"Every key that has ever signed, the oldest first, as C2SP signed-note writes verifier keys: name+hash+key. Keep them yourself: a key that only the log shows proves nothing against the log."`
}

// Growth shows that the log of one size is the beginning of the log of another: that nothing was changed or taken out.
type Growth struct {
	From int64    `json:"from"`
	To   int64    `json:"to"`
	Path []string `json:"path" doc:"Hashes (RFC 6962, 2.1.2), base64; none where the sizes are the same."`
}

func (a *API) checkpointRoutes() {
	handle(a, operation{
		route: "GET /checkpoints/latest", id: "get-checkpoint", tag: "feed", summary: "Read the newest checkpoint and the log's keys",
		detail: "The log is sealed within about two seconds. Before the first event there is no checkpoint.", codes: []string{"not_found"},
	}, a.latestCheckpoint)
	handle(a, operation{
		route: "GET /checkpoints/consistency", id: "prove-growth", tag: "feed", summary: "Prove that the log has only grown",
		detail: "Between any two sizes up to the newest checkpoint's. An auditor keeps the last checkpoint that he saw and asks for the way from there.",
		codes:  []string{"not_found"},
	}, a.growth)
}

func (a *API) latestCheckpoint(ctx context.Context, c *call, _ *struct{}) (*LatestCheckpoint, error) {
	last, err := a.Reader.LatestCheckpoint(ctx, c.actor.Tenant)
	if err != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(last.Note, "\n")
	shown := &LatestCheckpoint{Checkpoint: showCheckpoint(&last), Log: name}
	keys, err := a.Reader.TenantKeys(ctx, c.actor.Tenant)
	if err != nil {
		return nil, err
	}
	for i := range keys {
		if len(keys[i].Public) != ed25519.PublicKeySize {
			continue
		}
		key, err := note.NewEd25519VerifierKey(name, ed25519.PublicKey(keys[i].Public))
		if err != nil {
			return nil, err
		}
		shown.Keys = append(shown.Keys, key)
	}
	return shown, nil
}

type growthRequest struct {
	From int64 `query:"from" required:"true" minimum:"1" maximum:"9007199254740991" doc:"Size that is known."`
	To   int64 `query:"to" minimum:"1" maximum:"9007199254740991" doc:"Size that is new; the newest checkpoint's where it is left out."`
}

func (a *API) growth(ctx context.Context, c *call, in *growthRequest) (*Growth, error) {
	last, err := a.Reader.LatestCheckpoint(ctx, c.actor.Tenant)
	if err != nil {
		return nil, err
	}
	if in.To == 0 {
		in.To = last.Size
	}
	if in.From > in.To {
		return nil, verno.InvalidField("from", "number_range", "min", "1", "max", "to")
	}
	if in.To > last.Size {
		return nil, store.ErrNotFound
	}
	path, err := a.ProveGrowth(ctx, c.actor.Tenant, in.From, in.To)
	if err != nil {
		return nil, err
	}
	shown := &Growth{From: in.From, To: in.To}
	for _, hash := range path {
		shown.Path = append(shown.Path, base64.StdEncoding.EncodeToString(hash))
	}
	return shown, nil
}
