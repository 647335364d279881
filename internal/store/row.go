package store

import (
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// Scanner is one row of an answer, from whichever engine and kind of transaction, so that a table has one function that
// reads its rows. Scan takes pointers to integers, strings, byte slices and arrays, bools, types made of those,
// sql.Scanner, and pointers to such pointers, which become nil for NULL.
type Scanner interface {
	Scan(dest ...any) error
}

// Row is a row of a bulk statement. It is valid until the function that got it returns; what was scanned from it stays.
type Row struct {
	values []driver.Value            // as SQLite gives them
	raw    [][]byte                  // as PostgreSQL gives them, in binary
	fields []pgconn.FieldDescription // what raw holds
}

// Scan copies the row's columns.
func (r Row) Scan(dest ...any) error {
	if n := max(len(r.values), len(r.raw)); n != len(dest) {
		return fmt.Errorf("store: scan %d columns into %d variables", n, len(dest))
	}
	for i, d := range dest {
		var err error
		if r.raw != nil {
			err = assignBinary(d, r.raw[i], r.fields[i].DataTypeOID)
		} else {
			err = assign(d, r.values[i])
		}
		if err != nil {
			return fmt.Errorf("store: scan column %d: %w", i+1, err)
		}
	}
	return nil
}

// assignBinary sets a variable from PostgreSQL's binary form, without a detour through interfaces for the usual types.
func assignBinary(dest any, b []byte, oid uint32) error {
	if b == nil {
		return assignNull(dest)
	}
	switch oid {
	case pgtype.Int8OID:
		return assignInt(dest, int64(binary.BigEndian.Uint64(b)))
	case pgtype.Int4OID:
		return assignInt(dest, int64(int32(binary.BigEndian.Uint32(b))))
	case pgtype.BoolOID:
		return assignInt(dest, int64(b[0]))
	case pgtype.TextOID, pgtype.VarcharOID:
		return assignText(dest, string(b))
	case pgtype.ByteaOID:
		return assignBytes(dest, b)
	default:
		return fmt.Errorf("PostgreSQL answers with type %d: cast it to BIGINT, TEXT or BYTEA", oid)
	}
}

// assign sets a variable from what a driver of database/sql gave.
func assign(dest any, v driver.Value) error {
	switch v := v.(type) {
	case nil:
		return assignNull(dest)
	case int64:
		return assignInt(dest, v)
	case bool:
		if v {
			return assignInt(dest, 1)
		}
		return assignInt(dest, 0)
	case string:
		return assignText(dest, v)
	case []byte:
		return assignBytes(dest, v)
	default:
		return fmt.Errorf("the database answers with %T: cast it to BIGINT, TEXT or BYTEA", v)
	}
}

func assignInt(dest any, n int64) error {
	switch d := dest.(type) {
	case *int64:
		*d = n
	case *int:
		*d = int(n)
	case *bool:
		*d = n != 0
	case *any:
		*d = n
	case sql.Scanner:
		return d.Scan(n)
	default:
		return assignKind(dest, func(v reflect.Value) bool {
			switch {
			case v.CanInt() && !v.OverflowInt(n):
				v.SetInt(n)
			case v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n)):
				v.SetUint(uint64(n))
			case v.Kind() == reflect.Bool:
				v.SetBool(n != 0)
			default:
				return false
			}
			return true
		}, n)
	}
	return nil
}

func assignText(dest any, s string) error {
	switch d := dest.(type) {
	case *string:
		*d = s
	case *[]byte:
		*d = []byte(s)
	case *any:
		*d = s
	case sql.Scanner:
		return d.Scan(s)
	default:
		return assignKind(dest, func(v reflect.Value) bool {
			switch {
			case v.Kind() == reflect.String:
				v.SetString(s)
			case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
				v.SetBytes([]byte(s))
			default:
				return false
			}
			return true
		}, s)
	}
	return nil
}

func assignBytes(dest any, b []byte) error {
	switch d := dest.(type) {
	case *[]byte:
		*d = append([]byte{}, b...)
	case *any:
		*d = append([]byte{}, b...)
	case sql.Scanner:
		return d.Scan(b)
	default:
		return assignKind(dest, func(v reflect.Value) bool {
			switch {
			case v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8 && v.Len() == len(b):
				copy(v.Bytes(), b)
			case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
				v.SetBytes(append([]byte{}, b...))
			default:
				return false
			}
			return true
		}, b)
	}
	return nil
}

func assignNull(dest any) error {
	switch d := dest.(type) {
	case *[]byte:
		*d = nil
	case *any:
		*d = nil
	case sql.Scanner:
		return d.Scan(nil)
	default:
		v := reflect.ValueOf(dest)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			return errors.New("not a pointer")
		}
		if k := v.Elem().Kind(); k != reflect.Pointer && k != reflect.Slice {
			return fmt.Errorf("NULL does not fit in %T", dest)
		}
		v.Elem().SetZero()
	}
	return nil
}

// assignKind sets a variable whose type is made of a basic one, or a pointer to such a variable, which it makes.
func assignKind(dest any, set func(reflect.Value) bool, src any) error {
	v := reflect.ValueOf(dest)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return errors.New("not a pointer")
	}
	if v = v.Elem(); v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return assign(v.Interface(), src)
	}
	if !set(v) {
		return fmt.Errorf("%T does not fit in %T", src, dest)
	}
	return nil
}

// plain makes the arguments of an ordinary statement what every driver takes: int64, string, []byte or nil. The
// arguments may be types made of those, bools (stored as 0 and 1), driver.Valuer, byte arrays, and pointers, nil of
// which is NULL.
func plain(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, arg := range args {
		v, err := plainValue(arg)
		if err != nil {
			return nil, fmt.Errorf("store: argument $%d: %w", i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

func plainValue(arg any) (any, error) {
	switch a := arg.(type) {
	case nil, int64, string:
		return a, nil
	case []byte:
		if a == nil {
			return nil, nil
		}
		return a, nil
	case time.Time:
		return nil, errors.New("a time is stored as microseconds")
	}
	v := reflect.ValueOf(arg)
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, nil
	}
	if valuer, ok := arg.(driver.Valuer); ok {
		a, err := valuer.Value()
		if err != nil {
			return nil, err
		}
		return plainValue(a)
	}
	switch {
	case v.Kind() == reflect.Pointer:
		return plainValue(v.Elem().Interface())
	case v.CanInt():
		return v.Int(), nil
	case v.CanUint() && v.Uint() <= 1<<63-1:
		return int64(v.Uint()), nil
	case v.Kind() == reflect.Bool && v.Bool():
		return int64(1), nil
	case v.Kind() == reflect.Bool:
		return int64(0), nil
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return plainValue(v.Bytes())
	case v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8:
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return b, nil
	}
	return nil, fmt.Errorf("%T cannot be stored", arg)
}
