package rig_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/verno-loyalty/verno/internal/rig"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// account is what a member's account is to be like: turns happen one after the other, whatever is wanted is done where
// there is enough and refused where there is not, and a read tells what there is.
var account = porcupine.Model{
	Partition: byMember,
	Init:      func() any { return rig.Value{} },
	Step: func(state, input, _ any) (bool, any) {
		has, turn := state.(rig.Value), input.(rig.Turn)
		return step(has, &turn)
	},
	DescribeOperation: func(input, _ any) string { return fmt.Sprintf("%+v", input) },
}

func step(has rig.Value, turn *rig.Turn) (told bool, next rig.Value) {
	if turn.Kind == "read" {
		return turn.Has == has, has
	}
	enough := (turn.Needs.Points == 0 || has.Points >= turn.Needs.Points) && (turn.Needs.Money == 0 || has.Money >= turn.Needs.Money)
	next = rig.Value{Points: has.Points + turn.Change.Points, Money: has.Money + turn.Change.Money}
	switch {
	case turn.Told == rig.Refused:
		return !enough, has
	case turn.Told == rig.Unanswered && !enough: // Where it was never done at all, it finds its place at the end.
		return true, has
	case turn.Kind == "top_up" && turn.Told == rig.Done && turn.Has.Money != next.Money:
		return false, has
	default:
		return enough, next
	}
}

func byMember(all []porcupine.Operation) [][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	for _, o := range all {
		member := o.Input.(rig.Turn).Member
		parts[member] = append(parts[member], o)
	}
	apart := make([][]porcupine.Operation, 0, len(parts))
	for _, part := range parts {
		apart = append(apart, part)
	}
	return apart
}

// linearizable looks for an order of the turns in which each was told the truth.
func linearizable(turns []rig.Turn) porcupine.CheckResult {
	history := make([]porcupine.Operation, len(turns))
	for i, turn := range turns {
		history[i] = porcupine.Operation{ClientId: turn.Client, Input: turn, Call: turn.From, Return: turn.Until}
	}
	return porcupine.CheckOperationsTimeout(account, history, time.Minute)
}

// watch lets clients play with the accounts of a program's members.
func watch(t *testing.T, program string, e store.Engine, kills int) ([]rig.Turn, rig.Verdict) {
	t.Helper()
	turns, v, err := tortureOn(t, program, e, rig.Torture{Rounds: kills}).Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	forget(t, &v)
	return turns, v
}

// TestAccountIsLinearizable has a crowd earn, spend, return and read what three members have, while Verno is killed and
// started again: what everybody was told fits one order of events, for each member.
func TestAccountIsLinearizable(t *testing.T) {
	t.Parallel()
	program, err := verno()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			turns, v := watch(t, program, e, 3)
			if !v.OK {
				t.Errorf("%+v", v)
			}
			if got := linearizable(turns); got != porcupine.Ok {
				t.Errorf("a history of %d turns is %s", len(turns), got)
			}
			seen := map[string]int{}
			for i := range turns {
				seen[turns[i].Kind]++
				seen[fmt.Sprint("told ", turns[i].Told)]++
			}
			for _, needed := range []string{"read", "top_up", "sale", "return", "told 0", "told 1", "told 2"} {
				if seen[needed] == 0 {
					t.Errorf("none of %s in %v", needed, seen)
				}
			}
			if got := linearizable(wronged(turns)); got != porcupine.Illegal {
				t.Errorf("with one read that is wrong it is %s", got)
			}
		})
	}
}

// wronged is a history in which the first read told of points that nobody was given. A later one might be explained by
// turns that were not answered, and would have to be held against each choice of them.
func wronged(turns []rig.Turn) []rig.Turn {
	wrong := slices.Clone(turns)
	first := slices.IndexFunc(wrong, func(t rig.Turn) bool { return t.Kind == "read" })
	wrong[first].Has.Points += 1_000_000
	return wrong
}

// TestCheckThenActIsNotLinearizable shows that the check can fail: with the bug planted that reads balances too early,
// no order fits.
func TestCheckThenActIsNotLinearizable(t *testing.T) {
	t.Parallel()
	program, err := build("bug_check_then_act")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			turns, _ := watch(t, program, e, 0)
			if got := linearizable(turns); got != porcupine.Illegal {
				t.Errorf("it is %s", got)
			}
		})
	}
}

// TestHistories holds the check itself to histories of which we know what they are.
func TestHistories(t *testing.T) {
	t.Parallel()
	gift := rig.Turn{Kind: "top_up", From: 0, Until: 10, Change: rig.Value{Money: 100}, Told: rig.Done, Has: rig.Value{Money: 100}}
	spend := func(from, until, n int64, told rig.Answer) rig.Turn {
		return rig.Turn{Kind: "sale", From: from, Until: until, Needs: rig.Value{Money: n}, Change: rig.Value{Money: -n}, Told: told}
	}
	read := func(from, until, n int64) rig.Turn {
		return rig.Turn{Kind: "read", From: from, Until: until, Told: rig.Done, Has: rig.Value{Money: n}}
	}
	for name, tt := range map[string]struct {
		turns []rig.Turn
		want  porcupine.CheckResult
	}{
		"one after the other":           {[]rig.Turn{gift, spend(20, 30, 60, rig.Done), read(40, 50, 40)}, porcupine.Ok},
		"two at once, one too much":     {[]rig.Turn{gift, spend(20, 30, 60, rig.Done), spend(21, 31, 60, rig.Refused)}, porcupine.Ok},
		"both done":                     {[]rig.Turn{gift, spend(20, 30, 60, rig.Done), spend(21, 31, 60, rig.Done)}, porcupine.Illegal},
		"refused where there is enough": {[]rig.Turn{gift, spend(20, 30, 60, rig.Refused)}, porcupine.Illegal},
		"a read before or after":        {[]rig.Turn{gift, spend(20, 30, 60, rig.Done), read(21, 31, 100)}, porcupine.Ok},
		"a stale read":                  {[]rig.Turn{gift, spend(20, 30, 60, rig.Done), read(31, 41, 100)}, porcupine.Illegal},
		"time runs backwards":           {[]rig.Turn{gift, spend(20, 60, 60, rig.Done), read(21, 31, 40), read(32, 42, 100)}, porcupine.Illegal},
		"unanswered and done":           {[]rig.Turn{gift, spend(20, rig.Never, 60, rig.Unanswered), read(100, 110, 100), read(120, 130, 40)}, porcupine.Ok},
		"unanswered and never done":     {[]rig.Turn{gift, spend(20, rig.Never, 60, rig.Unanswered), read(100, 110, 100)}, porcupine.Ok},
		"unanswered and done twice":     {[]rig.Turn{gift, spend(20, rig.Never, 40, rig.Unanswered), read(100, 110, 20)}, porcupine.Illegal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := linearizable(tt.turns); got != tt.want {
				t.Errorf("it is %s", got)
			}
		})
	}
}
