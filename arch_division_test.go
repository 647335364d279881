package verno_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestOnlyMoneyDivides is the rest of law 7: a division of an amount, of points or of a quantity throws a remainder
// away, so it stands in package money, which says where the remainder goes. What is divided shows in the types, so this
// test type-checks each package against the export data of what it imports.
func TestOnlyMoneyDivides(t *testing.T) {
	t.Parallel()
	compiled := exportData(t)
	for _, p := range listPackages(t) {
		if !slices.Contains(p.Imports, module+"/money") || compiled[p.ImportPath] == "" {
			continue // What does not compile is reported by its own tests.
		}
		var sources []string
		for _, name := range p.GoFiles {
			source, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			sources = append(sources, string(source))
		}
		for _, why := range divisions(t, compiled, p, sources...) {
			t.Error(why)
		}
	}
}

// TestDivisionIsCaught shows that the check sees through names, parentheses and conversions, and lets counts be.
func TestDivisionIsCaught(t *testing.T) {
	t.Parallel()
	compiled := exportData(t)
	for _, c := range []struct {
		body string
		want int
	}{
		{"func f(a money.Amount) money.Amount { return a / 2 }", 1},
		{"func f(p money.Points) int64 { return int64(p) % 100 }", 1},
		{"func f(q money.Quantity, n int64) int64 { return n / (int64(q)) }", 1},
		{"func f(a money.Amount) money.Amount { a /= 3; return a }", 1},
		{"func f(n int, _ money.Amount) int { return n / 2 }", 0},
	} {
		source := "package planted\nimport \"" + module + "/money\"\n" + c.body
		found := divisions(t, compiled, listed{ImportPath: "planted", GoFiles: []string{"planted.go"}}, source)
		if len(found) != c.want {
			t.Errorf("%s: found %q, want %d", c.body, found, c.want)
		}
	}
}

// divisions says where a package divides what money counts.
func divisions(t *testing.T, compiled map[string]string, p listed, sources ...string) []string {
	t.Helper()
	files := token.NewFileSet()
	var parsed []*ast.File
	for i, source := range sources {
		file, err := parser.ParseFile(files, filepath.Join(p.Dir, p.GoFiles[i]), source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	open := func(imported string) (io.ReadCloser, error) { return os.Open(compiled[imported]) }
	info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer.ForCompiler(files, "gc", open)}
	if _, err := config.Check(p.ImportPath, files, parsed, &info); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range parsed {
		ast.Inspect(file, func(n ast.Node) bool {
			var sides []ast.Expr
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if n.Op == token.QUO || n.Op == token.REM {
					sides = []ast.Expr{n.X, n.Y}
				}
			case *ast.AssignStmt:
				if n.Tok == token.QUO_ASSIGN || n.Tok == token.REM_ASSIGN {
					sides = slices.Concat(n.Lhs, n.Rhs)
				}
			}
			if slices.ContainsFunc(sides, func(x ast.Expr) bool { return counted(info, x) }) {
				found = append(found, fmt.Sprintf("%s: only money divides what it counts", files.Position(n.Pos())))
			}
			return true
		})
	}
	return found
}

// counted says whether an expression is of a type of package money, or was before it was converted.
func counted(info types.Info, x ast.Expr) bool {
	x = ast.Unparen(x)
	if named, ok := info.TypeOf(x).(*types.Named); ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == module+"/money" {
		return true
	}
	call, ok := x.(*ast.CallExpr)
	return ok && info.Types[call.Fun].IsType() && len(call.Args) == 1 && counted(info, call.Args[0])
}

// exportData maps each package that this module builds with to the file that describes its types. A package that does
// not compile has none.
func exportData(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-e", "-export", "-deps", "-json=ImportPath,Export", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	compiled := map[string]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p struct{ ImportPath, Export string }
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		compiled[p.ImportPath] = p.Export
	}
	return compiled
}
