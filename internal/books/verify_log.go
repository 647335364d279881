package books

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/verno-loyalty/verno/internal/store"
)

// log checks that the sealed log is what was committed: numbers without a gap, leaves that are the hashes of their
// events, tiles and roots that follow from the leaves, checkpoints signed with the tenant's keys. Of the tail that is not
// sealed it takes the totals off the sums, because no account has them yet.
func (x *examination) log() error {
	checkpoints, err := x.signed()
	if err != nil {
		return err
	}
	tree := &tree{x: x, tiles: map[int64]store.Tile{}}
	for {
		list, err := x.r.BatchesFrom(x.ctx, x.tenant, tree.size, chunk)
		if err != nil {
			return err
		}
		done := 0
		for i := range list {
			if list[i].FirstSeq < tree.size {
				continue
			}
			done++
			if list[i].FirstSeq != tree.size {
				x.say("gap in the log", "%d follows %d", list[i].FirstSeq, tree.size-1)
			}
			if err := x.batch(&list[i], tree, checkpoints); err != nil {
				return err
			}
		}
		if done == 0 {
			break
		}
	}
	x.report.Sealed += tree.size
	for size := range checkpoints {
		x.say("checkpoint of what is not there", "size %d of %d", size, tree.size)
	}
	return x.tail()
}

// tail reads what is committed and not sealed yet.
func (x *examination) tail() error {
	list, err := x.r.Unsealed(x.ctx, x.tenant, 1<<30)
	if err != nil {
		return err
	}
	for i := range list {
		x.report.UnsealedTail += list[i].Count
		if err := x.batch(&list[i], nil, nil); err != nil {
			return err
		}
		totals, err := ReadTotals(list[i].Totals)
		if err != nil {
			return err
		}
		for _, t := range totals {
			x.sums[t.Account] -= t.Amount
		}
	}
	return nil
}

// batch checks the events of a batch against its leaves and puts them into the tree.
func (x *examination) batch(b *store.Batch, into *tree, checkpoints map[int64][]byte) error {
	events, err := x.r.EventsOf(x.ctx, b)
	if err != nil {
		return err
	}
	if int64(len(events)) != b.Count || len(b.Leaves) != len(events)*tlog.HashSize {
		x.say("batch lacks events", "%s: %d of %d", b.ID, len(events), b.Count)
		return nil
	}
	for i := range events {
		x.report.Events++
		leaf := b.Leaves[i*tlog.HashSize : (i+1)*tlog.HashSize]
		if hash := store.Leaf([]byte(events[i].Body)); !bytes.Equal(hash[:], leaf) {
			x.say("event is not the one in the log", "%s, %d", b.ID, i)
		}
		e, err := ReadEvent(events[i])
		if err != nil {
			x.say("event cannot be read", "%s, %d: %v", b.ID, i, err)
			continue
		}
		if !e.Entry.IsZero() {
			x.told.add(e.Entry, e.Hash)
		}
		if into == nil {
			continue
		}
		if err := into.add(tlog.Hash(leaf)); err != nil {
			return err
		}
		if root, ok := checkpoints[into.size]; ok {
			delete(checkpoints, into.size)
			if got := into.root(); !bytes.Equal(got[:], root) {
				x.say("checkpoint has another root", "size %d", into.size)
			}
		}
	}
	return nil
}

// signed reads all checkpoints and checks their signatures; it returns the root by size.
func (x *examination) signed() (map[int64][]byte, error) {
	keys, err := x.r.TenantKeys(x.ctx, x.tenant)
	if err != nil {
		return nil, err
	}
	var trusted []note.Verifier
	for _, k := range keys {
		if k.Purpose == "sign" && len(k.Public) == ed25519.PublicKeySize {
			trusted = append(trusted, verifier{LogName(x.tenant), k.Public})
		}
	}
	roots := map[int64][]byte{}
	for after := int64(0); ; {
		list, err := x.r.Checkpoints(x.ctx, x.tenant, after, chunk)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			after = c.Size
			x.report.Checkpoints++
			roots[c.Size] = c.Root
			n, err := note.Open([]byte(c.Note), note.VerifierList(trusted...))
			want := fmt.Sprintf("%s\n%d\n%s\n", LogName(x.tenant), c.Size, base64.StdEncoding.EncodeToString(c.Root))
			if err != nil || n.Text != want {
				x.say("checkpoint is not signed as it must be", "size %d", c.Size)
			}
		}
		if len(list) < chunk {
			return roots, nil
		}
	}
}

// verifier checks signatures of a tenant's key.
type verifier struct {
	name string
	key  ed25519.PublicKey
}

func (v verifier) Name() string                { return v.name }
func (v verifier) KeyHash() uint32             { return keyHash(v.name, v.key) }
func (v verifier) Verify(msg, sig []byte) bool { return ed25519.Verify(v.key, msg, sig) }

// tree rebuilds the Merkle tree from its leaves, keeping only the roots of the perfect trees that it is made of, and
// compares every hash that a tile holds.
type tree struct {
	x     *examination
	size  int64
	peaks []tlog.Hash          // the roots of the perfect trees, largest first
	tiles map[int64]store.Tile // the tile in hand, by level
}

func (t *tree) add(leaf tlog.Hash) error {
	hash, index := leaf, t.size
	if err := t.compare(0, index, hash); err != nil {
		return err
	}
	for level := int64(1); index&1 == 1; level++ {
		hash = tlog.NodeHash(t.peaks[len(t.peaks)-1], hash)
		t.peaks = t.peaks[:len(t.peaks)-1]
		index >>= 1
		if level%tileHeight == 0 {
			if err := t.compare(level/tileHeight, index, hash); err != nil {
				return err
			}
		}
	}
	t.peaks = append(t.peaks, hash)
	t.size++
	return nil
}

// compare looks a hash up in the tile that must hold it.
func (t *tree) compare(level, index int64, hash tlog.Hash) error {
	number, at := index>>tileHeight, index&(1<<tileHeight-1)
	tile, ok := t.tiles[level]
	if !ok || tile.Number != number {
		var err error
		tile, err = t.x.r.Tile(t.x.ctx, t.x.tenant, level, number)
		if errors.Is(err, store.ErrNotFound) {
			tile, err = store.Tile{Level: level, Number: number}, nil
		}
		if err != nil {
			return err
		}
		t.tiles[level] = tile
	}
	from := at * tlog.HashSize
	if int64(len(tile.Hashes)) < from+tlog.HashSize || !bytes.Equal(tile.Hashes[from:from+tlog.HashSize], hash[:]) {
		t.x.say("tile does not follow from the log", "level %d, number %d, place %d", level, number, at)
	}
	return nil
}

// root is the hash of the whole tree (RFC 6962, 2.1).
func (t *tree) root() tlog.Hash {
	hash := t.peaks[len(t.peaks)-1]
	for i := len(t.peaks) - 2; i >= 0; i-- {
		hash = tlog.NodeHash(t.peaks[i], hash)
	}
	return hash
}
