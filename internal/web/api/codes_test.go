package api_test

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// cause is how a code comes about: the status of the answer, and what to ask for when the scene is set.
type cause struct {
	status int
	ask    func(b *bundle) request
}

// elsewhere are the codes that nobody gets by asking this API alone, each with the reason, and the test in which it is
// got.
var elsewhere = map[string]struct{ why, test string }{
	"internal":            {"is a fault of ours", "TestFailHidesWhatWentWrong"},
	"overloaded":          {"needs more requests than are waited for", "TestTimeIsUp"},
	"stopping":            {"is said by a server that stops", "TestStopsInOrder"},
	"storage_unavailable": {"needs a database that does not answer", "TestBrokenDatabase"},
	"outcome_unknown":     {"needs a COMMIT whose answer is lost", "TestALostCommitIsFoundOut"},
	"rules_stale":         {"needs publications faster than a commit that follows them", "TestRulesPublishedBetween"},
	"owner_moved":         {"needs a merge at the moment of an identification", "TestPresenceEndsWithTheCard"},
	"date_future":         {"belongs to the page by which members join", "TestTell"},
	"consent_needed":      {"belongs to the page by which members join", "TestTell"},
	"texts_missing":       {"belongs to the page by which members join", "TestNotYet"},
	"channel_closed":      {"belongs to the page by which members join", "TestChannels"},
	"codes_too_many":      {"belongs to the page by which members join", "TestCodesAreLimited"},
	"one_time_code_wrong": {"belongs to the page by which members join", "TestOneTimeCodes"},
	"one_time_code_over":  {"belongs to the page by which members join", "TestOneTimeCodes"},
	"pin_guessable":       {"belongs to the card in the phone", "TestGuessablePIN"},
	"colour_invalid":      {"belongs to the desk", "TestLook"},
	"logo_invalid":        {"belongs to the desk", "TestLook"},
	"logo_too_large":      {"belongs to the desk", "TestLook"},
	"setup_over":          {"belongs to the setup address", "TestAddressIsGoodOnce"},
}

// others are the files of codes that belong to other faces, whose tests provoke them.
var others = []string{"codes_card.go", "codes_certificate.go", "codes_issue.go", "codes_wallet.go"}

// TestEveryCode provokes each code that this API gives, asking in both languages: the status is the one for it, the
// sentence is the catalogue's and leaves no gap, and nothing that a caller can do by himself is an error of the server.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for _, code := range slices.Sorted(maps.Keys(causes)) {
			b.provoke(code, causes[code])
		}
	})
}

// TestCodesThatTakeAWorld is TestEveryCode for codes whose cause would be in the way of the others.
func TestCodesThatTakeAWorld(t *testing.T) {
	t.Parallel()
	for code, c := range apart {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			b := setup(t, storetest.Open(t, storetest.DSN(t, storetest.Engines(t)[0])), unlimited)
			b.provoke(code, c)
		})
	}
}

// TestNoCodeIsForgotten: each code of the catalogue is provoked, or it is said why not; then the test that gets it is there.
func TestNoCodeIsForgotten(t *testing.T) {
	t.Parallel()
	tests := testsOfAll(t)
	var foreign bytes.Buffer
	for _, name := range others {
		text, err := os.ReadFile(filepath.Join("../../..", name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		foreign.Write(text)
	}
	for code := range verno.Codes() {
		_, here := causes[code]
		_, alone := apart[code]
		other, listed := elsewhere[code]
		if strings.Contains(foreign.String(), `"`+code+`":`) {
			continue
		}
		switch {
		case here && alone, (here || alone) && listed:
			t.Errorf("%s is listed twice", code)
		case !here && !alone && !listed:
			t.Errorf("nothing provokes %s, and nobody says why", code)
		case listed && !strings.Contains(tests, "func "+other.test+"("):
			t.Errorf("%s %s: there is no test %s", code, other.why, other.test)
		}
	}
	for code := range elsewhere {
		if _, known := verno.Codes()[code]; !known {
			t.Errorf("%s is no code any more", code)
		}
	}
}

// testsOfAll is the text of all tests of the module.
func testsOfAll(t *testing.T) string {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && strings.Trim(d.Name(), ".") != "":
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// provoke asks for a code in each language and looks at the answer.
func (b *bundle) provoke(code string, c cause) {
	b.t.Helper()
	for _, lang := range []string{"en", "ru"} {
		q := c.ask(b)
		q.lang = lang
		r := b.ask(q)
		found := sentenceOf(r.body, code)
		if r.status != c.status || found == nil {
			b.t.Errorf("%s: %s is answered %d %.600s, want %d", code, q.do, r.status, r.raw, c.status)
			return
		}
		text := verno.Codes()[code]
		sentence, cashier := text.EN, text.CashierEN
		if lang == "ru" {
			sentence, cashier = text.RU, text.CashierRU
		}
		got, _ := found["detail"].(string)
		if got == "" {
			got, _ = found["message"].(string) // of a field
			cashier = ""
		}
		shown, _ := found["cashier_message"].(string)
		if !reads(got, sentence) || !reads(shown, cashier) {
			b.t.Errorf("%s in %s: %q and %q, want %q and %q", code, lang, got, shown, sentence, cashier)
		}
	}
}

// sentenceOf finds where a code is told: as the problem, at one of its fields, or in an item of a batch.
func sentenceOf(v any, code string) m {
	switch v := v.(type) {
	case m:
		if v["code"] == code {
			return v
		}
		for _, member := range v {
			if found := sentenceOf(member, code); found != nil {
				return found
			}
		}
	case []any:
		for _, element := range v {
			if found := sentenceOf(element, code); found != nil {
				return found
			}
		}
	}
	return nil
}

var gap = regexp.MustCompile(`\\\{[a-z_]+\\\}`)

// reads reports whether a sentence is the catalogue's, with something in the place of each parameter.
func reads(got, want string) bool {
	same, err := regexp.MatchString("^"+gap.ReplaceAllString(regexp.QuoteMeta(want), ".+")+"$", got)
	return err == nil && same && !strings.Contains(got, "{")
}
