package store_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// things is a schema small enough to know by heart.
var things = fstest.MapFS{"0001_things.sql": {Data: []byte(`
CREATE TABLE thing (
	id    BYTEA PRIMARY KEY,
	count BIGINT NOT NULL CHECK (count >= 0),
	name  TEXT NOT NULL,
	note  BYTEA
);
CREATE UNIQUE INDEX thing_name ON thing (name); -- a semicolon ; in a comment
CREATE TABLE part (
	id       BYTEA PRIMARY KEY,
	thing_id BYTEA NOT NULL REFERENCES thing,
	rank     BIGINT NOT NULL
);
CREATE INDEX part_thing ON part (thing_id, rank);
INSERT INTO thing (id, count, name) VALUES ('\x00', 7, 'a; b');
DELETE FROM thing;
`)}}

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// each runs fn on every engine with the tables of things.
func each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	storetest.EachWith(t, things, fn)
}

func key(n int) []byte { return []byte{byte(n >> 8), byte(n), 0, 255} }
