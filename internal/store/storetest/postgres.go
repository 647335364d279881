package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// own is the cluster that all tests of the process share.
var own struct {
	sync.Once
	cluster *Cluster
	err     error
}

// sharedURL is the server that tests make their databases on.
func sharedURL(tb testing.TB) string {
	tb.Helper()
	if dsn := os.Getenv("VERNO_TEST_PG"); dsn != "" {
		return dsn
	}
	own.Do(func() { own.cluster, own.err = startCluster() })
	if own.err != nil {
		tb.Fatalf("PostgreSQL does not start: %v\nInstall it (apt-get install postgresql), or set VERNO_TEST_ENGINE=sqlite to leave it out.", own.err)
	}
	return own.cluster.URL("postgres")
}

// run tells databases of this process from those of others on the same server.
var (
	run       = strings.ToLower(rand.Text()[:10])
	databases atomic.Int64
	templates struct {
		sync.Mutex
		names map[string]string
	}
)

// postgresDSN copies the template of a schema.
func postgresDSN(tb testing.TB, files fs.FS) string {
	tb.Helper()
	server := sharedURL(tb)
	return createDatabase(tb, server, template(tb, server, files))
}

// template is a database with a schema, made once in a process. Nobody may be connected to it while it is copied.
func template(tb testing.TB, server string, files fs.FS) string {
	tb.Helper()
	templates.Lock()
	defer templates.Unlock()
	key := fingerprint(tb, files)
	if name := templates.names[key]; name != "" {
		return name
	}
	name := fmt.Sprintf("verno_%s_template_%s", run, key)
	execute(tb, server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'")
	migrate(tb, inDatabase(tb, server, name), files)
	if templates.names == nil {
		templates.names = map[string]string{}
	}
	templates.names[key] = name
	return name
}

func emptyPostgres(tb testing.TB) string {
	tb.Helper()
	return createDatabase(tb, sharedURL(tb), "template0")
}

func createDatabase(tb testing.TB, server, template string) string {
	tb.Helper()
	name := fmt.Sprintf("verno_%s_%d", run, databases.Add(1))
	execute(tb, server, "CREATE DATABASE "+name+" TEMPLATE "+template)
	tb.Cleanup(func() { execute(tb, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return inDatabase(tb, server, name)
}

func execute(tb testing.TB, dsn, statement string) {
	tb.Helper()
	ctx := context.WithoutCancel(tb.Context())
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		tb.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement).ReadAll(); err != nil {
		tb.Fatal(err)
	}
}

// inDatabase is a URL of a server with another database.
func inDatabase(tb testing.TB, server, name string) string {
	tb.Helper()
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
