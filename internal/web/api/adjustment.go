package api

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// AdjustmentBody gives points or takes them.
type AdjustmentBody struct {
	Points money.Points `json:"points" minimum:"-1000000000000" maximum:"1000000000000" doc:"In the smallest unit; below zero takes."`
	Reason string       `json:"reason" maxLength:"40" enum:"goodwill,missing_points,complaint,correction,fraud,migration"`
}

// Adjustment is a correction that was made, or that waits for a second person.
type Adjustment struct {
	State  string         `json:"state" enum:"made,waiting" doc:"waiting: it was above the limit of who asked; nothing moves before somebody else approves the task."`
	Entry  verno.EntryID  `json:"entry_id,omitzero" doc:"Of one that was made."`
	Task   verno.TaskID   `json:"task_id,omitzero" doc:"Of one that waits."`
	Until  time.Time      `json:"waits_until,omitzero" doc:"Of one that waits."`
	Member verno.MemberID `json:"member_id"`
	Points money.Points   `json:"points"`
	Reason string         `json:"reason"`
}

// Approved is an adjustment that was made on the word of a second person.
type Approved struct {
	Task      verno.TaskID  `json:"task_id"`
	Entry     verno.EntryID `json:"entry_id"`
	Available money.Points  `json:"available" doc:"What the member may spend now."`
}

func (a *API) adjustmentRoutes() {
	handle(a, operation{
		route: "POST /members/{id}/points/adjustments", id: "adjust-points", tag: "members", summary: "Correct a member's points", keyed: keyNeeded, status: 201,
		detail: "An entry of its own, with a reason. What is above the limit of the person who asks waits for a second person: the answer names the task. " +
			"A key has nobody to ask and is refused.",
		codes: []string{"adjust_limit", "adjust_daily", "insufficient_points", "person_erased", "idempotency_key_reused", "outcome_unknown"},
	}, a.adjustPoints)
	judging := []string{"not_found", "second_person", "person_needed", "task_done", "task_lapsed", "task_undecided"}
	handle(a, operation{
		route: "POST /tasks/{id}/approve", id: "approve-task", tag: "feed", summary: "Approve an adjustment that waits",
		detail: "By another person than the one who asked for it.", codes: append([]string{"insufficient_points", "person_erased"}, judging...),
	}, a.approveTask)
	handle(a, operation{
		route: "POST /tasks/{id}/refuse", id: "refuse-task", tag: "feed", summary: "Refuse an adjustment that waits",
		detail: "By another person than the one who asked for it. Nothing moves.", codes: judging,
	}, a.refuseTask)
}

type adjustRequest struct {
	ID   verno.MemberID `path:"id"`
	Body AdjustmentBody
}

func (a *API) adjustPoints(ctx context.Context, c *call, in *adjustRequest) (*Adjustment, error) {
	done, err := a.Members.Adjust(ctx, c.actor, c.now, member.Adjust{
		Key: c.key, BodyHash: c.hash, Member: in.ID, Points: in.Body.Points, Reason: in.Body.Reason,
	})
	if err != nil {
		return nil, err
	}
	c.answer.replayed = done.Replayed
	shown := &Adjustment{
		State: "made", Entry: done.Entry, Task: done.Task, Until: done.Until, Member: in.ID, Points: in.Body.Points, Reason: in.Body.Reason,
	}
	if !done.Task.IsZero() {
		shown.State = "waiting"
	}
	return shown, nil
}

func (a *API) approveTask(ctx context.Context, c *call, in *taskRequest) (*Approved, error) {
	done, err := a.Members.Approve(ctx, c.actor, c.now, in.ID)
	if err != nil {
		return nil, err
	}
	return &Approved{in.ID, done.Entry, done.Points.Available}, nil
}

func (a *API) refuseTask(ctx context.Context, c *call, in *taskRequest) (*Task, error) {
	t, err := a.Members.Refuse(ctx, c.actor, c.now, in.ID)
	if err != nil {
		return nil, err
	}
	shown := showTask(&t)
	return &shown, nil
}
