package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// backup lets pg_dump write its archive through this process, which counts the bytes.
func (s *server) backup(ctx context.Context, path string, progress func(done, total int64)) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = runTool(ctx, s.dsn, &counting{w: out, progress: progress}, "pg_dump", "--format=custom", "--no-owner", "--no-privileges")
	return errors.Join(err, out.Close())
}

type counting struct {
	w        io.Writer
	done     int64
	progress func(done, total int64)
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.done += int64(n)
	c.progress(c.done, 0)
	return n, err
}

// restorePostgres loads an archive in one transaction.
func restorePostgres(ctx context.Context, backup, dsn string) error {
	if _, err := os.Stat(backup); err != nil {
		return err
	}
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	const tables = `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
		AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'`
	result := conn.ExecParams(ctx, tables, nil, nil, nil, nil).Read()
	if err := errors.Join(result.Err, conn.Close(ctx)); err != nil {
		return err
	}
	if n := string(result.Rows[0][0]); n != "0" {
		return fmt.Errorf("%w: it has %s tables", ErrNotEmpty, n)
	}
	return runTool(ctx, dsn, io.Discard, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", backup)
}

// runTool runs one of PostgreSQL's programs on a database. The password goes by the environment, as everyone on the
// machine can read a command line.
func runTool(ctx context.Context, dsn string, stdout io.Writer, name string, args ...string) error {
	tool, err := findTool(name)
	if err != nil {
		return err
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return errors.New("the URL of the database cannot be read") // Its error would quote the password.
	}
	password, given := u.User.Password()
	if given {
		u.User = url.User(u.User.Username())
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, tool, append([]string{"--dbname=" + u.String()}, args...)...)
	cmd.Env = os.Environ()
	if given {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	cmd.Stdout, cmd.Stderr = stdout, &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(stderr.String()))
	}
	return nil
}

// findTool finds a program of PostgreSQL where the shell would, and then where Debian puts it, newest first.
func findTool(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s is not on this machine: install PostgreSQL's client programs", name)
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}
