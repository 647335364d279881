package store_test

import (
	"database/sql"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

var (
	question = regexp.MustCompile(`^\s*(SELECT|UPDATE|DELETE|WITH)\s`)
	value    = regexp.MustCompile(`\$\d+`)
	rowOf    = regexp.MustCompile(`\bk\.\w+`)
	rowsOf   = regexp.MustCompile(`\s(FROM|USING) k\b`)
	aliasK   = regexp.MustCompile(`\w k\s`)
	rowLock  = regexp.MustCompile(`\sFOR (NO KEY )?(UPDATE|SHARE)( OF \w+)?( SKIP LOCKED)?`)
	// through is a step of a plan that goes through all that there is, or that a tenant has.
	through = regexp.MustCompile(`^(?:SEARCH \w+ .*\(tenant=\?\)|SCAN \w+\b.*)$`)
	large   = regexp.MustCompile(`\b(account|card|consent|entry|event|lookup|lot|member|name_prefix|operation|owner|pass|person|receipt)\b`)
)

// everything are parts of statements that are meant to go through all that a tenant has, or all that a partial index has.
var everything = []string{
	"SELECT COUNT(*) FROM person WHERE tenant = ?1 AND key_version",                  // what a rotation has left
	"SELECT (SELECT COUNT(*) FROM pass WHERE tenant = ?1 AND google_id IS NOT NULL)", // how many there are
	"COUNT(DISTINCT owner_id)",             // the debts of a unit
	"SELECT 1 AS one",                      // whether there is any
	"SELECT count(*) FROM receipt",         // how many there are
	"SELECT (SELECT count(*) FROM receipt", // how many there are
	"SELECT count(*) FROM event",           // how many there are
	"FROM pass WHERE due_at IS NOT NULL",   // what waits
}

// TestPlans: no statement of this package has SQLite look through all that a tenant has in a large table to find a little,
// in a database that nothing has been measured in.
func TestPlans(t *testing.T) {
	t.Parallel()
	path := storetest.DSN(t, store.SQLite)
	storetest.Open(t, path)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	asked := 0
	for _, text := range statements(t) {
		text = rowLock.ReplaceAllString(value.ReplaceAllString(rowsOf.ReplaceAllString(text, ""), "?1"), "")
		if !aliasK.MatchString(text) {
			text = rowOf.ReplaceAllString(text, "?1")
		}
		steps, ok := plan(t, db, text)
		if !ok {
			continue // A part of a statement, or PostgreSQL's.
		}
		asked++
		for _, step := range steps {
			if through.MatchString(step) && large.MatchString(step) && !meant(text) {
				t.Errorf("%s\n%s", step, strings.Join(strings.Fields(text), " "))
			}
		}
	}
	if asked < 300 {
		t.Errorf("%d statements were found", asked)
	}
}

// plan is how SQLite would run a statement; false where it cannot be asked.
func plan(t *testing.T, db *sql.DB, text string) (steps []string, ok bool) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+text, []any{""}[:min(1, strings.Count(text, "?1"))]...)
	if err != nil {
		return nil, false
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps, true
}

func meant(text string) bool {
	return slices.ContainsFunc(everything, func(part string) bool { return strings.Contains(text, part) })
}

// statements are the texts of SQL in this package that stand whole in its source.
func statements(t *testing.T) (list []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var parsed []*ast.File
	known := map[string]ast.Expr{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i := range min(len(v.Names), len(v.Values)) {
					known[v.Names[i].Name] = v.Values[i]
				}
			}
			return true
		})
	}
	for _, file := range parsed {
		ast.Inspect(file, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, whole := folded(e, known)
			if whole && question.MatchString(text) {
				list = append(list, text)
			}
			return !whole
		})
	}
	return list
}

// folded is the text of a constant expression.
func folded(e ast.Expr, known map[string]ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		if value := known[e.Name]; value != nil {
			if _, call := value.(*ast.CallExpr); !call {
				return folded(value, known)
			}
		}
	case *ast.BinaryExpr:
		a, first := folded(e.X, known)
		b, second := folded(e.Y, known)
		return a + b, first && second && e.Op == token.ADD
	}
	return "", false
}
