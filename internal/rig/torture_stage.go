package rig

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// stage is the tenant on which torture acts, and what its callers know of it.
type stage struct {
	Live struct {
		Programme string `json:"programme_id"`
		Store     string `json:"store_id"`
		APIKey    string `json:"api_key"`
	} `json:"live"`
	run     string // tells our keys from those of other runs
	members []string

	mu        sync.Mutex
	keys      int64
	presences map[string]presence
	sold      []*sold
	held      []held
}

// presence is who stands at the till, for as long as that may be believed.
type presence struct {
	token string
	until time.Time
}

// sold is an acknowledged sale of which something can still be returned.
type sold struct {
	key    string
	id     string
	member string
	lines  []string
	left   []int64 // pieces
}

// held is an acknowledged hold that has not been ended.
type held struct {
	id, member, kind string
	amount           int64
}

// newKey names an operation of this run.
func (s *stage) newKey(kind string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys++
	return fmt.Sprintf("%s-%s-%d", s.run, kind, s.keys)
}

// found makes a tenant of its own with verno init.
func (r *rack) found(ctx context.Context) (*stage, error) {
	s := &stage{run: fmt.Sprintf("t%d", r.began.UnixMicro()), presences: map[string]presence{}}
	return s, r.tell(ctx, s, "init", "-name", "Torture "+s.run, "-owner", s.run)
}

// Each member begins with points and money to spend.
const (
	firstPoints = 2_000
	firstMoney  = 500_000
	players     = 24
)

// open brings members in and gives them something to lose.
func (r *rack) open(ctx context.Context) error {
	for range players {
		id, err := r.join(ctx)
		if err != nil {
			return err
		}
		for _, o := range []*order{r.stage.adjust(id, firstPoints), r.stage.topUp(id, firstMoney)} {
			if a, err := r.place(ctx, o); err != nil {
				return err
			} else if !a.done() {
				return fmt.Errorf("%s: %s", o.Kind, a)
			}
		}
	}
	return nil
}

// join brings a member in, who has nothing yet.
func (r *rack) join(ctx context.Context) (string, error) {
	var made struct {
		Member struct {
			ID string `json:"id"`
		} `json:"member"`
	}
	body := map[string]any{"external_id": r.stage.newKey("member")}
	if err := r.caller.ask(ctx, http.MethodPost, "/api/v1/members", body, &made); err != nil {
		return "", err
	}
	r.stage.members = append(r.stage.members, made.Member.ID)
	return made.Member.ID, nil
}

// presenceLife is less than Verno's own, so that none ends on its way.
const presenceLife = 3 * time.Minute

// presence identifies a member, or remembers that it was.
func (r *rack) presence(ctx context.Context, member string) (string, error) {
	s := r.stage
	now := r.Clock()
	s.mu.Lock()
	known := s.presences[member]
	s.mu.Unlock()
	if now.Before(known.until) {
		return known.token, nil
	}
	var got identified
	err := r.caller.ask(ctx, http.MethodPost, "/api/v1/identifications", map[string]string{"member_id": member, "store_id": s.Live.Store}, &got)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	s.presences[member] = presence{got.Presence, now.Add(presenceLife)}
	s.mu.Unlock()
	return got.Presence, nil
}

// balance is what the API says that a member has.
type balance struct {
	Points    int64 `json:"balance"`
	Available int64 `json:"available"`
	Expiring  []struct {
		At time.Time `json:"expires_at"`
	} `json:"expiring"`
	Stored []struct {
		Amount amount `json:"amount"`
	} `json:"stored_money"`
}

func (b *balance) money() (sum int64) {
	for _, s := range b.Stored {
		sum += s.Amount.Amount
	}
	return sum
}

func (r *rack) balance(ctx context.Context, member string) (b balance, err error) {
	return b, r.caller.ask(ctx, http.MethodGet, "/api/v1/members/"+member+"/points", nil, &b)
}

// learn remembers what an acknowledged order has made possible.
func (s *stage) learn(o *order, t *told) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch o.Kind {
	case "sale":
		made := &sold{key: o.Key, id: t.ID, member: o.Member}
		for _, l := range t.Lines {
			pieces := int64(0)
			_, _ = fmt.Sscan(strings.SplitN(l.Quantity, ".", 2)[0], &pieces)
			made.lines, made.left = append(made.lines, l.ID), append(made.left, pieces)
		}
		s.sold = append(s.sold, made)
	case "hold":
		s.held = append(s.held, held{id: t.ID, member: o.Member, kind: o.Of, amount: t.amount})
	}
}
