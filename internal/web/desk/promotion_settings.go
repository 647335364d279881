package desk

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/money"
)

// This file makes the form of a type's settings from what the type says of them, and settings from what was typed.

// ways are the alternatives of a type's settings, in their order; none where there is but one way to say it.
func ways(kind string) []string {
	var names []string
	for i := range fieldsOf(kind) {
		if w := fieldsOf(kind)[i].Way; w != "" && !slices.Contains(names, w) {
			names = append(names, w)
		}
	}
	if at := slices.Index(names, "percent"); at > 0 {
		names = slices.Insert(slices.Delete(names, at, at+1), 0, "percent") // It is what most people think in.
	}
	return names
}

// wayOf is the alternative that settings have chosen; the first for those that have chosen none.
func wayOf(kind string, settings map[string]any) string {
	for i := range fieldsOf(kind) {
		f := &fieldsOf(kind)[i]
		if f.Way != "" && prune(settings[f.Name]) != nil {
			return f.Way
		}
	}
	if all := ways(kind); len(all) > 0 {
		return all[0]
	}
	return ""
}

// starts are what the form of a new promotion begins with, so that its example lives from the first moment.
var starts = map[string]map[string]string{
	"percent_discount":   {"percent": "10"},
	"fixed_discount":     {"amount": "100"},
	"special_price":      {"price": "200"},
	"buy_n_get_cheapest": {"buy": "2"},
	"points_by_amount":   {"percent": "5"},
	"points_by_quantity": {"points": "1"},
	"points_multiplier":  {"times": "2"},
	"cashback":           {"percent": "3"},
	"stamps":             {"needed": "6"},
	"welcome_bonus":      {"points": "100"},
	"birthday_bonus":     {"points": "200", "days_before": "3", "days_after": "3"},
}

// start fills in the form of a new promotion.
func (e *editor) start() {
	for name, value := range starts[e.kind] {
		e.form.Values.Set("settings/"+name, value)
	}
	for i := range fieldsOf(e.kind) {
		if f := &fieldsOf(e.kind)[i]; f.Required && len(f.Enum) > 0 {
			e.form.Values.Set("settings/"+f.Name, f.Enum[0])
		}
	}
}

// asked is the field at which a fault is said. A setting that another way would need is not on the form: the fault is
// that of the first field of the way that was chosen.
func asked(kind, way, name string) string {
	f := fieldAt(kind, name)
	if f == nil || f.Way == "" || f.Way == way || strings.Count(name, "/") > 1 {
		return name
	}
	for i := range fieldsOf(kind) {
		if fieldsOf(kind)[i].Way == way {
			return "settings/" + fieldsOf(kind)[i].Name
		}
	}
	return name
}

// settings writes the settings of a type into a form.
func (w *typed) settings(kind string, raw json.RawMessage) {
	settings := settingsOf(raw)
	if way := wayOf(kind, settings); way != "" {
		w.values.Set("way", way)
	}
	for i := range fieldsOf(kind) {
		f := &fieldsOf(kind)[i]
		v, ok := settings[f.Name]
		if !ok && f.Default != "" {
			v, ok = f.Default, true
		}
		if ok {
			w.setting("settings/"+f.Name, f, v)
		} else if f.Unit == "seconds" {
			w.values.Set("settings/"+f.Name+"/unit", "days")
		}
	}
}

func (w *typed) setting(name string, f *promo.Field, v any) {
	text := textOf(v)
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case f.Type == "list":
		list, _ := v.([]any)
		for i, item := range list {
			row, _ := item.(map[string]any)
			for j := range f.Fields {
				inner := &f.Fields[j]
				if value, ok := row[inner.Name]; ok {
					w.setting(place(name, i, inner.Name), inner, value)
				}
			}
		}
	case f.Type == "yes_or_no":
		w.on(name, v == true)
	case f.Type == "percent":
		w.text(name, w.decimal(text))
	case err != nil:
		w.text(name, text)
	case f.Type == "money":
		w.money(name, money.Amount(n))
		if n == 0 && strings.HasSuffix(name, "/from") {
			w.values.Set(name, "0")
		}
	case f.Type == "points":
		w.points(name, money.Points(n))
	case f.Unit == "seconds":
		w.seconds(name, n)
		if n == 0 {
			w.values.Set(name, "0")
		}
	default:
		w.whole(name, n)
	}
}

// settings makes settings of a type of what was typed. What belongs to another way than the chosen one, or means nothing
// beside what else was chosen, is left out.
func (r *reading) settings(kind string) json.RawMessage {
	settings := map[string]any{}
	for i := range fieldsOf(kind) {
		f := &fieldsOf(kind)[i]
		if f.Way != "" && f.Way != r.text("way") {
			continue
		}
		if other, value, cut := strings.Cut(f.When, "="); cut && r.text("settings/"+other) != value {
			continue
		}
		if v := r.setting("settings/"+f.Name, f); v != nil {
			settings[f.Name] = v
		}
	}
	raw, err := json.Marshal(settings)
	if err != nil {
		return json.RawMessage("{}")
	}
	return raw
}

// setting is one setting; nil for one that was left empty or is as it would be anyway.
func (r *reading) setting(name string, f *promo.Field) any {
	if f.Type == "list" {
		return r.listed(name, f)
	}
	text := r.text(name)
	if text == "" || text == f.Default {
		return nil
	}
	switch {
	case f.Type == "yes_or_no":
		return true
	case f.Type == "money":
		return r.money(name)
	case f.Type == "points":
		return r.points(name)
	case f.Type == "percent":
		return r.percent(name)
	case f.Unit == "seconds":
		return r.seconds(name)
	case f.Type == "integer":
		return r.whole(name)
	default:
		return text
	}
}

// listed are the rows of a list in which anything was typed. They are written back without the gaps between them, so
// that what is wrong is said at the row in which it stands.
func (r *reading) listed(name string, f *promo.Field) any {
	var list []map[string]any
	was := r.values
	for i := range rows(was, name, f.Items) {
		row := map[string]any{}
		for j := range f.Fields {
			inner := &f.Fields[j]
			from, to := place(name, i, inner.Name), place(name, len(list), inner.Name)
			text := was.Get(from)
			was.Del(from)
			was.Set(to, text)
			if v := r.setting(to, inner); v != nil {
				row[inner.Name] = v
			}
		}
		if len(row) > 0 {
			list = append(list, row)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}
