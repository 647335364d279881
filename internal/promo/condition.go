package promo

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// A condition says yes or no and counts no money. Its language has no loops, no functions that make text longer, no
// division and no fractions, so that it ends in time that its length bounds and never meets a float.

const (
	maxNodes        = 200
	conditionMemory = 10_000 // of the interpreter's own units
)

// conditionSees is what a condition may ask. Money is in minor units, points in smallest units. Of points it sees what the
// member has and not what the sale spends of them, so that a quote and its commit see the same whatever is spent.
type conditionSees struct {
	Member   memberSeen        `expr:"member"`
	Basket   basketSeen        `expr:"basket"`
	Time     timeSeen          `expr:"time"`
	Store    string            `expr:"store"`
	Terminal string            `expr:"terminal"`
	Channel  string            `expr:"channel"`
	Has      func(string) bool `expr:"has"`      // a line of this SKU
	Category func(string) bool `expr:"category"` // a line of this category or below it
	Coupon   func(string) bool `expr:"coupon"`   // a coupon of this code was shown
	Card     cardSeen          `expr:"card"`
}

// cardSeen is the card by which the member was identified; empty where it was a phone or a name.
type cardSeen struct {
	Kind     string `expr:"kind"`
	Template string `expr:"template"`
}

type memberSeen struct {
	Known     bool     `expr:"known"` // a card was shown
	Level     string   `expr:"level"`
	Tags      []string `expr:"tags"`
	Purchases int      `expr:"purchases"` // before this one
	Spent     int      `expr:"spent"`     // in the window of levels, before this purchase
	Days      int      `expr:"days"`      // since joining
	Points    int      `expr:"points"`    // that may be spent, before this purchase
}

type basketSeen struct {
	Sum         int `expr:"sum"`          // before discounts
	Count       int `expr:"count"`        // lines
	Pieces      int `expr:"pieces"`       // whole pieces
	StoredMoney int `expr:"stored_money"` // that is to pay for a part
}

type timeSeen struct {
	Year    int `expr:"year"`
	Month   int `expr:"month"`
	Day     int `expr:"day"`
	Weekday int `expr:"weekday"` // 1 Monday … 7 Sunday
	Hour    int `expr:"hour"`
	Minute  int `expr:"minute"`
}

// checkCondition compiles a condition, nil for an empty one.
func (c *check) checkCondition(text string) *vm.Program {
	const at = "/condition"
	if len(text) > maxCondition {
		c.say(at, "too_long", "max", strconv.Itoa(maxCondition))
		return nil
	}
	if strings.TrimSpace(text) == "" {
		if text != "" {
			c.say(at, "condition_wrong", "error", "blank")
		}
		return nil
	}
	tree, err := parser.Parse(text)
	if err != nil {
		c.say(at, "condition_wrong", "error", firstLine(err))
		return nil
	}
	var f fence
	ast.Walk(&tree.Node, &f)
	c.words = f.words
	if f.nodes > maxNodes {
		c.say(at, "condition_large", "max", strconv.Itoa(maxNodes))
		return nil
	}
	if f.found != "" {
		c.say(at, "condition_forbidden", "what", f.found)
		return nil
	}
	program, err := expr.Compile(text, expr.Env(&conditionSees{}), expr.AsBool(), expr.MaxNodes(maxNodes),
		expr.DisableAllBuiltins(), expr.EnableBuiltin("len"))
	if err != nil {
		c.say(at, "condition_wrong", "error", firstLine(err))
		return nil
	}
	return program
}

// fence looks for what the language of conditions does not have.
type fence struct {
	nodes int
	found string
	words []string // of coupons that are asked for
}

const operators = " == != < <= > >= and or && || not ! in contains startsWith endsWith + - * % "

// Visit counts a node and notes the first that is forbidden.
func (f *fence) Visit(node *ast.Node) {
	f.nodes++
	what := ""
	switch n := (*node).(type) {
	case *ast.CallNode:
		f.coupon(n)
	case *ast.IdentifierNode, *ast.IntegerNode, *ast.BoolNode, *ast.StringNode, *ast.MemberNode, *ast.ArrayNode, *ast.ConditionalNode:
	case *ast.UnaryNode:
		what = n.Operator
	case *ast.BinaryNode:
		what = n.Operator
	case *ast.BuiltinNode:
		if n.Name != "len" {
			f.note(n.Name)
		}
	default:
		f.note((*node).String())
	}
	if what != "" && !strings.Contains(operators, " "+what+" ") {
		f.note(what)
	}
}

