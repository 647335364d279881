package vault_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
)

func TestPersonComesBackAndIsFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		typed := anna()
		typed.Phone, typed.Email, typed.FirstName = "8 (916) 123-45-67", "Anna@Example.com", "  Анна-Мария "
		id := b.put(typed)

		got, err := b.vault.Person(ctx, s.Reader(), b.tenant, id)
		if err != nil || !reflect.DeepEqual(got, anna()) {
			t.Fatalf("read %+v, %v", got, err)
		}
		for kind, value := range map[store.LookupKind]string{store.LookupPhone: "+79161234567", store.LookupEmail: "anna@example.com"} {
			found, err := b.vault.Find(ctx, s.Reader(), b.tenant, kind, value)
			if err != nil || found.Member != id || found.Kind != kind {
				t.Errorf("by %s: %+v, %v", kind, found, err)
			}
		}
		if _, err := b.vault.Find(ctx, s.Reader(), b.newTenant(), store.LookupPhone, "+79161234567"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("another tenant finds her: %v", err)
		}
		if _, err := b.vault.Person(ctx, s.Reader(), b.tenant, verno.NewID[verno.MemberID](now, rand.Reader)); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("somebody unknown: %v", err)
		}
	})
}

func TestFindByName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		first := b.put(anna())
		second := b.put(vault.Person{FirstName: "Аннушка", LastName: "Ли"})
		long := b.put(vault.Person{LastName: "Воскресенский-Константинопольский"})
		for text, want := range map[string][]verno.MemberID{
			"анн": {first, second}, "КОРОЛЕ": {first}, "королёва анна": {first}, "мария коро анн": {first},
			"анн анн": {first, second}, "аннушка": {second}, "ан": nil, "Ли": nil, "": nil, "королева аннушка": nil,
			"константинопольский": {long}, "%_*": nil, "анн коро мар кор анна королева": {first},
		} {
			got, err := b.vault.FindByName(ctx, s.Reader(), b.tenant, text, verno.MemberID{}, 10)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(sorted(want)) {
				t.Errorf("%q: %v, %v, want %v", text, got, err, want)
			}
		}
		page, err := b.vault.FindByName(ctx, s.Reader(), b.tenant, "анн", sorted([]verno.MemberID{first, second})[0], 10)
		if err != nil || len(page) != 1 {
			t.Errorf("second page: %v, %v", page, err)
		}
	})
}

func sorted(ids []verno.MemberID) []verno.MemberID {
	if len(ids) == 2 && bytes.Compare(ids[0][:], ids[1][:]) > 0 {
		return []verno.MemberID{ids[1], ids[0]}
	}
	return ids
}

func TestChangedPersonIsFoundByWhatIsNew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		id := b.put(anna())
		if err := b.putAs(id, vault.Person{Phone: "+79167654321", FirstName: "Анна", LastName: "Белова"}); err != nil {
			t.Fatal(err)
		}
		other := b.put(anna()) // her old phone and e-mail are free again
		found, err := b.vault.Find(ctx, s.Reader(), b.tenant, store.LookupPhone, "+79167654321")
		if err != nil || found.Member != id {
			t.Errorf("by the new phone: %+v, %v", found, err)
		}
		found, err = b.vault.Find(ctx, s.Reader(), b.tenant, store.LookupPhone, "+79161234567")
		if err != nil || found.Member != other {
			t.Errorf("by the old phone: %+v, %v", found, err)
		}
		got, err := b.vault.FindByName(ctx, s.Reader(), b.tenant, "белова", verno.MemberID{}, 10)
		if err != nil || len(got) != 1 || got[0] != id {
			t.Errorf("by the new name: %v, %v", got, err)
		}
	})
}

// Thirty simultaneous members with one phone: one has it, the others are told so, and nobody gets another error.
func TestOnePhoneOneMember(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setup(t, s)
		b.put(vault.Person{Email: "anna@example.com"})
		if err := b.putAs(verno.NewID[verno.MemberID](now, rand.Reader), anna()); !errors.Is(err, verno.Conflict("email_taken")) {
			t.Fatalf("a taken e-mail: %v", err)
		}
		errs := make([]error, 30)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				errs[i] = b.putAs(verno.NewID[verno.MemberID](now, rand.Reader), vault.Person{Phone: "+79161234567"})
			})
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, verno.Conflict("phone_taken")):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d members have the phone", won)
		}
	})
}

