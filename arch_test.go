package verno_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The house is the import map of the design as a table, and this file fails on every package that is not in it and on
// every import that it does not allow. It reads what `go list` says of production code: test files may import what
// they like, because a test of one floor often needs the floors above to set its scene.

const module = "github.com/verno-loyalty/verno"

type floor string

const (
	words    floor = "WORDS"
	rules    floor = "RULES"
	storage  floor = "STORE"
	useCases floor = "USE CASES"
	delivery floor = "DELIVERY"
	faces    floor = "FACES"
	entrance floor = "MAIN"
)

// room is a package: its name on the map, its floor, and the names of the packages that it may import.
type room struct {
	name    string
	floor   floor
	imports string
}

// shown is what a face may import: the words, the frame of all faces, who is asking, and whatever it shows.
const shown = "verno money web web/words web/assets web/view web/site auth checkout member campaign exchange queue pass notify payment webhook report " +
	"ledger promo progress segment fraud card code nfc brand store"

// everything is what the server may import: each row above its own, save those that are for tests.
const everything = "*"

var house = []room{
	{"money", words, ""},
	{"verno", words, "money"},

	{"brand", rules, ""},
	{"ledger", rules, "verno money"},
	{"segment", rules, "verno money"},
	{"promo", rules, "verno money segment"},
	{"progress", rules, "verno money"},
	{"fraud", rules, "verno money"},
	{"card", rules, "verno money brand"},
	{"code", rules, "verno"},
	{"nfc", rules, "verno"},

	{"store/schema", storage, ""},
	{"store", storage, "verno money ledger store/schema"},
	{"store/storetest", storage, "store"},
	{"vault", storage, "verno store"},
	{"books", storage, "verno money ledger store"},

	{"auth", useCases, "verno code fraud nfc store vault"},
	{"checkout", useCases, "verno money ledger promo progress segment fraud card code nfc books store vault"},
	{"member", useCases, "verno money ledger promo progress card brand code nfc segment fraud books store vault"},
	{"campaign", useCases, "verno money ledger promo progress segment card brand books store"},
	{"exchange", useCases, "verno money store"},

	{"queue", delivery, "verno store"},
	{"pass", delivery, "verno money card code store vault"},
	{"pass/googletest", delivery, ""},
	{"pass/apnstest", delivery, ""},
	{"notify", delivery, "verno money store"},
	{"payment", delivery, "verno money ledger books store vault"},
	{"webhook", delivery, "verno store vault"},
	{"report", delivery, "verno money segment store"},

	{"web", faces, "verno money"},
	{"web/words", faces, "money"},
	{"web/assets", faces, ""},
	{"web/view", faces, "verno money brand card web web/words web/assets"},
	{"web/site", faces, "verno brand store web web/words web/assets web/view"},
	{"web/poster", faces, "brand"},
	{"web/api", faces, shown},
	{"web/desk", faces, shown + " web/poster"},
	{"web/till", faces, shown},
	{"web/member", faces, shown + " web/poster"},
	{"web/wallet", faces, shown},
	{"web/hooks", faces, shown},
	{"web/setup", faces, shown + " web/poster"},

	{"server", entrance, everything},
	{"rig", entrance, everything},
	{"web/webtest", entrance, "auth server rig"},
	{"cmd/verno", entrance, "server rig verno money"},
}

// testRooms hold code that only tests run. It is compiled like any other, so it stands on the map, but nothing on the
// map may import it and it may read the clock.
var testRooms = []string{"store/storetest", "web/webtest", "pass/googletest"}

// impure are the standard packages that reach outside or are not the same twice, and so have no place in WORDS and
// RULES (law 1), they and all below them.
var impure = []string{
	"crypto/rand", "database/sql", "expvar", "io/ioutil", "log", "math/rand", "net", "os", "plugin", "syscall",
}

// excused are the exceptions. An identifier must name itself to the database, and the type that it answers with is all
// that database/sql/driver gives it: nothing is opened there.
var excused = map[string]string{"verno": "database/sql/driver"}

// home says where a module that serves one purpose may be imported; a child of that package may import it too.
var home = map[string]string{
	"database/sql":                  "store",
	"github.com/danielgtaylor/huma": "web/api",
	"github.com/jackc/pgx":          "store",
	"github.com/lib/pq":             "store",
	"github.com/mattn/go-sqlite3":   "store",
	"modernc.org/sqlite":            "store",
}

