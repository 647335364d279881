package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Cluster is a private PostgreSQL on a port of the loopback address. It runs under a user other than root, as it wants,
// and a watcher removes it when this process ends, in whatever way.
type Cluster struct {
	folder string
	bin    string
	port   int
	log    *os.File
	attr   *syscall.SysProcAttr

	mu      sync.Mutex
	started bool // and so keeps its port
	server  *exec.Cmd
	ended   chan struct{} // closed when the server has ended
	watcher io.Closer     // whose end makes the watcher stop the server and remove the folder
}

// startTimeout bounds how long a cluster may take to come up, which includes the recovery after it was killed.
const startTimeout = 60 * time.Second

// watch waits until nobody holds the other end of its input any more.
const watch = `cat >/dev/null
pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$0"`

// settings are those of a server that keeps its promises, small enough to stand beside others.
const settings = `
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = 64MB
fsync = on
full_page_writes = on
synchronous_commit = on
`

// NewCluster starts a cluster for one test, which may kill it and start it again. It skips the test where PostgreSQL is
// left out.
func NewCluster(tb testing.TB) *Cluster {
	tb.Helper()
	if os.Getenv("VERNO_TEST_ENGINE") == "sqlite" {
		tb.Skip("PostgreSQL is left out")
	}
	c, err := startCluster()
	if err != nil {
		tb.Fatalf("PostgreSQL does not start: %v", err)
	}
	tb.Cleanup(func() { _ = c.watcher.Close() })
	return c
}

// URL names a database of the cluster; "postgres" is always there.
func (c *Cluster) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, database)
}

// Execute runs a statement as the cluster's superuser.
func (c *Cluster) Execute(tb testing.TB, statement string) {
	tb.Helper()
	execute(tb, c.URL("postgres"), statement)
}

// Kill ends the server as kill -9 does.
func (c *Cluster) Kill() error { return c.end(syscall.SIGKILL) }

// Stop ends the server in order; its clients are told.
func (c *Cluster) Stop() error { return c.end(syscall.SIGINT) }

func (c *Cluster) end(how syscall.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.server.Process.Signal(how); err != nil {
		return err
	}
	<-c.ended
	return nil
}

// Start starts the server after Kill or Stop and waits until it answers. Options are such as "fsync=off".
func (c *Cluster) Start(options ...string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		if !c.started {
			var err error
			if c.port, err = freePort(); err != nil { // Someone else may take it before the server does.
				return err
			}
		}
		if err := c.launch(options); err != nil {
			return err
		}
		for alive := true; alive; {
			err := c.answers(ctx)
			if err == nil {
				c.started = true
				return nil
			}
			select {
			case <-retry.C:
			case <-c.ended: // The memory of a killed server, or its port, was not free yet.
				alive = false
			case <-ctx.Done():
				log, _ := os.ReadFile(c.log.Name())
				return fmt.Errorf("no answer after %v: %w\n%s", startTimeout, err, log)
			}
		}
	}
}

// answers asks whether the server on the port is there and is this one.
func (c *Cluster) answers(ctx context.Context) error {
	conn, err := pgconn.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	result := conn.ExecParams(ctx, "SELECT current_setting('data_directory')", nil, nil, nil, nil).Read()
	if result.Err != nil {
		return result.Err
	}
	if folder := string(result.Rows[0][0]); folder != filepath.Join(c.folder, "data") {
		return fmt.Errorf("the port belongs to %s", folder)
	}
	return nil
}

func (c *Cluster) launch(options []string) error {
	args := []string{"-D", filepath.Join(c.folder, "data"), "-p", strconv.Itoa(c.port), "-k", c.folder}
	for _, option := range options {
		args = append(args, "-c", option)
	}
	cmd := c.command(filepath.Join(c.bin, "postgres"), args...)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // How it ended stands in its log.
		close(ended)
	}()
	c.server, c.ended = cmd, ended
	return nil
}

// command runs a program as the cluster's user, with its output in the cluster's log.
func (c *Cluster) command(path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), path, args...) // It ends by a signal of its own.
	cmd.Dir, cmd.SysProcAttr, cmd.Stdout, cmd.Stderr = c.folder, c.attr, c.log, c.log
	return cmd
}

// startCluster makes a cluster in a temporary folder and starts it.
func startCluster() (*Cluster, error) {
	bin, err := findPrograms()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, attr: &syscall.SysProcAttr{Setpgid: true}}
	if c.folder, err = os.MkdirTemp(roomInMemory(), "verno-pg-"); err != nil {
		return nil, err
	}
	if err := c.init(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.folder))
	}
	if err := c.Start(); err != nil {
		return nil, errors.Join(err, c.watcher.Close())
	}
	return c, nil
}

// init makes the cluster's files, chooses its port and puts the watcher in place.
func (c *Cluster) init() error {
	if os.Geteuid() == 0 {
		if err := c.leaveRoot(); err != nil {
			return err
		}
	}
	var err error
	if c.log, err = os.OpenFile(filepath.Join(c.folder, "log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return err
	}
	data := filepath.Join(c.folder, "data")
	initdb := c.command(filepath.Join(c.bin, "initdb"), "-D", data, "--username=postgres", "--auth=trust",
		"--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if err := initdb.Run(); err != nil {
		log, _ := os.ReadFile(c.log.Name())
		return fmt.Errorf("initdb: %w\n%s", err, log)
	}
	conf, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = conf.WriteString(settings)
	if err := errors.Join(err, conf.Close()); err != nil {
		return err
	}
	watcher := c.command("/bin/sh", "-c", watch, c.folder)
	watcher.Dir = "/"
	if c.watcher, err = watcher.StdinPipe(); err != nil {
		return err
	}
	return watcher.Start()
}

// leaveRoot gives the folder to a user whom PostgreSQL accepts.
func (c *Cluster) leaveRoot() error {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(errUID, errGID); err != nil {
			return err
		}
		c.attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(c.folder, int(uid), int(gid))
	}
	return errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

// findPrograms is the folder of PostgreSQL's programs: where the shell finds initdb, or where Debian puts it, newest
// first.
func findPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("initdb is neither in PATH nor in /usr/lib/postgresql/*/bin")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// roomInMemory is Linux's folder in memory, where a new database takes a tenth of the time, if there is room in it;
// else the usual folder for what is temporary. No test cuts the power, so the server keeps its promises there too.
func roomInMemory() string {
	const folder, enough = "/dev/shm", 2 << 30
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < enough {
		return ""
	}
	return folder
}

func freePort() (int, error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}
