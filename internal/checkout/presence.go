package checkout

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/verno-loyalty/verno"
)

// presenceFormat is the first byte of a presence; another one is from another Verno and is not read.
const presenceFormat = 2

// presenceIDs is how many bytes a presence's identifiers take.
const presenceIDs = 8 * 16

// seal makes the opaque token that a till holds: format, identifiers, numbers, tags and method in a fixed order.
func (t *Till) seal(ctx context.Context, p *verno.Presence) (string, error) {
	b := make([]byte, 1, 176)
	b[0] = presenceFormat
	for _, id := range [...][16]byte{p.Tenant, p.Terminal, p.APIKey, p.Member, p.Owner, p.Card, p.Confirmed, p.Template} {
		b = append(b, id[:]...)
	}
	for _, n := range [...]int64{
		p.Epoch, p.Step, int64(p.BirthMonth), int64(p.BirthDay), verno.Micros(p.Until), int64(len(p.Tags)),
	} {
		b = binary.AppendVarint(b, n)
	}
	for _, tag := range p.Tags {
		b = append(binary.AppendVarint(b, int64(len(tag))), tag...)
	}
	token, err := t.vault.SealPresence(ctx, p.Tenant, append(b, p.Method...))
	return "prs_" + token, err
}

// readPresence reads what seal wrote; ok is false for anything else.
func readPresence(b []byte) (p verno.Presence, ok bool) {
	if len(b) < 1+presenceIDs || b[0] != presenceFormat {
		return p, false
	}
	b = b[1:]
	for _, id := range [...]*[16]byte{
		(*[16]byte)(&p.Tenant), (*[16]byte)(&p.Terminal), (*[16]byte)(&p.APIKey), (*[16]byte)(&p.Member),
		(*[16]byte)(&p.Owner), (*[16]byte)(&p.Card), (*[16]byte)(&p.Confirmed), (*[16]byte)(&p.Template),
	} {
		b = b[copy(id[:], b):]
	}
	var numbers [6]int64
	for i := range numbers {
		n, size := binary.Varint(b)
		if size <= 0 {
			return p, false
		}
		numbers[i], b = n, b[size:]
	}
	p.Epoch, p.Step, p.BirthMonth, p.BirthDay = numbers[0], numbers[1], int(numbers[2]), int(numbers[3])
	for range numbers[5] {
		n, size := binary.Varint(b)
		if size <= 0 || n < 0 || n > int64(len(b)-size) {
			return p, false
		}
		p.Tags, b = append(p.Tags, string(b[size:size+int(n)])), b[size+int(n):]
	}
	p.Until, p.Method = verno.FromMicros(numbers[4]), verno.Method(b)
	return p, true
}

// open reads a presence and checks that it is this actor's, at this terminal, and still lives. It returns nil for the
// empty token.
func (t *Till) open(ctx context.Context, a verno.Actor, token string, terminal verno.TerminalID, now time.Time) (*verno.Presence, error) {
	if token == "" {
		return nil, nil
	}
	if len(token) < 5 || token[:4] != "prs_" {
		return nil, verno.Invalid("presence_invalid")
	}
	plain, err := t.vault.OpenPresence(ctx, a.Tenant, token[4:])
	if err != nil {
		return nil, verno.Invalid("presence_invalid").Because(err)
	}
	p, ok := readPresence(plain)
	if !ok || p.Tenant != a.Tenant || p.Terminal != terminal || p.APIKey != a.APIKey || !now.Before(p.Until) {
		return nil, verno.Invalid("presence_invalid")
	}
	return &p, nil
}
