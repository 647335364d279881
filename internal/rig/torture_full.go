package rig

import (
	"context"
	"errors"
	"time"
)

// fullLeaves bounds the room that a full disk has left: little enough to be used up by the trade of a second.
const fullLeaves = 1 << 20

// fullPatience bounds how long it is waited for a full disk to be felt, and fullFor how long it stays full then.
const (
	fullPatience = 5 * time.Second
	fullFor      = 300 * time.Millisecond
)

// syncFailed is the exit code of a Verno whose disk failed to sync: it must not go on and has to be started again.
const syncFailed = 70

// fullDisks fills the disk under load again and again, and makes room after a while. What was acknowledged stays; Verno
// gets well by itself, or has stopped in the way that it documents.
func (r *rack) fullDisks(ctx context.Context) error {
	for r.more(ctx) {
		t := r.trade(ctx, true)
		r.strike(ctx, t)
		err := r.full(ctx)
		if err == nil && !r.verno.gone() {
			r.ready(ctx, r.Clock())
			t.until(ctx, t.acks.Load()+int64(r.Clients))
		}
		if err := errors.Join(err, t.end()); err != nil {
			return err
		}
		if r.verno.gone() {
			if code := r.verno.cmd.ProcessState.ExitCode(); code != syncFailed {
				r.blamef(&r.ServerErrors, "Verno ended with %d when its disk was full", code)
			}
			if err := r.start(ctx); err != nil {
				return err
			}
		}
		if err := r.settle(ctx, t); err != nil {
			return err
		}
		r.Cycles++
		r.Say("full disks", r.Cycles, r.Rounds)
	}
	return ctx.Err()
}

// full is a disk that is full for a while. Where it was too much for PostgreSQL, that is started again.
func (r *rack) full(ctx context.Context) error {
	told := r.told()
	if err := r.disk.fill(r.draw.Int64N(fullLeaves)); err != nil {
		return err
	}
	for from := r.Clock(); r.told() == told && !r.verno.gone() && r.Clock().Sub(from) < fullPatience; {
		wait(ctx, time.Millisecond)
	}
	wait(ctx, time.Duration(r.draw.Int64N(int64(fullFor))))
	if err := r.disk.empty(); err != nil || r.cluster == nil {
		return err
	}
	return r.cluster.start(ctx)
}

// told counts how often tills were asked to come back.
func (t *tally) told() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ComeBack
}
