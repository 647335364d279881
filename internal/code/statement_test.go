package code_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
)

func statementKey() (ed25519.PublicKey, ed25519.PrivateKey) {
	key := ed25519.NewKeyFromSeed([]byte("a seed of thirty-two bytes here!"))
	return key.Public().(ed25519.PublicKey), key
}

// The vector stays as it is for as long as a till in the field reads statements.
func TestGoldenStatement(t *testing.T) {
	t.Parallel()
	now, source := time.Unix(1_795_000_000, 0).UTC(), entropy(20)
	statement := code.Statement{
		Card: verno.NewID[verno.CardID](now, source), Owner: verno.NewID[verno.OwnerID](now, source),
		Balance: 123_400, AsOf: now, Limit: 50_000, Seq: 7,
	}
	public, key := statementKey()
	const want = "3123787561737138821141060757572474683150840537505541638878704316632611885438331977817952563909430879711509709810342890815647133141536874440600944859399749925001067202410665040261462737617401948881632685033259071798066345131189507752795658913357079506209514562561"
	if got := statement.Sign(key); got != want {
		t.Fatalf("signed:\n%s\nwant:\n%s", got, want)
	}
	if got, err := code.OpenStatement(public, want); err != nil || got != statement {
		t.Fatalf("opened: %+v, %v", got, err)
	}
}

func TestStatementsComeBack(t *testing.T) {
	t.Parallel()
	public, key := statementKey()
	rapid.Check(t, func(t *rapid.T) {
		source := entropy(rapid.Uint64().Draw(t, "seed"))
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0).UTC()
		statement := code.Statement{
			Card: verno.NewID[verno.CardID](at, source), Owner: verno.NewID[verno.OwnerID](at, source), AsOf: at,
			Balance: rapid.Int64().Draw(t, "balance"),
			Limit:   rapid.Int64Range(0, 1<<62).Draw(t, "limit"), Seq: rapid.Int64Range(0, 1<<62).Draw(t, "seq"),
		}
		payload := statement.Sign(key)
		if got, err := code.OpenStatement(public, payload); err != nil || got != statement {
			t.Fatalf("%+v came back as %+v, %v", statement, got, err)
		}
		at1 := rapid.IntRange(0, len(payload)-1).Draw(t, "digit")
		forged := []byte(payload)
		forged[at1] = '0' + (forged[at1]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if got, err := code.OpenStatement(public, string(forged)); err == nil {
			t.Fatalf("a forged digit passes: %+v", got)
		}
	})
}

func TestStatementsThatNobodySigned(t *testing.T) {
	t.Parallel()
	public, key := statementKey()
	good := code.Statement{AsOf: time.Unix(0, 0)}.Sign(key)
	other := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	for name, c := range map[string]struct {
		public  ed25519.PublicKey
		payload string
	}{
		"another key": {other, good}, "no key": {nil, good}, "empty": {public, ""}, "version alone": {public, "3"},
		"other version": {public, "4" + good[1:]}, "cut": {public, good[:len(good)-1]}, "leading zero": {public, "30" + good[1:]},
		"long": {public, good + strings.Repeat("0", 400)}, "letters": {public, "3a" + good[2:]},
	} {
		if _, err := code.OpenStatement(c.public, c.payload); !errors.Is(err, code.ErrStatement) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOpenStatement(f *testing.F) {
	public, key := statementKey()
	f.Add(code.Statement{AsOf: time.Unix(0, 0)}.Sign(key))
	f.Add("3")
	f.Add("3" + strings.Repeat("9", 300))
	f.Fuzz(func(t *testing.T, payload string) {
		statement, err := code.OpenStatement(public, payload)
		if err == nil && statement.Sign(key) != payload {
			t.Fatalf("two spellings of %+v", statement)
		}
	})
}
