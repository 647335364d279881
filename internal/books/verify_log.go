package books

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// log reads the sealed log in its order and then what is not sealed yet.
func (v *verifier) log(ctx context.Context) error {
	signers, err := v.signers(ctx)
	if err != nil {
		return err
	}
	t := &tree{v: v, ctx: ctx, signers: signers}
	for next := int64(0); ; {
		batches, err := v.r.SealedBatches(ctx, v.tenant, next, 64)
		if err != nil {
			return err
		}
		if len(batches) == 0 {
			break
		}
		if err := v.batches(ctx, batches, t); err != nil {
			return err
		}
		next = batches[len(batches)-1].FirstSeq + 1
	}
	if err := t.end(); err != nil {
		return err
	}
	for after := (verno.BatchID{}); ; {
		batches, err := v.r.UnsealedBatches(ctx, v.tenant, after, 64)
		if err != nil {
			return err
		}
		if len(batches) == 0 {
			break
		}
		if err := v.batches(ctx, batches, nil); err != nil {
			return err
		}
		after = batches[len(batches)-1].ID
	}
	return v.strayEvents(ctx)
}

// strayEvents checks that no event is without a batch.
func (v *verifier) strayEvents(ctx context.Context) error {
	if v.again {
		return nil
	}
	n, err := v.r.CountEvents(ctx, v.tenant)
	if err == nil && n != v.events {
		v.say("events_without_batch", named("log"), "%d of %d", n-v.events, n)
	}
	return err
}

