package books

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// Sealer numbers committed events without gaps, appends them to the tenant's Merkle log and signs checkpoints. Posting
// never waits for it. Of several Vernos on one database, one holds the lease and seals.
type Sealer struct {
	store  *store.Store
	holder string
	sign   func(context.Context, verno.TenantID) (ed25519.PrivateKey, error)
}

// NewSealer makes a sealer; holder names this process in the lease, sign gives a tenant's signing key.
func NewSealer(s *store.Store, holder string, sign func(context.Context, verno.TenantID) (ed25519.PrivateKey, error)) *Sealer {
	return &Sealer{store: s, holder: holder, sign: sign}
}

// sealStep is how many batches are sealed in one transaction; leaseLife how long the lease lasts without being renewed.
const (
	sealStep  = 64
	leaseLife = 10 * time.Second
)

// Seal seals what is committed, all tenants in turn, and returns how many events got their number. It returns nothing
// sealed where another process has the lease.
func (s *Sealer) Seal(ctx context.Context, now func() time.Time) (sealed int64, err error) {
	tenants, err := s.store.Reader().Tenants(ctx)
	if err != nil {
		return 0, err
	}
	for _, t := range tenants {
		tenant := t.ID
		for {
			n, more, err := s.step(ctx, tenant, now())
			sealed += n
			if err != nil {
				return sealed, fmt.Errorf("seal %s: %w", tenant, err)
			}
			if !more {
				break
			}
		}
	}
	return sealed, nil
}

// errNotMine says that another sealer was there.
var errNotMine = errors.New("books: another sealer has the lease")

// step seals up to sealStep batches of a tenant in one transaction.
func (s *Sealer) step(ctx context.Context, tenant verno.TenantID, at time.Time) (sealed int64, more bool, err error) {
	batches, err := s.store.Reader().Unsealed(ctx, tenant, sealStep)
	if err != nil || len(batches) == 0 {
		return 0, false, err
	}
	key, err := s.sign(ctx, tenant)
	if err != nil {
		return 0, false, err
	}
	err = s.store.WriteLow(ctx, func(tx *store.Tx) error {
		sealed = 0
		now := verno.Micros(at)
		mine, err := tx.Lease(ctx, "sealer", s.holder, now, now+leaseLife.Microseconds())
		if err != nil {
			return err
		}
		if !mine {
			return errNotMine
		}
		sealed, err = s.seal(ctx, tx, tenant, at, batches, key)
		return err
	})
	if errors.Is(err, errNotMine) {
		return 0, false, nil
	}
	return sealed, len(batches) == sealStep, err
}

func (s *Sealer) seal(ctx context.Context, tx *store.Tx, tenant verno.TenantID, at time.Time, batches []store.Batch, key ed25519.PrivateKey) (int64, error) {
	last, err := tx.LatestCheckpoint(ctx, tenant)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	hashes := &hashes{ctx: ctx, reader: tx.Reader, tenant: tenant, size: last.Size, fresh: map[int64]tlog.Hash{}}
	size := last.Size
	totals := map[ledger.Account]int64{}
	for i := range batches {
		batches[i].FirstSeq = size
		if size, err = hashes.append(size, batches[i].Leaves); err != nil {
			return 0, err
		}
		if err := addTotals(totals, batches[i].Totals); err != nil {
			return 0, err
		}
	}
	checkpoint, err := sign(tenant, size, hashes, key, at)
	if err != nil {
		return 0, err
	}
	var tiles []store.Tile
	for _, t := range tlog.NewTiles(tileHeight, last.Size, size) {
		data, err := tlog.ReadTileData(t, hashes)
		if err != nil {
			return 0, err
		}
		tiles = append(tiles, store.Tile{Level: int64(t.L), Number: t.N, Hashes: data})
	}
	bulk := tx.Bulk()
	done := bulk.Seal(batches)
	bulk.PutLog(tenant, tiles, checkpoint)
	bulk.AddTotals(tenant, listTotals(totals))
	if err := bulk.Flush(ctx); err != nil {
		return 0, err
	}
	if done.Affected() != int64(len(batches)) {
		return 0, errNotMine
	}
	return size - last.Size, nil
}

func addTotals(totals map[ledger.Account]int64, text string) error {
	list, err := ReadTotals(text)
	for _, t := range list {
		totals[t.Account] += t.Amount
	}
	return err
}

func listTotals(totals map[ledger.Account]int64) []store.AccountTotal {
	list := make([]store.AccountTotal, 0, len(totals))
	for account, amount := range totals {
		list = append(list, store.AccountTotal{Account: account, Amount: amount})
	}
	return list
}

// tileHeight makes tiles of 256 hashes (C2SP tlog-tiles).
const tileHeight = 8

// hashes reads a tenant's log as golang.org/x/mod/sumdb/tlog wants it: what was just appended from memory, all else from
// tiles.
type hashes struct {
	ctx    context.Context //nolint:containedctx // tlog.HashReader takes none.
	reader *store.Reader
	tenant verno.TenantID
	size   int64 // of the stored log
	fresh  map[int64]tlog.Hash
	tiles  map[tlog.Tile][]byte
}

