package store_test

import (
	"context"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/money"
)

// What follows tests the rows that every sale writes. They are written by hand, column by column, so what is drawn here
// is drawn by reflection: a field that somebody adds and forgets to store is found.

var us = verno.TenantID{1}

// id is a readable identifier: its number is its order.
func id[T ~[16]byte](n int) T {
	var b [16]byte
	binary.BigEndian.PutUint64(b[8:], uint64(n))
	return T(b)
}

// rows runs fn on every engine with Verno's own tables.
func rows(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	storetest.Each(t, fn)
}

type failer interface {
	Helper()
	Context() context.Context
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// inHot runs fn in one hot transaction.
func inHot(t failer, s *store.Store, fn func(h *store.HotTx)) {
	t.Helper()
	err := s.Hot(t.Context(), 0, func(h *store.HotTx) error { fn(h); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// hostile are pieces of text that break out of where they do not belong, or fall apart.
var hostile = []string{
	`"`, `\`, `'`, `{"a":1}`, "\n", "\r\n", "\t", "\x1b", "\u2028", "</script>", "&amp;", "кофе", "☕️", "👩‍👩‍👧", "e\u0301",
	"\ufeff", "\u202e", "$1", "%s", "--", ";", "a", "", "0", "null", " ",
}

// text draws hostile text that every column can hold.
func text(t *rapid.T, label string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(hostile), 0, 4).Draw(t, label), "")
}

// drawInto fills what p points to.
func drawInto(t *rapid.T, p any) { draw(t, reflect.ValueOf(p).Elem(), reflect.TypeOf(p).Elem().Name()) }

// draw fills a variable with random content, all the way down. Times are whole microseconds in UTC, as they are stored.
func draw(t *rapid.T, v reflect.Value, label string) {
	switch at := v.Addr().Interface().(type) {
	case *time.Time:
		*at = verno.FromMicros(rapid.Int64Range(1, 1<<52).Draw(t, label))
		return
	case *money.Quantity:
		*at = money.Quantity(rapid.Int64Range(1, int64(money.MaxQuantity)).Draw(t, label))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			draw(t, v.Field(i), label+"."+v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, label) {
			v.Set(reflect.New(v.Type().Elem()))
			draw(t, v.Elem(), label)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, label), 3))
		for i := range v.Len() {
			draw(t, v.Index(i), label)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 3).Draw(t, label) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			draw(t, key, label)
			draw(t, value, label)
			v.SetMapIndex(key, value)
		}
	case reflect.Array:
		// An identifier; now and then the zero one.
		if rapid.IntRange(0, 9).Draw(t, label) > 0 {
			copy(v.Bytes(), rapid.SliceOfN(rapid.Byte(), v.Len(), v.Len()).Draw(t, label))
		}
	case reflect.String:
		v.SetString(text(t, label))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, label))
	case reflect.Int32:
		v.SetInt(int64(rapid.Int32().Draw(t, label)))
	case reflect.Int64:
		v.SetInt(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64()).Draw(t, label))
	default:
		t.Fatalf("%s is a %s, which nobody draws", label, v.Kind())
	}
}
