package verno_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/web"
)

var update = flag.Bool("update", false, "write the pages of errors anew")

// TestErrorPages keeps docs/guide/errors.*.md as the catalogue and the source are: every code that is given stands
// there with its sentence, its status and what a till does about it.
func TestErrorPages(t *testing.T) {
	t.Parallel()
	uses := usesOfCodes(t)
	for lang, path := range map[string]string{"en": "docs/guide/errors.en.md", "ru": "docs/guide/errors.ru.md"} {
		page := errorPage(uses, lang)
		if *update {
			if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if stored, err := os.ReadFile(path); err != nil || string(stored) != page {
			t.Errorf("%s is not what the catalogue says: go test -run TestErrorPages . -update (%v)", path, err)
		}
	}
}

// TestAdviceNamesKnownCodes finds advice about codes that nothing gives any more, and half of a translation.
func TestAdviceNamesKnownCodes(t *testing.T) {
	t.Parallel()
	uses := usesOfCodes(t)
	for code, told := range advice {
		if len(uses[code]) == 0 {
			t.Errorf("there is advice about %s, which nothing gives", code)
		}
		if told[0] == "" || told[1] == "" {
			t.Errorf("the advice about %s lacks a language", code)
		}
	}
}

// use is a way in which a code is given: as the error itself, by kind, or as what is wrong with one field.
type use struct {
	kind  verno.Kind
	field bool
}

// constructors make errors; the first argument is the code.
var constructors = map[string]verno.Kind{
	"Malformed": verno.KindMalformed, "Invalid": verno.KindInvalid, "Unauthorised": verno.KindUnauthorised,
	"Forbidden": verno.KindForbidden, "NotFound": verno.KindNotFound, "Conflict": verno.KindConflict,
	"Refused": verno.KindRefused, "Precondition": verno.KindPrecondition, "TooLarge": verno.KindTooLarge,
	"Limited": verno.KindLimited, "Unavailable": verno.KindUnavailable,
}

// notes are the functions that point at a field with a code.
var notes = []string{"Say", "At", "InvalidField", "wrong", "paramWrong", "warn"}

// apart have codes of their own, some under the same names.
var apart = []string{"internal/exchange", "internal/promo"}

// usesOfCodes reads the source for where each code of the catalogue is given, so that no table of kinds can go stale.
// A code that is only handed around belongs to a field.
func usesOfCodes(t *testing.T) map[string][]use {
	t.Helper()
	found, handed := map[string]map[use]bool{}, map[string]bool{}
	for code := range verno.Codes() {
		found[code] = map[use]bool{}
	}
	found["internal"][use{kind: verno.Internal}] = true
	eachSource(t, func(file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				noteCall(n, found)
			case *ast.ReturnStmt:
				for _, result := range n.Results {
					handed[literal(result)] = true
				}
			}
			return true
		})
	})
	uses := map[string][]use{}
	for code, set := range found {
		if len(set) == 0 && handed[code] {
			set[use{field: true}] = true
		}
		if set[use{field: true}] {
			delete(set, use{kind: verno.KindInvalid}) // It is made where the field is not known yet.
		}
		uses[code] = slices.Collect(maps.Keys(set))
	}
	return uses
}

func noteCall(call *ast.CallExpr, found map[string]map[use]bool) {
	name := called(call)
	if kind, makes := constructors[name]; makes && len(call.Args) > 0 {
		if set := found[literal(call.Args[0])]; set != nil {
			set[use{kind: kind}] = true
		}
	}
	if slices.Contains(notes, name) {
		for _, arg := range call.Args {
			if set := found[literal(arg)]; set != nil {
				set[use{field: true}] = true
			}
		}
	}
}

// eachSource parses every file of the module that is part of a program.
func eachSource(t *testing.T, look func(*ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains(apart, path) || path != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir(), !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			look(file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	default:
		return ""
	}
}

// literal is the text of a string literal, empty for any other expression.
func literal(e ast.Expr) string {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(l.Value)
	return text
}

// errorPage is a page in a language.
func errorPage(uses map[string][]use, lang string) string {
	words := pageWords[lang]
	var b strings.Builder
	b.WriteString(words.head)
	for _, g := range groups {
		var codes []string
		for code, of := range uses {
			if slices.Contains(of, g.use) {
				codes = append(codes, code)
			}
		}
		slices.Sort(codes)
		writeGroup(&b, g, codes, lang)
	}
	fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| %s | %s |\n|---|---|\n", words.promotions, words.promotionsNote, words.code, words.sentence)
	for _, text := range promo.ProblemTexts() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", text.Code, pick(lang, text.En, text.Ru))
	}
	return b.String()
}

func writeGroup(b *strings.Builder, g group, codes []string, lang string) {
	words := pageWords[lang]
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", pick(lang, g.title[0], g.title[1]), pick(lang, g.about[0], g.about[1]))
	rows := [][]string{{words.code, words.status, words.sentence, words.screen, words.do}}
	for _, code := range codes {
		e := &verno.Error{Kind: g.use.kind, Code: code}
		text := verno.Codes()[code]
		row := []string{
			"`" + code + "`", strconv.Itoa(web.Status(e)), pick(lang, text.EN, text.RU), pick(lang, text.CashierEN, text.CashierRU),
			pick(lang, advice[code][0], advice[code][1]),
		}
		if g.use.field {
			row[1] = ""
		}
		rows = append(rows, row)
	}
	writeTable(b, rows)
}

// writeTable leaves out columns in which every row says the same, or nothing.
func writeTable(b *strings.Builder, rows [][]string) {
	keep := []int{0}
	for i := 1; i < len(rows[0]); i++ {
		differs := slices.ContainsFunc(rows[1:], func(row []string) bool { return row[i] != rows[1][i] })
		if differs || len(rows) == 2 && rows[1][i] != "" && i > 1 {
			keep = append(keep, i)
		}
	}
	for n, row := range rows {
		b.WriteString("|")
		for _, i := range keep {
			b.WriteString(strings.TrimRight(" "+row[i], " ") + " |")
		}
		b.WriteString("\n")
		if n == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(keep)) + "\n")
		}
	}
}

func pick(lang, en, ru string) string {
	if lang == "ru" {
		return ru
	}
	return en
}
