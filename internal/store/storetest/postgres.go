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
func sharedURL(t testing.TB) string {
	t.Helper()
	if dsn := os.Getenv("VERNO_TEST_PG"); dsn != "" {
		return dsn
	}
	own.Do(func() { own.cluster, own.err = startCluster() })
	if own.err != nil {
		t.Fatalf("PostgreSQL does not start: %v\nInstall it (apt-get install postgresql), or set VERNO_TEST_ENGINE=sqlite to leave it out.", own.err)
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
func postgresDSN(t testing.TB, files fs.FS) string {
	t.Helper()
	server := sharedURL(t)
	return createDatabase(t, server, template(t, server, files))
}

// template is a database with a schema, made once in a process. Nobody may be connected to it while it is copied.
func template(t testing.TB, server string, files fs.FS) string {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	key := fingerprint(t, files)
	if name := templates.names[key]; name != "" {
		return name
	}
	name := fmt.Sprintf("verno_%s_template_%s", run, key)
	execute(t, server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'")
	migrate(t, inDatabase(t, server, name), files)
	if templates.names == nil {
		templates.names = map[string]string{}
	}
	templates.names[key] = name
	return name
}

func emptyPostgres(t testing.TB) string {
	t.Helper()
	return createDatabase(t, sharedURL(t), "template0")
}

func createDatabase(t testing.TB, server, template string) string {
	t.Helper()
	name := fmt.Sprintf("verno_%s_%d", run, databases.Add(1))
	execute(t, server, "CREATE DATABASE "+name+" TEMPLATE "+template)
	t.Cleanup(func() { execute(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return inDatabase(t, server, name)
}

func execute(t testing.TB, dsn, statement string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement).ReadAll(); err != nil {
		t.Fatal(err)
	}
}

// inDatabase is a URL of a server with another database.
func inDatabase(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