// append adds leaf hashes at the end and returns the new size.
func (h *hashes) append(size int64, leaves []byte) (int64, error) {
	for ; len(leaves) > 0; leaves = leaves[tlog.HashSize:] {
		made, err := tlog.StoredHashesForRecordHash(size, tlog.Hash(leaves[:tlog.HashSize]), h)
		if err != nil {
			return size, err
		}
		at := tlog.StoredHashIndex(0, size)
		for i, hash := range made {
			h.fresh[at+int64(i)] = hash
		}
		size++
	}
	return size, nil
}

// ReadHashes implements tlog.HashReader.
func (h *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if hash, ok := h.fresh[index]; ok {
			out[i] = hash
			continue
		}
		t := tlog.TileForIndex(tileHeight, index)
		data, err := h.tile(t)
		if err != nil {
			return nil, err
		}
		t.W = len(data) / tlog.HashSize
		if out[i], err = tlog.HashFromTile(t, data, index); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (h *hashes) tile(t tlog.Tile) ([]byte, error) {
	t.W = 0
	if data, ok := h.tiles[t]; ok {
		return data, nil
	}
	stored, err := h.reader.Tile(h.ctx, h.tenant, int64(t.L), t.N)
	if err != nil {
		return nil, fmt.Errorf("tile %d/%d: %w", t.L, t.N, err)
	}
	if h.tiles == nil {
		h.tiles = map[tlog.Tile][]byte{}
	}
	h.tiles[t] = stored.Hashes
	return stored.Hashes, nil
}

// LogName names a tenant's log in its checkpoints.
func LogName(tenant verno.TenantID) string { return "verno/" + tenant.String() }

// sign makes a checkpoint: a signed note (C2SP signed-note, tlog-checkpoint) of the log's name, size and root.
func sign(tenant verno.TenantID, size int64, h tlog.HashReader, key ed25519.PrivateKey, at time.Time) (store.Checkpoint, error) {
	root, err := tlog.TreeHash(size, h)
	if err != nil {
		return store.Checkpoint{}, err
	}
	text := checkpointText(tenant, size, root)
	public := ed25519.PublicKey(key[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
	signed, err := note.Sign(&note.Note{Text: text}, signer{name: LogName(tenant), public: public, key: key})
	if err != nil {
		return store.Checkpoint{}, err
	}
	return store.Checkpoint{Size: size, Root: root[:], Note: string(signed), At: verno.Micros(at)}, nil
}

// checkpointText is what a checkpoint says: the log's name, size and root.
func checkpointText(tenant verno.TenantID, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", LogName(tenant), size, root)
}

// signer signs notes with an Ed25519 key.
type signer struct {
	name   string
	public ed25519.PublicKey
	key    ed25519.PrivateKey
}

func (s signer) Name() string { return s.name }

func (s signer) KeyHash() uint32 { return keyHash(s.name, s.public) }

func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

// keyHash is the first four bytes of SHA-256 over name, newline, algorithm 1 (Ed25519) and public key (C2SP signed-note).
func keyHash(name string, public ed25519.PublicKey) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n\x01"))
	h.Write(public)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// Proof is what shows that an event is in the log that a checkpoint signs for.
type Proof struct {
	Seq        int64
	Leaf       []byte
	Hashes     [][]byte // from the leaf's sibling upwards (RFC 6962, 2.1.1)
	Checkpoint store.Checkpoint
}

// Prove makes the proof of a sealed event under the newest checkpoint. It returns store.ErrNotFound for a number that is
// not sealed yet.
func Prove(ctx context.Context, r *store.Reader, tenant verno.TenantID, seq int64) (Proof, error) {
	c, err := r.LatestCheckpoint(ctx, tenant)
	if err != nil {
		return Proof{}, err
	}
	if seq < 0 || seq >= c.Size {
		return Proof{}, store.ErrNotFound
	}
	h := &hashes{ctx: ctx, reader: r, tenant: tenant, size: c.Size}
	path, err := tlog.ProveRecord(c.Size, seq, h)
	if err != nil {
		return Proof{}, err
	}
	leaf, err := h.ReadHashes([]int64{tlog.StoredHashIndex(0, seq)})
	if err != nil {
		return Proof{}, err
	}
	p := Proof{Seq: seq, Leaf: leaf[0][:], Checkpoint: c}
	for i := range path {
		p.Hashes = append(p.Hashes, path[i][:])
	}
	return p, nil
}

// ProveGrowth makes the proof that the first from events of a log are the beginning of its first to events (RFC 6962,
// 2.1.2); to is at most the size of the newest checkpoint. Nothing is to be proved between equal sizes.
func ProveGrowth(ctx context.Context, r *store.Reader, tenant verno.TenantID, from, to int64) ([][]byte, error) {
	proof, err := tlog.ProveTree(to, from, &hashes{ctx: ctx, reader: r, tenant: tenant, size: to})
	if err != nil {
		return nil, err
	}
	path := make([][]byte, len(proof))
	for i := range proof {
		path[i] = proof[i][:]
	}
	return path, nil
}
