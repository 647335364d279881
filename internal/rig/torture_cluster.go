package rig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// cluster is a private PostgreSQL on a port of the loopback address, which may be killed and started again.
type cluster struct {
	folder  string
	lock    *os.File // held as long as the folder is ours; nil on a disk of its own
	bin     string
	port    int
	log     *os.File
	run     *syscall.Credential // of a user other than root, whom PostgreSQL does not accept
	options []string            // such as fsync=off
	server  *process
	clock   func() time.Time
}

// clusterSettings are those of a server that keeps what it acknowledges.
const clusterSettings = `
listen_addresses = '127.0.0.1'
max_connections = 100
shared_buffers = 64MB
fsync = on
full_page_writes = on
synchronous_commit = on
`

// clusterFolders is how the folders of clusters begin.
const clusterFolders = "verno-torture-pg-"

// startCluster makes a cluster in a temporary folder below another, or in the usual place, and starts it.
func startCluster(ctx context.Context, clock func() time.Time, below, log string, options []string) (*cluster, error) {
	c := &cluster{clock: clock, options: options}
	var err error
	if c.log, err = os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return nil, err
	}
	if c.bin, err = postgresPrograms(); err == nil {
		if below == "" {
			sweepFolders(os.TempDir())
			c.folder, c.lock, err = lockedFolder(os.TempDir())
		} else { // A disk of its own goes as a whole, and an open file would keep it from being taken away.
			c.folder, err = os.MkdirTemp(below, clusterFolders)
		}
	}
	if err == nil {
		err = c.init(ctx)
	}
	if err == nil {
		err = c.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// postgresPrograms is the folder of PostgreSQL's programs: where the shell finds initdb, or where Debian puts it, newest
// first.
func postgresPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL's initdb is neither in PATH nor in /usr/lib/postgresql/*/bin")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

func (c *cluster) init(ctx context.Context) error {
	if os.Geteuid() == 0 {
		if err := c.leaveRoot(); err != nil {
			return err
		}
	}
	var err error
	if c.port, err = freePort(ctx); err != nil {
		return err
	}
	data := filepath.Join(c.folder, "data")
	initdb := c.command("initdb", "-D", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions")
	p, err := launch(initdb)
	if err != nil {
		return err
	}
	if <-p.ended; !initdb.ProcessState.Success() {
		return fmt.Errorf("initdb failed: %s", c.said())
	}
	conf, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = conf.WriteString(clusterSettings)
	return errors.Join(err, conf.Sync(), conf.Close())
}

// leaveRoot gives the folder to a user whom PostgreSQL accepts.
func (c *cluster) leaveRoot() error {
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
		c.run = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(c.folder, int(uid), int(gid))
	}
	return errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

// command is one of PostgreSQL's programs, run as the cluster's user, with what it says in the cluster's log.
func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...) //nolint:noctx // It ends by a signal of its own.
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.folder, c.log, c.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.run}
	return cmd
}

// said is the end of the log.
func (c *cluster) said() []byte {
	text, _ := os.ReadFile(c.log.Name())
	return text[max(0, len(text)-2000):]
}

func (c *cluster) url() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", c.port)
}

// start starts the server and waits until it takes connections, which includes the recovery after it was killed.
func (c *cluster) start(ctx context.Context) error {
	deadline := c.clock().Add(startPatience)
	for tries := 0; tries < mostStarts && c.clock().Before(deadline); {
		if c.server == nil || c.server.gone() { // The memory of a killed server may not be free yet.
			args := []string{"-D", filepath.Join(c.folder, "data"), "-p", strconv.Itoa(c.port), "-k", c.folder}
			for _, option := range c.options {
				args = append(args, "-c", option)
			}
			var err error
			if c.server, err = launch(c.command("postgres", args...)); err != nil {
				return err
			}
			tries++
		}
		if s, err := store.Open(ctx, c.url(), store.Options{PoolSize: 1, Lanes: 1, Weak: true}); err == nil {
			return s.Close()
		}
		if wait(ctx, 50*time.Millisecond); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("PostgreSQL does not start: %s", c.said())
}

// mostStarts bounds how often a server that ends at once is started again.
const mostStarts = 50

// kill ends the server as the loss of its machine would: all its processes at once, none of them told.
func (c *cluster) kill() error {
	err := c.halt()
	for _, child := range childrenOf(c.server.cmd.Process.Pid) {
		_ = syscall.Kill(child, syscall.SIGKILL) // It may have ended by itself.
	}
	c.server.kill()
	return err
}

// halt lets all processes of the server stand still. The postmaster does first, so that it starts no more of them and
// tidies up after none.
func (c *cluster) halt() error {
	pid := c.server.cmd.Process.Pid
	if err := halt(pid); err != nil {
		return err
	}
	for _, child := range childrenOf(pid) {
		if err := halt(child); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}

// dump writes the database into a file, for whoever wants to look at it when the cluster is gone.
func (c *cluster) dump(ctx context.Context, path string) error {
	if c.server == nil || c.server.gone() {
		return errors.New("PostgreSQL does not run any more")
	}
	ctx, stop := context.WithTimeout(ctx, startPatience)
	defer stop()
	program := filepath.Join(c.bin, "pg_dump")
	if _, err := os.Stat(program); err != nil {
		program = "pg_dump" // wherever the shell finds it
	}
	return exec.CommandContext(ctx, program, "-Fc", "-f", path, "-d", c.url()).Run()
}

// close stops the server and removes its folder.
func (c *cluster) close() error {
	if c.server != nil && !c.server.gone() {
		_ = c.server.cmd.Process.Signal(syscall.SIGINT)
		<-c.server.ended
	}
	_ = c.log.Close()
	if c.folder == "" {
		return nil
	}
	err := os.RemoveAll(c.folder)
	if c.lock != nil {
		_ = c.lock.Close()
	}
	return err
}

func freePort(ctx context.Context) (int, error) {
	on, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer on.Close()
	_, port, err := net.SplitHostPort(on.Addr().String())
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}
