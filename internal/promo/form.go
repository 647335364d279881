package promo

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno/money"
)

// Kind describes a type of promotion for whoever makes forms, schemas and pages of it.
type Kind struct {
	Name         string
	MembersOnly  bool // it gives what only a member can hold
	LowersPrices bool // it does nothing but lower prices, so it may be exclusive and for those without a card
	Fields       []Field
}

// Field describes one field of the settings of a type, as its tags say it.
type Field struct {
	Name     string
	Type     string // money, points, percent, integer, text, yes_or_no, list
	Doc      string
	Required bool
	Min, Max string
	Enum     []string
	Default  string  // empty for none
	Items    int     // of a list, the most
	Fields   []Field // of a list, those of an item
	Unit     string  // of a whole number: seconds or days, empty for a count
	Way      string  // of several ways to say the same, the one that the field belongs to; empty for all
	When     string  // the other field and its value with which alone this one means something, as per=amount
	Fine     bool    // most promotions leave it as it is
}

// Kinds lists the types of promotion.
func Kinds() []Kind {
	list := make([]Kind, 0, len(kinds))
	for _, k := range kinds {
		list = append(list, Kind{
			Name: k.name, MembersOnly: k.members, LowersPrices: k.lowers, Fields: describe(reflect.ValueOf(k.make()).Elem()),
		})
	}
	return list
}

// describe reads the tags of a settings struct and the defaults in v.
func describe(v reflect.Value) []Field {
	var fields []Field
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, tag := jsonName(f), f.Tag
		if name == "" {
			continue
		}
		field := Field{
			Name: name, Type: typeOf(f.Type), Doc: tag.Get("doc"), Required: tag.Get("required") != "",
			Min: tag.Get("min"), Max: tag.Get("max"), Default: written(v.FieldByIndex(f.Index)),
			Unit: tag.Get("unit"), Way: tag.Get("way"), When: tag.Get("when"), Fine: tag.Get("fine") != "",
		}
		if enum := tag.Get("enum"); enum != "" {
			field.Enum = strings.Split(enum, ",")
		}
		if f.Type.Kind() == reflect.Slice {
			field.Items, _ = strconv.Atoi(tag.Get("items"))
			field.Fields = describe(reflect.New(f.Type.Elem()).Elem())
		}
		fields = append(fields, field)
	}
	return fields
}

func typeOf(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return typeOf(t.Elem())
	}
	switch t {
	case reflect.TypeFor[money.Amount]():
		return "money"
	case reflect.TypeFor[money.Points]():
		return "points"
	case reflect.TypeFor[money.Percent]():
		return "percent"
	default:
		return wanted(t)
	}
}

// written is a default as it stands in JSON, without quotes; empty where it is the zero value of a number or text.
func written(v reflect.Value) string {
	if m, ok := reflect.TypeAssert[encoding.TextMarshaler](v); ok && v.Kind() != reflect.Pointer {
		if v.IsZero() && v.Kind() == reflect.Int64 {
			return ""
		}
		text, _ := m.MarshalText()
		return string(text)
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int64:
		if v.Int() != 0 {
			return strconv.FormatInt(v.Int(), 10)
		}
	}
	return ""
}