// coupon notes the word of a coupon that is asked for.
func (f *fence) coupon(n *ast.CallNode) {
	name, ok := n.Callee.(*ast.IdentifierNode)
	if !ok || name.Value != "coupon" || len(n.Arguments) != 1 {
		return
	}
	if word, ok := n.Arguments[0].(*ast.StringNode); ok {
		f.words = append(f.words, word.Value)
	}
}

func (f *fence) note(what string) {
	if f.found == "" {
		f.found = what
	}
}

// plain puts the words of the language in the place of the types behind them.
var plain = strings.NewReplacer("promo.memberSeen", "member", "promo.basketSeen", "basket", "promo.timeSeen", "time", "promo.cardSeen", "card")

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return plain.Replace(line)
}

// condition is a running condition: its interpreter and what it sees, reused from sale to sale.
type condition struct {
	sees  conditionSees
	ready bool
	vm    vm.VM
}

// asksPoints reports whether a promotion depends on the points that a member has.
func (p *promotion) asksPoints() bool {
	return p.Audience.MinPoints > 0 || strings.Contains(p.Condition, "points")
}

// holds looks at the points that the member has, and runs the condition of a promotion.
func (s *sale) holds(p *promotion) reason {
	if m := s.in.Member; m != nil && m.Points < p.Audience.MinPoints {
		return reason{code: "too_few_points", points: p.Audience.MinPoints}
	}
	if p.condition == nil {
		return reason{}
	}
	if !s.condition.ready {
		s.look()
	}
	yes, err := s.condition.vm.Run(p.condition, &s.condition.sees)
	if err != nil {
		return reason{code: "condition_error", text: firstLine(err)}
	}
	if yes != true {
		return reason{code: "condition_false"}
	}
	return reason{}
}

// look fills in what conditions see, once a sale.
func (s *sale) look() {
	c := &s.condition
	if c.sees.Has == nil {
		c.vm.MemoryBudget = conditionMemory
		c.sees.Has, c.sees.Category, c.sees.Coupon = s.has, s.hasCategory, s.hasCoupon
	}
	c.ready = true
	c.sees.Member, c.sees.Card = memberSeen{}, cardSeen{}
	if m := s.in.Member; m != nil {
		c.sees.Member = memberSeen{
			Known: true, Level: m.Level, Tags: m.Tags, Purchases: int(m.Purchases), Spent: int(m.Spent),
			Days: int(m.Enrolled), Points: int(m.Points),
		}
		c.sees.Card = cardSeen{Kind: m.CardKind}
		if !m.CardTemplate.IsZero() {
			c.sees.Card.Template = m.CardTemplate.String()
		}
	}
	c.sees.Basket = basketSeen{Sum: int(s.gross), Count: len(s.lines), StoredMoney: int(s.in.StoredMoney)}
	for i := range s.lines {
		if n, ok := s.lines[i].Quantity.Whole(); ok {
			c.sees.Basket.Pieces += int(n)
		}
	}
	t := s.in.Moment.At
	c.sees.Time = timeSeen{
		Year: t.Year(), Month: int(t.Month()), Day: t.Day(), Weekday: minuteOfWeek(t)/minutesADay + 1,
		Hour: t.Hour(), Minute: t.Minute(),
	}
	c.sees.Store = s.in.Moment.Store.String()
	c.sees.Terminal = s.in.Moment.Terminal.String()
	c.sees.Channel = s.in.Moment.Channel
}

func (s *sale) has(sku string) bool {
	for i := range s.lines {
		if s.lines[i].SKU == sku {
			return true
		}
	}
	return false
}

func (s *sale) hasCategory(name string) bool {
	for i := range s.lines {
		if belongs(s.lines[i].Category, name) {
			return true
		}
	}
	return false
}

func (s *sale) hasCoupon(code string) bool {
	return s.in.Basket != nil && slices.Contains(s.in.Basket.Coupons, code)
}

// belongs reports whether a category is the named one or lies below it.
func belongs(category, name string) bool {
	rest, ok := strings.CutPrefix(category, name)
	return ok && name != "" && (rest == "" || rest[0] == '/')
}
