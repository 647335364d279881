package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"

	"modernc.org/sqlite"
)

// backupStep is how many pages are copied before progress is told and the context looked at.
const backupStep = 1024

// backup copies the pages of one snapshot: while the reading transaction is open the writer's changes are not seen, and
// the copy never begins again.
func (f *file) backup(ctx context.Context, path string, progress func(done, total int64)) error {
	made, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := made.Close(); err != nil {
		return err
	}
	conn, err := f.readers.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error {
		if _, err := ask(ctx, raw, "BEGIN"); err != nil {
			return err
		}
		_, err := ask(ctx, raw, "SELECT COUNT(*) FROM sqlite_master")
		if err == nil {
			err = copyPages(ctx, raw, path, progress)
		}
		_, end := ask(context.WithoutCancel(ctx), raw, "ROLLBACK")
		return errors.Join(err, end)
	})
}

func copyPages(ctx context.Context, conn any, path string, progress func(done, total int64)) error {
	source, err := as[interface {
		NewBackup(to string) (*sqlite.Backup, error)
	}](conn)
	if err != nil {
		return err
	}
	to := (&url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=synchronous(2)"}).String()
	copying, err := source.NewBackup(to)
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		if more, err = copying.Step(backupStep); err == nil {
			total := int64(copying.PageCount())
			progress(total-int64(copying.Remaining()), total)
			err = ctx.Err()
		}
	}
	return errors.Join(err, copying.Finish())
}

// beforeMigration replaces the copy of an earlier attempt: it was made of the same state.
func (f *file) beforeMigration(ctx context.Context, name string) error {
	path := f.path + "." + name
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return placed(path, func(unfinished string) error {
		return f.backup(ctx, unfinished, func(int64, int64) {})
	})
}

// restoreSQLite puts a checked copy of a backup in place of a file that is empty or not there.
func restoreSQLite(ctx context.Context, backup, path string) error {
	if err := isSQLite(backup); err != nil {
		return err
	}
	for _, name := range []string{path, path + "-wal"} {
		switch info, err := os.Stat(name); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case info.Size() > 0:
			return fmt.Errorf("%w: %s", ErrNotEmpty, name)
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return placed(path, func(unfinished string) error {
		if err := copyFile(backup, unfinished); err != nil {
			return err
		}
		return quickCheck(ctx, unfinished)
	})
}

func isSQLite(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 16)
	if _, err := io.ReadFull(f, head); err != nil || !bytes.Equal(head, []byte("SQLite format 3\x00")) {
		return errors.New("this is no backup of a SQLite database")
	}
	return nil
}

// quickCheck lets SQLite read a whole file for damage. The file is not changed, nor are files made beside it.
func quickCheck(ctx context.Context, path string) error {
	connector, err := sqlite.NewConnector((&url.URL{Scheme: "file", Path: path, RawQuery: "immutable=1"}).String())
	if err != nil {
		return err
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return err
	}
	verdict, err := ask(ctx, conn, "PRAGMA quick_check(1)")
	if err == nil && verdict != "ok" {
		err = fmt.Errorf("the backup is damaged: %v", verdict)
	}
	return errors.Join(err, conn.Close())
}
