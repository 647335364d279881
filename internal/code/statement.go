package code

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"math/big"
	"time"

	"github.com/verno-loyalty/verno"
)

// Statement is what a member may show to a till that cannot reach Verno: how many points there were, and how many of
// them may be spent offline. It is signed with the tenant's key, whose public part tills keep, and says nothing that a
// later statement with a higher Seq does not override.
type Statement struct {
	Card    verno.CardID
	Owner   verno.OwnerID
	Balance int64     // points, in their smallest unit; below zero in a debt
	AsOf    time.Time // to the second
	Limit   int64     // points that may be spent offline on this statement, in all
	Seq     int64     // grows with each statement of the owner
}

const (
	statementVersion = '3'
	statementFormat  = 1
	maxStatement     = 400 // digits
	statementDomain  = "verno offline statement 1\n"
)

// Sign writes the statement as digits: a QR code stores them as densely as base 45 and any keyboard layout passes them
// on. It panics on a negative Limit or Seq or a time before 1970, which no caller can mean.
func (s Statement) Sign(key ed25519.PrivateKey) string {
	if s.Limit < 0 || s.Seq < 0 || s.AsOf.Unix() < 0 {
		panic("code: a statement with a negative limit, sequence or time")
	}
	body := []byte{statementFormat} // not zero, so that the number below keeps every byte
	body = append(body, s.Card[:]...)
	body = append(body, s.Owner[:]...)
	body = binary.AppendVarint(body, s.Balance)
	body = binary.AppendUvarint(body, uint64(s.AsOf.Unix()))
	body = binary.AppendUvarint(body, uint64(s.Limit))
	body = binary.AppendUvarint(body, uint64(s.Seq))
	signature := ed25519.Sign(key, append([]byte(statementDomain), body...))
	return string(statementVersion) + new(big.Int).SetBytes(append(body, signature...)).String()
}

// ErrStatement says that a statement was not signed with the key, or was changed.
var ErrStatement = errors.New("code: not a statement that was signed with this key")

// OpenStatement reads a statement and checks its signature. It returns ErrStatement for anything that the key did not
// sign, letter for letter.
func OpenStatement(public ed25519.PublicKey, payload string) (Statement, error) {
	if len(public) != ed25519.PublicKeySize || len(payload) > maxStatement || !allDigits(payload) || payload[0] != statementVersion {
		return Statement{}, ErrStatement
	}
	number, ok := new(big.Int).SetString("0"+payload[1:], 10)
	if !ok || number.String() != payload[1:] {
		return Statement{}, ErrStatement
	}
	raw := number.Bytes()
	if len(raw) <= ed25519.SignatureSize {
		return Statement{}, ErrStatement
	}
	body, signature := raw[:len(raw)-ed25519.SignatureSize], raw[len(raw)-ed25519.SignatureSize:]
	if !ed25519.Verify(public, append([]byte(statementDomain), body...), signature) {
		return Statement{}, ErrStatement
	}
	s, ok := readStatement(body)
	if !ok {
		return Statement{}, ErrStatement
	}
	return s, nil
}

// readStatement reads what Sign wrote. A body with a good signature that does not read comes from a later version.
func readStatement(body []byte) (s Statement, ok bool) {
	ids := len(s.Card) + len(s.Owner)
	if len(body) < 1+ids || body[0] != statementFormat {
		return s, false
	}
	copy(s.Card[:], body[1:])
	copy(s.Owner[:], body[1+len(s.Card):])
	rest := bytes.NewReader(body[1+ids:])
	var err error
	if s.Balance, err = binary.ReadVarint(rest); err != nil {
		return s, false
	}
	var numbers [3]int64
	for i := range numbers {
		n, err := binary.ReadUvarint(rest)
		if err != nil || n > 1<<62 {
			return s, false
		}
		numbers[i] = int64(n)
	}
	s.AsOf, s.Limit, s.Seq = time.Unix(numbers[0], 0).UTC(), numbers[1], numbers[2]
	return s, rest.Len() == 0
}
