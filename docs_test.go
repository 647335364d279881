package verno_test

import (
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// pages are all pages of documentation, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found[name] = string(text)
	}
	err := filepath.WalkDir("docs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		text, err := os.ReadFile(path)
		found[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)

// TestLinksLead follows every relative link of the documentation to a file.
func TestLinksLead(t *testing.T) {
	t.Parallel()
	for path, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
	}
}

var (
	testName     = regexp.MustCompile(`(?:\b(\w+)\.)?\b((?:Test|Fuzz|Benchmark)[A-Z]\w+)`)
	declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
)

// TestNamedTestsExist finds tests that the documentation names as proof, alone or with their package, and that nobody
// has written.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	declared := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declaredTest.FindAllSubmatch(text, -1) {
			declared[string(m[1])] = true
			declared[filepath.Base(filepath.Dir(path))+"."+string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range pages(t) {
		for _, m := range testName.FindAllStringSubmatch(text, -1) {
			name := strings.TrimPrefix(m[1]+"."+m[2], ".")
			if !declared[name] && m[2] != "TestName" {
				t.Errorf("%s names %s, which does not exist", path, name)
			}
		}
	}
}

// TestExamplesFitTheAPI holds every curl command of the documentation against the OpenAPI document: the address and the
// method exist, the body is one that the schema takes, and the key is there where one is needed.
func TestExamplesFitTheAPI(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("internal/web/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for path, text := range pages(t) {
		for _, command := range curls(text) {
			n++
			command.check(t, path, doc)
		}
	}
	if n < 20 {
		t.Errorf("found %d curl commands only: is the documentation read?", n)
	}
}

// curl is one curl command of a page.
type curl struct {
	method, path, body string
	headers            map[string]bool
}

var fence = regexp.MustCompile("(?s)```sh\n(.*?)```")

// curls finds the commands of a page that call curl.
func curls(page string) []curl {
	var found []curl
	for _, block := range fence.FindAllStringSubmatch(page, -1) {
		for _, command := range shell(block[1]) {
			if len(command) > 0 && command[0] == "curl" {
				found = append(found, readCurl(command[1:]))
			}
		}
	}
	return found
}

func readCurl(args []string) curl {
	c := curl{method: http.MethodGet, headers: map[string]bool{}}
	for i := 0; i < len(args); i++ {
		next := func() string { i++; return args[min(i, len(args)-1)] }
		switch arg := args[i]; arg {
		case "-d":
			if c.body = next(); c.method == http.MethodGet {
				c.method = http.MethodPost
			}
		case "-X":
			c.method = next()
		case "-H":
			name, _, _ := strings.Cut(next(), ":")
			c.headers[name] = true
		case "-o", "-w", "--max-time", "--connect-timeout":
			next()
		default:
			if path, ok := strings.CutPrefix(arg, "VERNO"); ok {
				c.path, _, _ = strings.Cut(path, "?")
			}
		}
	}
	return c
}

// shell splits a script into commands and these into words, as far as the examples go: quotes, lines that go on, and
// variables, for each of which stands what values has.
func shell(script string) [][]string {
	commands := [][]string{nil}
	word, open, quote := "", false, rune(0)
	end := func() {
		if last := len(commands) - 1; open {
			commands[last] = append(commands[last], word)
		}
		word, open = "", false
	}
	script = variable.ReplaceAllStringFunc(strings.ReplaceAll(script, "\\\n", " "), func(name string) string {
		if v, ok := values[name[1:]]; ok {
			return v
		}
		return name[1:]
	})
	for _, r := range script {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == '\n' || r == '|' || r == '(' || r == ')':
			end()
			commands = append(commands, nil)
		case r == ' ':
			end()
		default:
			word, open = word+string(r), true
		}
	}
	end()
	return commands
}

var variable = regexp.MustCompile(`\$[A-Z_]+`)

// values stand for the shell variables of the examples.
var values = map[string]string{
	"PRESENCE": "prs_AAAA", "MEMBER": "mem_06h03yd6mhvhfb2nd8gmvj5x3m", "STORE": "str_06h03y1q0xyb910vthxd0rbxs8",
	"SHOP": "str_06h03y1q0xyb910vthxd0rbxs8", "PROGRAMME": "prg_06h03y1q0xyb910vthxd0rbxs8", "QUESTION": "cnf_06h03y1q0xyb910vthxd0rbxs8", "YES": "prs_AAAA", "KNOWN": "prs_AAAA",
	"TERMINAL": "trm_06h03y1q0xrgfa7qhpksmwphdm", "RECEIPT": "rcp_06h03yd75stdq9nm4a68s2999r", "CARD": "9117587901940186",
	"HOLD": "hld_06h03yd75stdq9nm4a68s2999r", "TASK": "tsk_06h03yd75stdq9nm4a68s2999r", "CODE": "12345678",
	"CASHIER": "stf_06h03yd75stdq9nm4a68s2999r", "NEW": "trm_06h03zezhhv157f3c249amw604", "SEQ": "1",
	"GIFT": "tpl_06h0brnk7sx99aqamc8x3nqr3g", "TREAT": "tpl_06h0brnk7sx99aqamc8x3nqr3g", "SPRING": "tpl_06h0brgwsnx6kdbry3z088kmn0",
}