// TestImportsFollowTheMap is law 1, and with it law 3: no row of a use case names another use case.
func TestImportsFollowTheMap(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		r, ok := roomOf(p.ImportPath)
		if !ok {
			t.Errorf("%s is not on the map: give it a row in arch_test.go and a place in the design, or move its code", p.ImportPath)
			continue
		}
		for _, why := range strangers(r, p.Imports) {
			t.Error(why)
		}
	}
}

// TestMapGoesDown keeps the map itself honest: a row may name only rows above it, no use case names a use case, and
// nothing names what is for tests.
func TestMapGoesDown(t *testing.T) {
	t.Parallel()
	above := map[string]room{}
	for _, r := range house {
		if _, twice := above[r.name]; twice {
			t.Errorf("%s stands on the map twice", r.name)
		}
		for _, name := range r.allowed() {
			lower, ok := above[name]
			switch {
			case !ok:
				t.Errorf("%s may import %s, which does not stand above it", r.name, name)
			case slices.Contains(testRooms, name):
				t.Errorf("%s may import %s, which is for tests", r.name, name)
			case r.floor == useCases && lower.floor == useCases:
				t.Errorf("%s and %s are both use cases", r.name, name)
			}
		}
		above[r.name] = r
	}
}

// path is the import path of a room.
func (r room) path() string {
	switch r.name {
	case "verno":
		return module
	case "money", "cmd/verno":
		return module + "/" + r.name
	default:
		return module + "/internal/" + r.name
	}
}

// allowed are the names of what a room may import.
func (r room) allowed() []string {
	if r.imports != everything {
		return strings.Fields(r.imports)
	}
	var names []string
	for _, other := range house {
		if other.name == r.name {
			break
		}
		if !slices.Contains(testRooms, other.name) {
			names = append(names, other.name)
		}
	}
	return names
}

func roomOf(importPath string) (room, bool) {
	i := slices.IndexFunc(house, func(r room) bool { return r.path() == importPath })
	if i < 0 {
		return room{}, false
	}
	return house[i], true
}

func roomNamed(name string) (room, bool) {
	i := slices.IndexFunc(house, func(r room) bool { return r.name == name })
	if i < 0 {
		return room{}, false
	}
	return house[i], true
}

// strangers says which of a room's imports the map, the purity of its floor or the home of a module forbids.
func strangers(r room, imports []string) []string {
	var found []string
	say := func(format string, args ...any) { found = append(found, r.name+" "+fmt.Sprintf(format, args...)) }
	pure := r.floor == words || r.floor == rules
	for _, imported := range imports {
		if imported == module || strings.HasPrefix(imported, module+"/") {
			name := strings.TrimPrefix(imported, module+"/")
			if other, ok := roomOf(imported); ok {
				name = other.name
			}
			if !slices.Contains(r.allowed(), name) {
				say("may not import %s", name)
			}
			continue
		}
		if excused[r.name] == imported {
			continue
		}
		if pure && slices.ContainsFunc(impure, func(parent string) bool { return within(imported, parent) }) {
			say("is %s and may not import %s, which is not pure", r.floor, imported)
		}
		if r.name == "money" && strings.Contains(strings.Split(imported, "/")[0], ".") {
			say("may not import %s: it needs nothing outside the standard library", imported)
		}
		for prefix, owner := range home {
			if within(imported, prefix) && !within(r.name, owner) {
				say("may not import %s, which belongs to %s", imported, owner)
			}
		}
	}
	return found
}

// within says whether a path is the given one or lies below it.
func within(name, parent string) bool {
	return name == parent || strings.HasPrefix(name, parent+"/")
}

// listed is what this file wants to know of a package.
type listed struct {
	ImportPath     string
	Dir            string
	Imports        []string
	GoFiles        []string
	IgnoredGoFiles []string // Behind build tags, such as the bugs that torture plants.
}

var goList = sync.OnceValues(func() ([]listed, error) {
	var stderr bytes.Buffer
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles,IgnoredGoFiles", "./...")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	var packages []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read what go list printed: %w", err)
		}
		packages = append(packages, p)
	}
})

func listPackages(t *testing.T) []listed {
	t.Helper()
	packages, err := goList()
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) == 0 {
		t.Fatal("go list found no package")
	}
	return packages
}