// batches checks the events of some batches and, where they are sealed, grows the tree by their leaves.
func (v *verifier) batches(ctx context.Context, batches []store.Batch, t *tree) error {
	at, ordinal := 0, int64(0)
	finish := func() {
		b := &batches[at]
		if ordinal != b.Count || int64(len(b.Leaves)) != b.Count*tlog.HashSize {
			v.say("batch_lacks_events", b.ID, "%d of %d, and %d leaves", ordinal, b.Count, len(b.Leaves)/tlog.HashSize)
		}
		at, ordinal = at+1, 0
	}
	err := v.r.SweepEvents(ctx, batches, func(e *store.EventRow) error {
		for batches[at].ID != e.Batch {
			finish()
		}
		leaf := store.Leaf([]byte(e.Body))
		from := int(e.Ordinal) * tlog.HashSize
		if e.Ordinal != ordinal || from+tlog.HashSize > len(batches[at].Leaves) || !bytes.Equal(leaf[:], batches[at].Leaves[from:from+tlog.HashSize]) {
			v.say("event_not_logged", e.Batch, "event %d is not the one in the log", e.Ordinal)
		}
		ordinal++
		v.count(&v.events, 1)
		v.event(e)
		return nil
	})
	if err != nil {
		return err
	}
	for at < len(batches) {
		finish()
	}
	for i := range batches {
		b := &batches[i]
		if err := v.batchTotals(b, t != nil); err != nil {
			v.say("batch_unreadable", b.ID, "%v", err)
		}
		v.count(&v.report.Events, int(b.Count))
		v.tick(int(b.Count))
		if t == nil {
			v.count(&v.report.UnsealedTail, int(b.Count))
			continue
		}
		v.count(&v.report.Sealed, int(b.Count))
		if err := t.grow(b); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) batchTotals(b *store.Batch, sealed bool) error {
	list, err := ReadTotals(b.Totals)
	for _, n := range list {
		if t := v.total(n.Account); sealed {
			t.sealed += n.Amount
		} else {
			t.unsealed += n.Amount
		}
	}
	return err
}

// event tallies what an event tells of.
func (v *verifier) event(e *store.EventRow) {
	h, ok := readHead(e.Body)
	if !ok {
		v.say("event_unreadable", e.Batch, "event %d", e.Ordinal)
		return
	}
	var key [80]byte
	if !h.entry.IsZero() {
		v.told.add(append(append(append(key[:0], 'e'), h.entry[:]...), h.hash[:]...), -1)
	}
	if h.kind == verno.EventReceiptCommitted || h.kind == verno.EventReceiptReturned {
		receipt, err := verno.ParseID[verno.ReceiptID](h.subject)
		if err != nil || receipt.IsZero() {
			v.say("event_without_receipt", e.Batch, "event %d, %s", e.Ordinal, h.kind)
			return
		}
		v.told.add(append(append(key[:0], 'r'), receipt[:]...), -1)
	}
}

// head is what a verification has to know of an event.
type head struct {
	kind    verno.EventKind
	subject string
	entry   verno.EntryID
	hash    [32]byte
}

// readHead reads an event's canonical JSON up to its details.
func readHead(body string) (h head, ok bool) {
	rest := body
	member := func(name string) (value string, ok bool) {
		after, ok := strings.CutPrefix(rest, name)
		if !ok {
			return "", false
		}
		end := strings.IndexByte(after, '"')
		if end < 0 || strings.IndexByte(after[:end], '\\') >= 0 {
			return "", false
		}
		rest = after[end+1:]
		return after[:end], true
	}
	kind, ok := member(`{"kind":"`)
	if !ok || !strings.HasPrefix(rest, `,"at":`) {
		return h, false
	}
	rest = rest[strings.IndexByte(rest[1:], ',')+1:]
	_, ok = member(`,"tenant":"`)
	if !ok {
		return h, false
	}
	member(`,"owner":"`)
	h.subject, _ = member(`,"subject":"`)
	member(`,"actor":"`)
	entry, _ := member(`,"entry":"`)
	hash, _ := member(`,"hash":"`)
	h.kind = verno.EventKind(kind)
	if rest != "}" && !strings.HasPrefix(rest, `,"detail":{`) {
		return slowHead(body)
	}
	if entry == "" {
		return h, hash == ""
	}
	if h.entry.UnmarshalText([]byte(entry)) != nil || len(hash) != hex.EncodedLen(len(h.hash)) {
		return h, false
	}
	_, err := hex.Decode(h.hash[:], []byte(hash))
	return h, err == nil
}

// slowHead reads an event in which something needed escapes.
func slowHead(body string) (h head, ok bool) {
	e, err := ReadEvent(store.EventRow{Body: body})
	if err != nil || !e.Entry.IsZero() && len(e.Hash) != len(h.hash) {
		return h, false
	}
	h = head{kind: e.Kind, subject: e.Subject, entry: e.Entry}
	copy(h.hash[:], e.Hash)
	return h, true
}

// signers are the keys that a tenant's checkpoints may be signed with.
func (v *verifier) signers(ctx context.Context) (note.Verifiers, error) {
	keys, err := v.r.TenantKeys(ctx, v.tenant)
	if err != nil {
		return nil, err
	}
	var list []note.Verifier
	for _, k := range keys {
		if k.Purpose != "sign" || len(k.Public) != ed25519.PublicKeySize {
			continue
		}
		text, err := note.NewEd25519VerifierKey(LogName(v.tenant), ed25519.PublicKey(k.Public))
		if err != nil {
			return nil, err
		}
		signer, err := note.NewVerifier(text)
		if err != nil {
			return nil, err
		}
		list = append(list, signer)
	}
	return note.VerifierList(list...), nil
}

// tree grows the Merkle tree of a log leaf by leaf and compares it with the tiles and checkpoints that are stored.
type tree struct {
	v       *verifier
	ctx     context.Context //nolint:containedctx // A verification has one.
	signers note.Verifiers
	size    int64
	stack   []node   // the roots of the whole subtrees that the log is made of, largest first
	tiles   [][]byte // by level, the hashes of the last tile
	waiting []store.Checkpoint
	last    int64 // the size of the last checkpoint that was read
	ended   bool  // no more checkpoints
}

type node struct {
	level int
	hash  tlog.Hash
}

// grow adds a batch.
func (t *tree) grow(b *store.Batch) error {
	if t.v.again {
		return nil
	}
	if b.FirstSeq != t.size {
		t.v.say("log_gap", b.ID, "begins at %d, where %d is next", b.FirstSeq, t.size)
	}
	for leaves := b.Leaves; len(leaves) >= tlog.HashSize; leaves = leaves[tlog.HashSize:] {
		if err := t.push(tlog.Hash(leaves[:tlog.HashSize])); err != nil {
			return err
		}
	}
	return t.checkpoints()
}

func (t *tree) push(leaf tlog.Hash) error {
	n := node{hash: leaf}
	if err := t.tile(n); err != nil {
		return err
	}
	for len(t.stack) > 0 && t.stack[len(t.stack)-1].level == n.level {
		n = node{level: n.level + 1, hash: tlog.NodeHash(t.stack[len(t.stack)-1].hash, n.hash)}
		t.stack = t.stack[:len(t.stack)-1]
		if err := t.tile(n); err != nil {
			return err
		}
	}
	t.stack = append(t.stack, n)
	t.size++
	return nil
}

// tile puts a hash into the tile that it belongs to, and compares the tile once it is full.
func (t *tree) tile(n node) error {
	level := n.level / tileHeight
	if n.level%tileHeight != 0 {
		return nil
	}
	if level == len(t.tiles) {
		t.tiles = append(t.tiles, nil)
	}
	t.tiles[level] = append(t.tiles[level], n.hash[:]...)
	if len(t.tiles[level]) < tlog.HashSize<<tileHeight {
		return nil
	}
	number := t.size >> (tileHeight * (level + 1))
	err := t.compare(level, number)
	t.tiles[level] = t.tiles[level][:0]
	return err
}

func (t *tree) compare(level int, number int64) error {
	stored, err := t.v.r.Tile(t.ctx, t.v.tenant, int64(level), number)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if !bytes.Equal(stored.Hashes, t.tiles[level]) {
		t.v.say("log_tile", named("log"), "level %d, number %d does not follow from the leaves", level, number)
	}
	return nil
}

// root is the root of the tree as it is.
func (t *tree) root() tlog.Hash {
	if len(t.stack) == 0 {
		hash, _ := tlog.TreeHash(0, nil)
		return hash
	}
	hash := t.stack[len(t.stack)-1].hash
	for i := len(t.stack) - 2; i >= 0; i-- {
		hash = tlog.NodeHash(t.stack[i].hash, hash)
	}
	return hash
}

// checkpoints checks those of the tree's size. Batches are sealed whole, so a checkpoint of a size that is never reached
// between two batches is wrong.
func (t *tree) checkpoints() error {
	for {
		if len(t.waiting) == 0 && !t.ended {
			list, err := t.v.r.Checkpoints(t.ctx, t.v.tenant, t.last, 256)
			if err != nil {
				return err
			}
			if t.waiting, t.ended = list, len(list) == 0; !t.ended {
				t.last = list[len(list)-1].Size
			}
		}
		if len(t.waiting) == 0 || t.waiting[0].Size > t.size {
			return nil
		}
		t.check(&t.waiting[0])
		t.waiting = t.waiting[1:]
	}
}

func (t *tree) check(c *store.Checkpoint) {
	t.v.count(&t.v.report.Checkpoints, 1)
	root := t.root()
	if c.Size != t.size || !bytes.Equal(c.Root, root[:]) {
		t.v.say("log_root", named("log"), "the checkpoint of size %d does not follow from the leaves", c.Size)
	}
	n, err := note.Open([]byte(c.Note), t.signers)
	if err != nil || n.Text != checkpointText(t.v.tenant, c.Size, root) {
		t.v.say("log_signature", named("log"), "the checkpoint of size %d: %v", c.Size, err)
	}
}

// end compares the last tiles, and checks that the last checkpoint vouches for all that is sealed.
func (t *tree) end() error {
	if t.v.again {
		return nil
	}
	if err := t.checkpoints(); err != nil {
		return err
	}
	for level := range t.tiles {
		if len(t.tiles[level]) > 0 {
			if err := t.compare(level, t.size>>(tileHeight*(level+1))); err != nil {
				return err
			}
		}
	}
	latest, err := t.v.r.LatestCheckpoint(t.ctx, t.v.tenant)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if latest.Size != t.size {
		t.v.say("log_size", named("log"), "the last checkpoint is of size %d, the log of %d", latest.Size, t.size)
	}
	return nil
}
