package desk

import (
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// remark is a fault or a warning about a template: where, and what.
type remark struct{ where, text string }

// checked says what is wrong with the draft of a form, and what should be looked at.
func (b *board) checked() (faults, warnings []remark) {
	soft, err := card.Check(&b.Drafted, func(hash string) bool { _, ok := b.sizes[hash]; return ok })
	for _, w := range append(soft, b.Drafted.Design.Unworn(b.of.Levels.Levels)...) {
		warnings = append(warnings, b.remark(w))
	}
	if e := verno.AsError(err); e != nil {
		for _, f := range e.Fields {
			faults = append(faults, b.remark(f))
		}
	}
	return faults, warnings
}

func (b *board) remark(f verno.FieldError) remark {
	return remark{b.whereIs(f.Pointer), verno.TextOf(f.Code, b.Code, f.Params)}
}

// whereIs names the part of the form that a pointer is about.
func (b *board) whereIs(pointer string) string {
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	switch parts[0] {
	case "name":
		return b.Say("desk.template.name")
	case "settings":
		if len(parts) > 1 {
			return b.settingName(parts[1])
		}
	case "design":
		if len(parts) > 1 {
			return b.designPart(parts[1:])
		}
	}
	return ""
}

func (b *board) settingName(name string) string {
	for _, s := range b.kind.Settings {
		if s.Name == name {
			return s.Title.In(b.Code)
		}
	}
	return name
}

func (b *board) designPart(parts []string) string {
	switch parts[0] {
	case "colours":
		if len(parts) > 1 {
			return b.Say("desk.template.colour." + parts[1])
		}
	case "front", "back":
		list := b.Drafted.Design.Front
		if parts[0] == "back" {
			list = b.Drafted.Design.Back
		}
		if len(parts) > 1 {
			if i, err := strconv.Atoi(parts[1]); err == nil && i < len(list) {
				return b.fieldName(&list[i])
			}
		}
		return b.Say("desk.template.fields")
	case "looks":
		if len(parts) > 1 {
			return b.lookPart(parts[1:])
		}
	case "pictures":
		return b.Say("desk.template.pictures")
	}
	if id := "desk.template." + parts[0]; b.Has(id) {
		return b.Say(id)
	}
	return parts[0]
}

// lookPart names a part of the look of a level.
func (b *board) lookPart(parts []string) string {
	name := b.Say("desk.template.level", "Level", b.levelName(named.Replace(parts[0])))
	if len(parts) > 2 && parts[1] == "colours" {
		name += ", " + b.Say("desk.template.colour."+parts[2])
	}
	return name
}