func (c *curl) check(t *testing.T, page string, doc *openapi3.T) {
	t.Helper()
	op := operationAt(doc, c.method, c.path)
	switch {
	case slices.Contains([]string{"/healthz", "/readyz", "/metrics", "/openapi.json"}, c.path):
		return
	case op == nil:
		t.Errorf("%s: there is no %s %s", page, c.method, c.path)
		return
	}
	for _, p := range op.Parameters {
		if p.Value.In == "header" && p.Value.Required && !c.headers[p.Value.Name] {
			t.Errorf("%s: %s %s needs the header %s", page, c.method, c.path, p.Value.Name)
		}
	}
	if op.Security != nil && len(*op.Security) > 0 && !c.headers["Authorization"] {
		t.Errorf("%s: %s %s needs a credential", page, c.method, c.path)
	}
	if op.RequestBody == nil {
		return
	}
	var body any
	if err := json.Unmarshal([]byte(c.body), &body); err != nil {
		t.Errorf("%s: the body of %s %s is no JSON: %v\n%s", page, c.method, c.path, err, c.body)
		return
	}
	schema := op.RequestBody.Value.Content.Get("application/json").Schema.Value
	if err := schema.VisitJSON(body, openapi3.MultiErrors()); err != nil {
		t.Errorf("%s: %s %s does not take this body: %v", page, c.method, c.path, err)
	}
	if !c.headers["Content-Type"] {
		t.Errorf("%s: %s %s needs a Content-Type", page, c.method, c.path)
	}
}

// operationAt is the operation whose template fits a path with the fewest parameters.
func operationAt(doc *openapi3.T, method, path string) *openapi3.Operation {
	var found *openapi3.Operation
	fewest := 1 << 10
	for template, item := range doc.Paths.Map() {
		pattern := parameter.ReplaceAllString(regexp.QuoteMeta(template), "[^/]+")
		n := strings.Count(template, "{")
		if op := item.GetOperation(method); op != nil && n < fewest && regexp.MustCompile("^"+pattern+"$").MatchString(path) {
			found, fewest = op, n
		}
	}
	return found
}

var parameter = regexp.MustCompile(`\\\{[^}]+\\\}`)

// TestLedgerExample recomputes the hashes of the example in the ledger's format.
func TestLedgerExample(t *testing.T) {
	t.Parallel()
	page := pages(t)["docs/guide/ledger-format.md"]
	examples := regexp.MustCompile("(?s)```json\n(.*?)\n```").FindAllStringSubmatch(page, -1)
	postings, body := examples[0][1], examples[1][1]
	var event struct {
		At     int64          `json:"at"`
		Tenant verno.TenantID `json:"tenant"`
		Entry  verno.EntryID  `json:"entry"`
		Hash   string         `json:"hash"`
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.ParsePostings(postings); err != nil {
		t.Error(err)
	}
	if got := ledger.HashEntry(event.Entry, event.Tenant, "sale", verno.FromMicros(event.At), []byte(postings)); hex.EncodeToString(got[:]) != event.Hash {
		t.Errorf("the hash of the entry is %x, and not %s", got, event.Hash)
	}
	if leaf := store.Leaf([]byte(body)); !strings.Contains(page, hex.EncodeToString(leaf[:])) {
		t.Errorf("the leaf of the event is %x", leaf)
	}
}

// TestPlaybookNamesProblems: whatever verify can find has its line in the playbook, in both languages.
func TestPlaybookNamesProblems(t *testing.T) {
	t.Parallel()
	all := pages(t)
	page, ru := all["docs/playbooks/verify-found-a-problem.md"], all["docs/playbooks/verify-found-a-problem.ru.md"]
	sources, err := filepath.Glob("internal/books/verify*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:say\(|code :?= )"([a-z_]+)"`).FindAllSubmatch(text, -1) {
			found++
			if name := "`" + string(m[1]) + "`"; !strings.Contains(page, name) || !strings.Contains(ru, name) {
				t.Errorf("%s finds %s, which the playbook does not name", path, name)
			}
		}
	}
	if found < 20 {
		t.Errorf("found %d problems only: is the source read?", found)
	}
}
