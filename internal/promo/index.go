package promo

import (
	"slices"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
)

// index finds the promotions that may have to do with a sale without looking at the others: by its goods, its moment,
// its store and who buys. Each answer is a set, so that whatever does not match costs a bit.
type index struct {
	words      int // of a set
	goods      set // look at all goods but the excepted
	skus       map[string]selector
	categories map[string]selector
	depth      int // steps of the deepest category
	dates      []time.Time
	atDate     []set // one more than dates: before the first, …, from the last
	minutes    []int
	atMinute   []set // of the week, likewise
	anyStore   set
	stores     map[verno.StoreID]set
	anonymous  set
	anyLevel   set
	levels     map[string]set
	anyTag     set
	tags       map[string]set
	enrolment  set // what is given for joining
	move       set // what is given for plastic that is moved
}

// selector is what naming an SKU or a category does.
type selector struct{ in, out set }

func indexOf(list []*promotion) index {
	size := max(len(list), 1)
	x := index{
		words: len(newSet(size)), goods: newSet(size),
		skus: map[string]selector{}, categories: map[string]selector{},
		anyStore: newSet(size), stores: map[verno.StoreID]set{}, anonymous: newSet(size),
		anyLevel: newSet(size), levels: map[string]set{}, anyTag: newSet(size), tags: map[string]set{},
		enrolment: newSet(size), move: newSet(size),
	}
	for _, p := range list {
		x.addGoods(p, size)
		addTo(x.anyStore, x.stores, p.Schedule.Stores, p.at, size)
		addTo(x.anyLevel, x.levels, p.Audience.Levels, p.at, size)
		addTo(x.anyTag, x.tags, p.Audience.Tags, p.at, size)
		if p.Audience.Anonymous {
			x.anonymous.add(p.at)
		}
		switch p.turn {
		case enrolling:
			x.enrolment.add(p.at)
		case moving:
			x.move.add(p.at)
		}
	}
	x.addDates(list, size)
	x.addMinutes(list, size)
	return x
}

// addTo puts a promotion under each of its keys, or under any where it has none.
func addTo[K comparable](all set, byKey map[K]set, keys []K, at, size int) {
	if len(keys) == 0 {
		all.add(at)
	}
	for _, k := range keys {
		if byKey[k] == nil {
			byKey[k] = newSet(size)
		}
		byKey[k].add(at)
	}
}

func (x *index) addGoods(p *promotion, size int) {
	g := &p.Goods
	if len(g.Categories) == 0 && len(g.SKUs) == 0 {
		x.goods.add(p.at)
	}
	for _, list := range []struct {
		names []string
		into  map[string]selector
		out   bool
	}{
		{g.SKUs, x.skus, false},
		{g.ExceptSKUs, x.skus, true},
		{g.Categories, x.categories, false},
		{g.ExceptCategories, x.categories, true},
	} {
		for _, name := range list.names {
			sel := list.into[name]
			side := &sel.in
			if list.out {
				side = &sel.out
			}
			if *side == nil {
				*side = newSet(size)
			}
			side.add(p.at)
			list.into[name] = sel
		}
	}
	for _, name := range slices.Concat(g.Categories, g.ExceptCategories) {
		x.depth = max(x.depth, 1+strings.Count(name, "/"))
	}
}

// addDates cuts time where a promotion begins or ends.
func (x *index) addDates(list []*promotion, size int) {
	for _, p := range list {
		for _, t := range []*time.Time{p.Schedule.From, p.Schedule.Until} {
			if t != nil {
				x.dates = append(x.dates, *t)
			}
		}
	}
	slices.SortFunc(x.dates, time.Time.Compare)
	x.dates = slices.CompactFunc(x.dates, time.Time.Equal)
	for i := range len(x.dates) + 1 {
		open := newSet(size)
		for _, p := range list {
			began := p.Schedule.From == nil || i > 0 && !p.Schedule.From.After(x.dates[i-1])
			ended := p.Schedule.Until != nil && i > 0 && !p.Schedule.Until.After(x.dates[i-1])
			if began && !ended {
				open.add(p.at)
			}
		}
		x.atDate = append(x.atDate, open)
	}
}

// addMinutes cuts the week where a promotion's hours begin or end.
func (x *index) addMinutes(list []*promotion, size int) {
	for _, p := range list {
		for _, s := range p.hours {
			x.minutes = append(x.minutes, s.from, s.until)
		}
	}
	slices.Sort(x.minutes)
	x.minutes = slices.Compact(x.minutes)
	for range len(x.minutes) + 1 {
		x.atMinute = append(x.atMinute, newSet(size))
	}
	for _, p := range list {
		if p.hours == nil {
			for _, open := range x.atMinute {
				open.add(p.at)
			}
		}
		for _, s := range p.hours {
			from, _ := slices.BinarySearch(x.minutes, s.from)
			until, _ := slices.BinarySearch(x.minutes, s.until)
			for i := from; i < until; i++ {
				x.atMinute[i+1].add(p.at)
			}
		}
	}
}

// when narrows a set to the promotions that are open at a moment and in a store.
func (x *index) when(live set, at *verno.Moment) {
	i, found := slices.BinarySearchFunc(x.dates, at.At, time.Time.Compare)
	if found {
		i++
	}
	live.keep(x.atDate[i])
	i, found = slices.BinarySearch(x.minutes, minuteOfWeek(at.At))
	if found {
		i++
	}
	live.keep(x.atMinute[i])
	here := x.stores[at.Store]
	for w := range live {
		mask := x.anyStore[w]
		if here != nil {
			mask |= here[w]
		}
		live[w] &= mask
	}
}

// who narrows a set to the promotions that are for the member, nil for whoever shows no card.
func (x *index) who(live set, m *verno.MemberFacts) {
	if m == nil {
		live.keep(x.anonymous)
		return
	}
	level := x.levels[m.Level]
	for w := range live {
		mask := x.anyLevel[w]
		if level != nil {
			mask |= level[w]
		}
		tagged := x.anyTag[w]
		for _, t := range m.Tags {
			if of := x.tags[t]; of != nil {
				tagged |= of[w]
			}
		}
		live[w] &= mask & tagged
	}
}

// looking writes into row the promotions that look at a line. What an exception names is taken away last, as it wins over
// whatever else names the line.
func (x *index) looking(row set, l *verno.Line) {
	copy(row, x.goods)
	var outs [16]set
	out := outs[:0]
	named := func(sel selector) {
		row.join(sel.in)
		if sel.out != nil {
			out = append(out, sel.out)
		}
	}
	if len(x.skus) > 0 {
		named(x.skus[l.SKU])
	}
	end := 0
	for range x.depth {
		step := strings.IndexByte(l.Category[end:], '/')
		if step < 0 {
			named(x.categories[l.Category])
			break
		}
		end += step
		named(x.categories[l.Category[:end]])
		end++
	}
	for _, o := range out {
		row.without(o)
	}
}
