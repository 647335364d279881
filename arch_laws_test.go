package verno_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// This file reads the source of production code for the laws that imports do not show, and shows that each check of the
// house can fail.

// exact are the packages that count money and points: not one float may stand in them (law 7).
var exact = []string{"money", "verno", "ledger", "promo", "progress", "books", "checkout"}

// clocks are the functions that read the clock, alone or inside something else (law 2).
var clocks = map[string][]string{
	"time":                        {"Now", "Since", "Until"},
	"github.com/google/uuid":      {"New", "NewString", "NewUUID", "NewV6", "NewV7", "NewV7FromReader"},
	"github.com/pquerna/otp/totp": {"Generate", "Validate"},
}

// plantedFloat is the file that breaks law 7 on purpose, behind a build tag, for torture to catch.
const plantedFloat = "planted_float_rounding.go"

// statement recognises the text of SQL, which is written in capitals here.
var statement = regexp.MustCompile(`^\s*(SELECT\s|INSERT INTO\s|UPDATE \w+ SET\s|DELETE FROM\s|WITH \w+ AS|(CREATE|ALTER|DROP) \w+\s)`)

// TestSourceKeepsTheLaws reads the source of every package for what imports do not show: who reads the clock, where
// SQL is written, where floats stand and what a caller could do to an entry.
func TestSourceKeepsTheLaws(t *testing.T) {
	t.Parallel()
	for _, p := range listPackages(t) {
		r, ok := roomOf(p.ImportPath)
		if !ok {
			continue // TestImportsFollowTheMap reports it.
		}
		for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles) {
			if strings.HasSuffix(name, "_test.go") || name == plantedFloat {
				continue
			}
			file := filepath.Join(p.Dir, name)
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, why := range breaches(t, r, file, source) {
				t.Error(why)
			}
		}
	}
}

// TestChecksCatch shows that each check of this file can fail: a check that never failed may be looking elsewhere.
func TestChecksCatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ room, source, want string }{
		{"ledger", `import "os"`, "not pure"},
		{"verno", `import "net/url"`, "not pure"},
		{"promo", `import "math/rand/v2"`, "not pure"},
		{"ledger", `import "` + module + `/internal/store"`, "may not import store"},
		{"checkout", `import "` + module + `/internal/member"`, "may not import member"},
		{"server", `import "` + module + `/internal/store/storetest"`, "may not import store/storetest"},
		{"checkout", `import "` + module + `/internal/helpers"`, "may not import internal/helpers"},
		{"books", `import "database/sql"`, "belongs to store"},
		{"web/desk", `import "github.com/danielgtaylor/huma/v2"`, "belongs to web/api"},
		{"money", `import "github.com/google/uuid"`, "outside the standard library"},
		{"checkout", `import "time"; var _ = time.Now`, "reads the clock"},
		{"queue", `import clock "time"; var _ = clock.Since`, "reads the clock"},
		{"verno", `import "github.com/google/uuid"; var _ = uuid.NewV7`, "reads the clock"},
		{"queue", "const q = `\n SELECT id FROM job`", "SQL"},
		{"promo", `type Rate float64`, "float"},
		{"money", `const half = 0.5`, "float"},
		{"progress", `import "strconv"; var _ = strconv.ParseFloat`, "float"},
		{"ledger", `type Entry struct { Postings []int }`, "private"},
	} {
		r, ok := roomNamed(c.room)
		if !ok {
			t.Fatalf("no room %s", c.room)
		}
		found := strings.Join(breaches(t, r, "planted.go", []byte("package planted\n"+c.source)), "\n") + "\n" +
			strings.Join(strangers(r, importsOf(t, "package planted\n"+c.source)), "\n")
		if !strings.Contains(found, c.want) {
			t.Errorf("%s: %s: found %q, want %q", c.room, c.source, found, c.want)
		}
	}
}

// breaches says which laws a file breaks in its text rather than in its imports.
func breaches(t *testing.T, r room, name string, source []byte) []string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		for _, law := range []func(room, *ast.File, ast.Node) string{clockRead, statementWritten, floatNearMoney, openEntry} {
			if why := law(r, file, n); why != "" {
				found = append(found, fmt.Sprintf("%s: %s", files.Position(n.Pos()), why))
			}
		}
		return true
	})
	return found
}

// clockRead is law 2: time is a value that is given in, and only MAIN reads the clock.
func clockRead(r room, file *ast.File, n ast.Node) string {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok || r.floor == entrance || slices.Contains(testRooms, r.name) {
		return ""
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil || !slices.Contains(clocks[imported], sel.Sel.Name) {
			continue
		}
		local := path.Base(imported)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == pkg.Name {
			return fmt.Sprintf("%s.%s reads the clock: take the time as a parameter", pkg.Name, sel.Sel.Name)
		}
	}
	return ""
}

// statementWritten is the other half of law 2: SQL is written in store and its children.
func statementWritten(r room, _ *ast.File, n ast.Node) string {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING || within(r.name, "store") {
		return ""
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil || !statement.MatchString(text) {
		return ""
	}
	return "SQL is written in store only"
}

// floatNearMoney is law 7. A literal such as 1e6 counts as well: written 1_000_000 it cannot turn into a float.
func floatNearMoney(r room, _ *ast.File, n ast.Node) string {
	if !slices.Contains(exact, r.name) {
		return ""
	}
	switch n := n.(type) {
	case *ast.Ident:
		if strings.HasPrefix(n.Name, "float32") || strings.HasPrefix(n.Name, "float64") || strings.Contains(n.Name, "Float") {
			return n.Name + ": no float near money"
		}
	case *ast.BasicLit:
		if n.Kind == token.FLOAT || n.Kind == token.IMAG {
			return n.Value + ": no float near money"
		}
	}
	return ""
}

// openEntry is law 6: an entry whose fields could be set from outside would not have to balance.
func openEntry(r room, _ *ast.File, n ast.Node) string {
	spec, ok := n.(*ast.TypeSpec)
	if !ok || r.name != "ledger" || spec.Name.Name != "Entry" {
		return ""
	}
	body, ok := spec.Type.(*ast.StructType)
	if !ok {
		return "ledger.Entry is a struct with private fields"
	}
	for _, field := range body.Fields.List {
		if len(field.Names) == 0 || slices.ContainsFunc(field.Names, (*ast.Ident).IsExported) {
			return "the fields of ledger.Entry are private"
		}
	}
	return ""
}

func importsOf(t *testing.T, source string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "planted.go", source, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var imports []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		imports = append(imports, imported)
	}
	return imports
}