func TestErasedPersonIsGone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, ctx := setup(t, s), t.Context()
		id := b.put(anna())
		before, err := s.Reader().Person(ctx, b.tenant, id)
		if err != nil {
			t.Fatal(err)
		}
		at, err := b.vault.ErasedAt(ctx, s.Reader(), b.tenant, "+79161234567", "")
		if err != nil || !at.IsZero() {
			t.Fatalf("erased before: %v, %v", at, err)
		}
		b.erase(id)
		b.erase(id) // again does nothing

		if _, err := b.vault.Person(ctx, s.Reader(), b.tenant, id); !errors.Is(err, vault.ErrErased) {
			t.Errorf("read: %v", err)
		}
		if err := b.putAs(id, anna()); !errors.Is(err, vault.ErrErased) {
			t.Errorf("written again: %v", err)
		}
		if _, err := b.vault.Find(ctx, s.Reader(), b.tenant, store.LookupPhone, "+79161234567"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("found by phone: %v", err)
		}
		if got, err := b.vault.FindByName(ctx, s.Reader(), b.tenant, "королева", verno.MemberID{}, 10); err != nil || got != nil {
			t.Errorf("found by name: %v, %v", got, err)
		}
		if at, err = b.vault.ErasedAt(ctx, s.Reader(), b.tenant, "+79161234567", ""); err != nil || !at.Equal(now) {
			t.Errorf("the phone is remembered as erased at %v, %v", at, err)
		}
		after, err := s.Reader().Person(ctx, b.tenant, id)
		if err != nil || after.WrappedKey != nil || after.Sealed != nil {
			t.Errorf("left in the row: %+v, %v", after, err)
		}
		// A backup of the sealed blob, under the key of a person who is still there, does not help.
		other := b.put(vault.Person{FirstName: "Иван"})
		b.write(func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE person SET sealed = $1 WHERE member_id = $2`, before.Sealed, other)
			return err
		})
		if p, err := b.vault.Person(ctx, s.Reader(), b.tenant, other); !errors.Is(err, vault.ErrSealed) {
			t.Errorf("her blob in another row: %+v, %v", p, err)
		}
		b.erase(verno.NewID[verno.MemberID](now, rand.Reader)) // of whom nothing was ever written
	})
}

// Whatever a person is, no table has any of it in clear.
func TestNothingPersonalInAnyTable(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setup(t, s)
		number := 0
		rapid.Check(t, func(rt *rapid.T) {
			number++
			word := rapid.StringMatching(`[A-Zа-я][a-zа-яё]{5,20}`)
			p := vault.Person{
				Phone: fmt.Sprintf("+7916%07d", number), Email: fmt.Sprintf("secret%d@example.com", number),
				FirstName: word.Draw(rt, "first"), LastName: word.Draw(rt, "last"), Birthday: "1987-06-05", Gender: "female",
				Custom: map[string]string{"petname": word.Draw(rt, "pet")},
			}
			id := b.put(p)
			if number%3 == 0 {
				b.erase(id)
			}
			if number%10 != 0 {
				return // reading all tables is the slow part
			}
			all := bytes.ToLower(dump(t, s))
			for _, secret := range []string{
				p.Phone[1:], p.Phone[2:], p.Email, p.FirstName, p.LastName, p.Birthday, p.Gender, "petname", p.Custom["petname"],
			} {
				if bytes.Contains(all, bytes.ToLower([]byte(secret))) {
					rt.Fatalf("%q stands in the database", secret)
				}
			}
		})
		if all := dump(t, s); !bytes.Contains(all, b.tenant[:]) {
			t.Error("the dump does not even show the tenant")
		}
	})
}

// dump is every value of every table.
func dump(t *testing.T, s *store.Store) []byte {
	t.Helper()
	ctx, all := t.Context(), bytes.Buffer{}
	for table, columns := range tables(ctx, t, s) {
		rows, err := s.Reader().Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			for _, value := range values {
				switch v := (*value.(*any)).(type) {
				case []byte:
					all.Write(v)
				default:
					fmt.Fprint(&all, v)
				}
				all.WriteByte('\n')
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return all.Bytes()
}

func tables(ctx context.Context, t *testing.T, s *store.Store) map[string][]string {
	t.Helper()
	statement := `SELECT m.name, '"' || c.name || '"' FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`
	if s.Engine() == store.PostgreSQL {
		statement = `SELECT CAST(table_name AS TEXT), '"' || CAST(column_name AS TEXT) || '"' FROM information_schema.columns
			WHERE table_schema = 'public'`
	}
	rows, err := s.Reader().Query(ctx, statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		found[table] = append(found[table], column)
	}
	if len(found) < 30 || rows.Err() != nil {
		t.Fatalf("%d tables, %v", len(found), rows.Err())
	}
	return found
}

func TestPersonsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.Open(t, storetest.DSN(t, store.SQLite)))
	for pointer, p := range map[string]vault.Person{
		"/phone phone_invalid":        {Phone: "12345"},
		"/email email_invalid":        {Email: "Anna <anna@example.com>"},
		"/first_name text_too_long":   {FirstName: strings.Repeat("я", 101)},
		"/last_name text_invalid":     {LastName: "a\x00b"},
		"/birthday date_invalid":      {Birthday: "1990-02-29"},
		"/gender unknown_value":       {Gender: "ж"},
		"/custom text_invalid":        {Custom: map[string]string{"Shoe size": "38"}},
		"/custom/shoes text_too_long": {Custom: map[string]string{"shoes": strings.Repeat("3", 501)}},
	} {
		_, err := b.vault.Check(p)
		e := verno.AsError(err)
		if e == nil || e.Kind != verno.KindInvalid || len(e.Fields) != 1 || e.Fields[0].Pointer+" "+e.Fields[0].Code != pointer {
			t.Errorf("%+v: %v, want %s", p, err, pointer)
		}
	}
	_, err := b.vault.Check(vault.Person{Phone: "1", Email: "2", Birthday: "3"})
	if e := verno.AsError(err); len(e.Fields) != 3 {
		t.Errorf("three faults: %v", err)
	}
	for _, birthday := range []string{"1990-02-28", "--02-29", "--12-31", "2026-01-01"} {
		if _, err := b.vault.Check(vault.Person{Birthday: birthday}); err != nil {
			t.Errorf("%s: %v", birthday, err)
		}
	}
	if _, err := b.vault.Check(vault.Person{}); err != nil {
		t.Errorf("nobody: %v", err)
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.Open(t, storetest.DSN(t, store.SQLite)))
	for typed, want := range map[string]string{
		"8 (916) 123-45-67": "+79161234567", "79161234567": "+79161234567", "9161234567": "+79161234567",
		"+7 916 123 45 67": "+79161234567", "'+79161234567": "+79161234567", "8-800-555-35-35": "+78005553535", "+49 30 901820": "+4930901820",
		"": "", "8916": "", "+7 916 123 45 6a7": "", "+7916123456789": "", "+7 916 123-45-67 доб. 5": "", strings.Repeat("9", 61): "",
	} {
		got, err := b.vault.Phone(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", typed, got, err, want)
		}
	}
	for phone, want := range map[string]string{
		"+79161234567": "+7 ••• ••• •• 67", "+4930901820": "+49 ••• ••• •• 20", "": "",
	} {
		if got := vault.MaskPhone(phone); got != want {
			t.Errorf("%s is shown as %s, want %s", phone, got, want)
		}
	}
}

func TestTimesOfPersons(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := setup(t, s)
		row, err := s.Reader().Person(t.Context(), b.tenant, b.put(anna()))
		if err != nil || !row.UpdatedAt.Equal(now) || row.UpdatedAt.Location() != time.UTC {
			t.Errorf("written at %v, %v", row.UpdatedAt, err)
		}
	})
}
