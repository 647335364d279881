package store

import (
	"context"

	"github.com/verno-loyalty/verno"
)

// Tile is up to 256 neighbouring hashes of one level of the Merkle log.
type Tile struct {
	Level  int64
	Number int64
	Hashes []byte
}

// Checkpoint is the sealer's signed statement about the first Size events.
type Checkpoint struct {
	Size int64
	Root []byte
	Note string
	At   int64
}

var (
	putTile = Insert("log_tile", "tenant bytea, level bigint, number bigint, hashes bytea",
		"ON CONFLICT (tenant, level, number) DO UPDATE SET hashes = excluded.hashes")
	putCheckpoint = Insert("checkpoint", "tenant bytea, size bigint, root bytea, note text, at bigint",
		"ON CONFLICT (tenant, size) DO NOTHING")
)

// PutLog writes tiles, whole or partial, and a checkpoint.
func (p *Pipe) PutLog(tenant verno.TenantID, tiles []Tile, c Checkpoint) {
	v := p.Values(putTile)
	for i := range tiles {
		v.Bytes(tenant[:]).Int(tiles[i].Level).Int(tiles[i].Number).Bytes(tiles[i].Hashes)
	}
	p.Values(putCheckpoint).Bytes(tenant[:]).Int(c.Size).Bytes(c.Root).Text(c.Note).Int(c.At)
}

func scanTile(row Scanner) (t Tile, err error) {
	err = row.Scan(&t.Level, &t.Number, &t.Hashes)
	return t, err
}

// Tile reads a tile. It returns ErrNotFound where there is none.
func (r *Reader) Tile(ctx context.Context, tenant verno.TenantID, level, number int64) (Tile, error) {
	return queryOne(ctx, r, scanTile, `SELECT level, number, hashes FROM log_tile
		WHERE tenant = $1 AND level = $2 AND number = $3`, tenant, level, number)
}

func scanCheckpoint(row Scanner) (c Checkpoint, err error) {
	err = row.Scan(&c.Size, &c.Root, &c.Note, &c.At)
	return c, err
}

// LatestCheckpoint reads the newest checkpoint. It returns ErrNotFound before the first.
func (r *Reader) LatestCheckpoint(ctx context.Context, tenant verno.TenantID) (Checkpoint, error) {
	return queryOne(ctx, r, scanCheckpoint, `SELECT size, root, note, at FROM checkpoint
		WHERE tenant = $1 ORDER BY size DESC LIMIT 1`, tenant)
}

// Checkpoints lists checkpoints by rising size, of more than after events.
func (r *Reader) Checkpoints(ctx context.Context, tenant verno.TenantID, after int64, limit int) ([]Checkpoint, error) {
	return queryAll(ctx, r, scanCheckpoint, `SELECT size, root, note, at FROM checkpoint
		WHERE tenant = $1 AND size > $2 ORDER BY size LIMIT $3`, tenant, after, limit)
}

// Lease takes or keeps a lease, so that of several Vernos one does a job. It reports whether the holder has it.
func (tx *Tx) Lease(ctx context.Context, name, holder string, now, until int64) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE lease.holder = excluded.holder OR lease.until < $4`, name, holder, until, now)
	return n == 1, err
}
