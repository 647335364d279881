package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/verno-loyalty/verno"
)

// Backup writes a copy of the database, as it is at one moment, to a file while the store is in use. The file appears
// under its name only when it is whole and on the disk. Progress, which may be nil, hears how much is done: pages of
// SQLite with their total, bytes of PostgreSQL's dump with a total of 0. PostgreSQL needs its pg_dump on this machine.
func (s *Store) Backup(ctx context.Context, path string, progress func(done, total int64)) error {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	err := placed(path, func(unfinished string) error { return s.engine.backup(ctx, unfinished, progress) })
	if err != nil {
		return fmt.Errorf("store: backup to %s: %w", path, classify(err))
	}
	return nil
}

// LastBackup is when the newest copy of the database was made, in µs; 0 where none is known of.
func (r *Reader) LastBackup(ctx context.Context) (int64, error) {
	return queryOne(ctx, r, scanOne[int64], `SELECT COALESCE(MAX(taken_at), 0) FROM backup`)
}

// InsertBackup notes that a copy of the database was made, and how large it is.
func (tx *Tx) InsertBackup(ctx context.Context, at time.Time, bytes int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO backup (taken_at, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING`, verno.Micros(at), bytes)
	return err
}

// Restore brings a backup back into a database that is empty or not there, and refuses any other. The backup of a
// SQLite file is a SQLite file, that of a PostgreSQL database is for pg_restore, which must be on this machine.
func Restore(ctx context.Context, backup, dsn string) error {
	path, err := sqlitePath(dsn)
	if err != nil {
		return err
	}
	if path == "" {
		err = restorePostgres(ctx, backup, dsn)
	} else {
		err = restoreSQLite(ctx, backup, path)
	}
	if err != nil {
		return fmt.Errorf("store: restore %s: %w", backup, classify(err))
	}
	return nil
}

// ErrNotEmpty says that a backup would overwrite what is there.
var ErrNotEmpty = errors.New("store: the target is not empty")

// placed lets write make a file under another name, brings it to the disk and gives it its name, so that a file of that
// name is whole whatever happens. It refuses to replace a file that is there.
func placed(path string, write func(unfinished string) error) error {
	// SQLite's driver takes a name for a URI, of which a relative path is none.
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(ErrNotEmpty, err)
	}
	unfinished := path + ".unfinished"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err = write(unfinished)
	if err == nil {
		err = syncFile(unfinished)
	}
	if err == nil {
		// A link, unlike a rename, does not replace what has come there meanwhile.
		err = os.Link(unfinished, path)
		if errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported) {
			err = os.Rename(unfinished, path)
		}
	}
	if err == nil {
		err = syncFile(filepath.Dir(path))
	}
	if gone := os.Remove(unfinished); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// syncFile brings a file, or the names in a directory, to the disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// copyFile copies a file, for its owner's eyes only.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
