package desk_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// upload sends a form with a file in it.
func (w *walker) upload(action, field, file string, values url.Values) answer {
	w.tb.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, all := range values {
		for _, v := range all {
			_ = m.WriteField(name, v)
		}
	}
	part, err := m.CreateFormFile(field, "list.csv")
	if err != nil {
		w.tb.Fatal(err)
	}
	_, _ = part.Write([]byte(file))
	_ = m.Close()
	return w.post(&shown{action: action}, &body, m.FormDataContentType())
}

// issueList is a list of people as an office writes it: a member, somebody new, the same twice, and what is wrong.
const issueList = "телефон;имя;номер карты\n+79161234567;Анна;\n89037654321;Борис;\n+79037654321;Борис;\nпозвоните;Вера;\n+79167654322;=HYPERLINK(1);9000000000000009\n"

// TestIssueByList: a list is looked at before anything is done, is started, shows how far it has come, and its result is a
// file whose reasons are sentences in the reader's language.
func TestIssueByList(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	w := enter(t, site, "ru")
	if got := w.upload("/desk/issues", "csv", "цена;вес\n1;2\n", nil); got.status != http.StatusUnprocessableEntity || !strings.Contains(string(got.body), "В файле нужен заголовок") {
		t.Errorf("what is no list: %d %s", got.status, got.body)
	}
	if got := w.upload("/desk/issues", "csv", "", nil); got.status != http.StatusUnprocessableEntity {
		t.Errorf("no list: %d", got.status)
	}
	sent := w.upload("/desk/issues", "csv", issueList, url.Values{"name": {"Весна"}})
	at := sent.header.Get("Location")
	if sent.status != http.StatusSeeOther || !strings.HasPrefix(at, "/desk/issues/isu_") {
		t.Fatalf("the list: %d %s", sent.status, at)
	}
	look := string(w.get(at).body)
	for _, want := range []string{"Весна", "Что получится", "Проверены все 5 строк.", "Телефон: Это не номер телефона.", "Номер карты: Это не номер карты."} {
		if !strings.Contains(look, want) {
			t.Errorf("the outlook does not say %q", want)
		}
	}
	if again := w.upload("/desk/issues", "csv", issueList, url.Values{"name": {"Весна"}}).header.Get("Location"); again != at {
		t.Errorf("the same list again is %s, not %s", again, at)
	}
	if got := w.send(&shown{action: at + "/act/nothing"}, nil); got.status != http.StatusNotFound {
		t.Errorf("an act that there is not: %d", got.status)
	}
	if got := w.send(&shown{action: at + "/act/start"}, nil); got.status != http.StatusSeeOther {
		t.Fatalf("it does not start: %d", got.status)
	}
	if page := string(w.get(at).body); !strings.Contains(page, `hx-trigger="every 2s"`) || !strings.Contains(page, "/act/stop") {
		t.Error("the page of a list that goes on does not look again by itself")
	}
	if err := site.Server.Roll.RunIssues(t.Context(), site.Server.Now); err != nil {
		t.Fatal(err)
	}
	page := string(w.get(at).body)
	for _, want := range []string{"Все строки пройдены", "Готово 5 из\u00a05", "Телефон: Это не номер телефона."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "hx-trigger") {
		t.Error("the page of a list that is done goes on looking")
	}
	rows := table(t, w.get(at+"/result.csv").body, ';')
	if len(rows) != 6 || rows[3][1] != "карта уже была" || rows[4][2] != "Телефон: Это не номер телефона." || len(rows[2][3]) != 16 || rows[2][4] != "" {
		t.Errorf("the result is %q", rows)
	}
	for _, row := range rows {
		if strings.ContainsAny(row[2], "{}") {
			t.Errorf("a reason is not whole: %q", row[2])
		}
	}
	sheet(t, w.get(at+"/result.xlsx").body, rows)
	// A list of which nothing can come offers no start, and one without a name is called by what it is in the reader's words.
	wrong := w.upload("/desk/issues", "csv", "телефон\nпозвоните\n", nil).header.Get("Location")
	page = strings.ReplaceAll(string(w.get(wrong).body), "\u00a0", " ")
	if strings.Contains(page, "/act/start") || !strings.Contains(page, "Выпускать нечего.") || !strings.Contains(page, "<h1>Список от ") {
		t.Errorf("a list of nothing: %s", page)
	}
	if english := string(enter(t, site, "en").get(wrong).body); !strings.Contains(english, "<h1>List of ") {
		t.Errorf("the list is not named in the reader's language: %s", english)
	}
	if got := w.send(&shown{action: at + "/act/drop"}, nil); got.status != http.StatusConflict && got.status != http.StatusUnprocessableEntity {
		t.Errorf("a list that is done is forgotten: %d", got.status)
	}
	next := w.upload("/desk/issues", "csv", issueList+"x@example.com;;\n", nil).header.Get("Location")
	pictures(t, site, map[string]string{
		"issues": "/issues", "issue-look": strings.TrimPrefix(next, "/desk"), "issue-done": strings.TrimPrefix(at, "/desk"),
	})
}

// TestIssueStops: an issue that is stopped waits until it is told to go on, one that was only prepared can be forgotten,
// and blank cards come with what is printed on them, in programs' form too.
func TestIssueStops(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{Guests: 1}, nil)
	w := enter(t, site, "en")
	for _, count := range []string{"", "0", "x", "10001"} {
		if got := w.send(&shown{action: "/desk/issues/blanks"}, url.Values{"count": {count}}); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%q cards: %d", count, got.status)
		}
	}
	key := strings.Repeat("0f", 16)
	begin := func(count, key string) string {
		return w.send(&shown{action: "/desk/issues/blanks"}, url.Values{"count": {count}, "key": {key}}).header.Get("Location")
	}
	at := begin("3", key)
	if twice := begin("3", key); at == "" || twice != at {
		t.Errorf("the form sent twice is %s and %s", at, twice)
	}
	dropped := begin("5", strings.Repeat("0a", 16))
	w.send(&shown{action: dropped + "/act/drop"}, nil)
	if got := w.get(dropped); got.status != http.StatusNotFound {
		t.Errorf("what was forgotten is there: %d", got.status)
	}
	w.send(&shown{action: at + "/act/start"}, nil)
	w.send(&shown{action: at + "/act/stop"}, nil)
	if page := string(w.get(at).body); !strings.Contains(page, "Stopped") && !strings.Contains(page, "Done") {
		t.Error("it is not stopped")
	}
	w.send(&shown{action: at + "/act/resume"}, nil)
	if err := site.Server.Roll.RunIssues(t.Context(), site.Server.Now); err != nil {
		t.Fatal(err)
	}
	rows := table(t, w.get(at+"/result.csv").body, ',')
	if len(rows) != 4 || len(rows[1][3]) != 16 || rows[1][4] == "" {
		t.Errorf("blank cards are %q", rows)
	}
	id := at[strings.LastIndexByte(at, '/')+1:]
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s/api/v1/card_issues/%s/results.csv", site.Base, id), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+site.Chain.Owner.Token)
	r.Header.Set("Accept", "text/csv")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	list, err := csv.NewReader(got.Body).ReadAll()
	if err != nil || got.StatusCode != http.StatusOK || len(list) != 4 || list[1][7] != rows[1][3] || list[1][8] != rows[1][4] {
		t.Errorf("%d %v %q", got.StatusCode, err, list)
	}
}
