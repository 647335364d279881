package promo

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
)

// Problem is one thing that is wrong with a version. Its code and parameters stand in the catalogue of Texts.
type Problem struct {
	Promotion verno.PromotionID // zero where the terms of the programme or the version are at fault
	Pointer   string            // a JSON pointer into the promotion, or else into the programme
	Code      string
	Params    map[string]string
}

// Limits on a version. What is longer or larger is a problem, so that no version can stop a till.
const (
	MaxPromotions = 500
	maxProblems   = 100
	maxName       = 200 // characters
	maxShort      = 100 // of a group, level or tag
	maxSettings   = 16 << 10
	maxCondition  = 1000 // bytes
	maxStores     = 5000
	maxSKUs       = 10_000
	maxCategories = 1000
	maxAudience   = 100
	maxHours      = 20
	maxLevels     = 50
	maxPriority   = 1000
	maxUses       = 1_000_000_000_000
	maxPending    = 366 * 24 * 60 * 60
	maxExpiry     = 36_500 // days or months
	maxGrace      = 366    // days
)

// check gathers problems.
type check struct {
	programme *verno.Programme
	promotion verno.PromotionID
	words     []string // of coupons that the condition in hand asks for
	problems  []Problem
}

// say notes a problem; params are names and values by turns.
func (c *check) say(pointer, code string, params ...string) {
	if len(c.problems) == maxProblems {
		return
	}
	p := Problem{Promotion: c.promotion, Pointer: pointer, Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if p.Params == nil {
			p.Params = map[string]string{}
		}
		p.Params[params[i]] = params[i+1]
	}
	c.problems = append(c.problems, p)
}

// number sees that a number lies between two others.
func (c *check) number(pointer string, n, least, most int64) {
	if n < least || n > most {
		c.say(pointer, "out_of_range", "min", strconv.FormatInt(least, 10), "max", strconv.FormatInt(most, 10))
	}
}

// text sees that a text is clean and not too long; an empty one is a problem where it is needed.
func (c *check) text(pointer, s string, most int, needed bool) {
	switch {
	case s == "" && needed:
		c.say(pointer, "required")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		c.say(pointer, "bad_text")
	case utf8.RuneCountInString(s) > most:
		c.say(pointer, "too_long", "max", strconv.Itoa(most))
	}
}

// texts sees that a list holds different, clean texts and not too many.
func (c *check) texts(pointer string, list []string, items, most int) {
	if len(list) > items {
		c.say(pointer, "too_many", "max", strconv.Itoa(items))
		return
	}
	seen := make(map[string]bool, len(list))
	for i, s := range list {
		at := pointer + "/" + strconv.Itoa(i)
		c.text(at, s, most, true)
		if seen[s] {
			c.say(at, "duplicate")
		}
		seen[s] = true
	}
}
