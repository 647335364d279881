package pass_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
)

// pack writes an archive with the library's own writer.
func pack(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// findings are the codes of what is wrong with a pass.
func findings(t *testing.T, raw []byte) []string {
	t.Helper()
	r, err := pass.Inspect(raw, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
	}
	return codes
}

// soundPass is the files of a pass in which nothing is wrong.
func soundPass(t *testing.T) map[string][]byte {
	t.Helper()
	k, _ := card.Find("points")
	f := faceOf(t, k)
	return unzip(t, build(t, &f, signer(t, "rsa").Signer))
}

// TestChangedPassesAreFound changes a pass in each way in which one can be changed on its way, and each is found.
func TestChangedPassesAreFound(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(map[string][]byte){
		"manifest_digest":  func(f map[string][]byte) { f["pass.json"] = append(f["pass.json"], ' ') },
		"manifest_missing": func(f map[string][]byte) { f["thumbnail.png"] = f["icon.png"] },
		"manifest_surplus": func(f map[string][]byte) { delete(f, "logo.png") },
		"signature_wrong":  func(f map[string][]byte) { f["manifest.json"] = append(f["manifest.json"], ' ') },
		"signature_form":   func(f map[string][]byte) { f["signature"] = []byte("signed, Apple") },
		"file_missing":     func(f map[string][]byte) { delete(f, "signature") },
		"icon_missing":     func(f map[string][]byte) { delete(f, "icon.png"); delete(f, "icon@2x.png"); delete(f, "icon@3x.png") },
		"strings_form":     func(f map[string][]byte) { f["ru.lproj/pass.strings"] = []byte(`"a" = b;`) },
		"picture":          func(f map[string][]byte) { f["icon.png"] = []byte("<svg/>") },
		"zip_name":         func(f map[string][]byte) { f["../../evil"] = nil },
		"identity":         func(f map[string][]byte) { replace(f, "TEAM123456", "TEAM654321") },
		"field_key_twice":  func(f map[string][]byte) { replace(f, `"key":"number"`, `"key":"news"`) },
		"date":             func(f map[string][]byte) { replace(f, "+03:00", "") },
		"colour":           func(f map[string][]byte) { replace(f, "rgb(255,255,255)", "rgba(0,0,0,1)") },
		"number":           func(f map[string][]byte) { replace(f, `"value":120,`, `"value":"120",`) },
		"field_value":      func(f map[string][]byte) { replace(f, `"value":120,`, `"value":1e999999999,`) },
		"code_encoding":    func(f map[string][]byte) { replace(f, `"message":"1234567`, `"message":"Ж`) },
		"location":         func(f map[string][]byte) { replace(f, "55.755800", "91") },
		"web_service":      func(f map[string][]byte) { replace(f, "https://cards", "http://cards") },
		"attributed_value": func(f map[string][]byte) { replace(f, `<a href=\"https`, `<script>\"https`) },
		"nfc_key":          func(f map[string][]byte) { replace(f, "MDkwEwYH", "MFkwEwYH") },
		"json": func(f map[string][]byte) {
			replace(f, `"voided"`, ``)
			replace(f, `{"formatVersion":1,`, `{"formatVersion":1,"formatVersion":1,`)
		},
		"style":    func(f map[string][]byte) { replace(f, `"storeCard"`, `"libraryCard"`) },
		"required": func(f map[string][]byte) { replace(f, `"organizationName"`, `"organisationName"`) },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			files := soundPass(t)
			change(files)
			if got := findings(t, pack(t, files)); !slices.Contains(got, want) {
				t.Errorf("found %v", got)
			}
		})
	}
}

// replace writes one text of pass.json in place of another.
func replace(f map[string][]byte, old, by string) {
	f["pass.json"] = bytes.ReplaceAll(f["pass.json"], []byte(old), []byte(by))
}

// TestHostileArchives opens what was made to harm, and neither memory nor files suffer.
func TestHostileArchives(t *testing.T) {
	t.Parallel()
	sound := soundPass(t)
	large := maps.Clone(sound)
	large["strip@3x.png"] = make([]byte, pass.MaxPass+1) // which deflates to 32 KB
	deep := maps.Clone(sound)
	deep["pass.json"] = []byte(strings.Repeat(`{"a":[`, 500_000/6))
	many := map[string][]byte{}
	for i := range 300 {
		many[strings.Repeat("x", i+1)] = nil
	}
	giant := maps.Clone(sound)
	giant["pass.json"] = append([]byte(`{"a":"`), bytes.Repeat([]byte("a"), 2<<20)...)
	for name, raw := range map[string][]byte{
		"nothing": nil, "a picture": sound["icon.png"], "a bomb": pack(t, large), "many files": pack(t, many), "giant JSON": pack(t, giant),
		"half of it": pack(t, sound)[:1000], "more than a pass": make([]byte, pass.MaxPass+1),
	} {
		if r, err := pass.Inspect(raw, signedAt); !errors.Is(err, pass.ErrNotPass) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	if got := findings(t, pack(t, deep)); !slices.Contains(got, "json") {
		t.Errorf("deep JSON: %v", got)
	}
}

// TestLyingArchives has entries twice, links, and sizes that are not so.
func TestLyingArchives(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, body := range []string{"{}", "[]"} {
		w, err := z.Create("pass.json")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	link := &zip.FileHeader{Name: "icon.png"}
	link.SetMode(fs.ModeSymlink | 0o777)
	w, err := z.CreateHeader(link)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("/etc/passwd")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	got := findings(t, b.Bytes())
	for _, want := range []string{"zip_twice", "zip_name"} {
		if !slices.Contains(got, want) {
			t.Errorf("found %v, not %s", got, want)
		}
	}

	var lie bytes.Buffer
	z = zip.NewWriter(&lie)
	w, err = z.CreateRaw(&zip.FileHeader{
		Name: "pass.json", CRC32: crc32.ChecksumIEEE([]byte("{}")), UncompressedSize64: 1 << 31, CompressedSize64: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := pass.Inspect(lie.Bytes(), signedAt); !errors.Is(err, pass.ErrNotPass) {
		t.Errorf("a size that is not so: %v", err)
	}
}

// FuzzInspect looks for bytes that make the reader of passes end in a panic.
func FuzzInspect(f *testing.F) {
	f.Add([]byte("PK\x03\x04"), []byte("{}"), []byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, text, manifest, signature []byte) {
		r, err := pass.Inspect(pack(t, map[string][]byte{"pass.json": text, "manifest.json": manifest, "signature": signature}), signedAt)
		if err != nil && !errors.Is(err, pass.ErrNotPass) || err == nil && r.Sound() {
			t.Errorf("%v, %v", r, err)
		}
	})
}

// TestFacesThatApplePassesCannotHold are refused before anything is signed.
func TestFacesThatApplePassesCannotHold(t *testing.T) {
	t.Parallel()
	k, _ := card.Find("points")
	twice := faceOf(t, k)
	twice.Back = append(twice.Back, twice.Header[0])
	if _, err := pass.BuildApple(&twice, identity(), pass.Pictures{}, signer(t, "rsa").Signer); err == nil {
		t.Error("a key that stands twice")
	}
	readers := faceOf(t, k)
	if _, err := pass.BuildApple(&readers, identity(), pass.Pictures{}, signer(t, "ec").Signer); !errors.Is(err, pass.ErrNoNFC) {
		t.Errorf("readers, and a certificate that is not for them: %v", err)
	}
	var g pass.Gallery
	for name, raw := range map[string][]byte{"svg": []byte("<svg/>"), "cut off": picture(t, 50, 50)[:60]} {
		if _, err := g.Of(&readers, func(string) ([]byte, error) { return raw, nil }); !errors.Is(err, verno.Invalid("picture_invalid")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	flood := picture(t, 1, 1)
	copy(flood[16:24], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff})
	copy(flood[29:33], func() []byte {
		sum := crc32.ChecksumIEEE(flood[12:29])
		return []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}
	}())
	if _, err := g.Of(&readers, func(string) ([]byte, error) { return flood, nil }); !errors.Is(err, verno.TooLarge("picture_too_large")) {
		t.Errorf("a flood of pixels: %v", err)
	}
}

// TestFieldsAsAppleWantsThem looks at the forms of values that no kind has by itself.
func TestFieldsAsAppleWantsThem(t *testing.T) {
	t.Parallel()
	k, _ := card.Find("event_ticket")
	f := faceOf(t, k)
	half, whole, n, at := int64(750), int64(1_000), int64(-7), signedAt.In(moscow)
	f.Auxiliary = []card.Field{
		{Key: "half", Label: card.Both("Off", "Скидка"), Value: card.Value{Percent: &half}, Right: true},
		{Key: "whole", Label: card.Both("Off", "Меньше"), Value: card.Value{Percent: &whole}},
		{Key: "n", Label: card.Both("N", "N"), Value: card.Value{Number: &n}, Change: card.Text{"en": "%@", "ru": "без места"}},
		{Key: "day", Value: card.Value{Date: at}},
		{Key: "hour", Value: card.Value{Date: at, WithTime: true}},
	}
	offer := card.Both(`Pies & "tea"`, "Пироги и чай")
	f.Back = []card.Field{{Key: "banner", Value: card.Value{Text: offer, Link: "https://example.org/?a=1&b=2"}}}
	f.Event = &card.Event{Name: card.Both("Concert", "Концерт"), Starts: at, Ends: at.Add(2 * time.Hour), Seat: "14"}
	f.Code.Format, f.Code.Message = card.Code128, "АБВ"
	files := unzip(t, build(t, &f, signer(t, "rsa").Signer))
	var got struct {
		RelevantDates []map[string]string
		Barcodes      []struct{ Format, MessageEncoding string }
		EventTicket   struct{ AuxiliaryFields, BackFields []map[string]any }
	}
	if err := json.Unmarshal(files["pass.json"], &got); err != nil {
		t.Fatal(err)
	}
	fields := got.EventTicket.AuxiliaryFields
	for i, want := range []map[string]any{
		{"value": "7.5%", "textAlignment": "PKTextAlignmentRight", "row": 0.0},
		{"value": 0.1, "numberStyle": "PKNumberStylePercent", "label": "Off\u200b"},
		{"value": -7.0, "numberStyle": "PKNumberStyleDecimal", "changeMessage": nil},
		{"value": "2026-11-22T15:00:00+03:00", "dateStyle": "PKDateStyleMedium", "timeStyle": "PKDateStyleNone", "ignoresTimeZone": true},
		{"timeStyle": "PKDateStyleShort", "row": 1.0},
	} {
		for key, v := range want {
			if fields[i][key] != v {
				t.Errorf("%s: %s is %v, want %v", fields[i]["key"], key, fields[i][key], v)
			}
		}
	}
	// What leads somewhere says what it said, in each language.
	const pies = `<a href="https://example.org/?a=1&amp;b=2">Pies &amp; &#34;tea&#34;</a>`
	if b := got.EventTicket.BackFields[0]; b["value"] != offer["en"] || b["attributedValue"] != pies ||
		!strings.Contains(string(files["ru.lproj/pass.strings"]), `b=2\">Пироги и чай</a>";`) {
		t.Errorf("the banner is %v; in Russian: %s", b, files["ru.lproj/pass.strings"])
	}
	if !strings.Contains(string(files["ru.lproj/pass.strings"]), "\"7.5%\" = \"7,5\u00a0%\";") {
		t.Errorf("in Russian: %s", files["ru.lproj/pass.strings"])
	}
	if len(got.RelevantDates) != 1 || got.RelevantDates[0]["endDate"] != "2026-11-22T17:00:00+03:00" {
		t.Errorf("relevant %v", got.RelevantDates)
	}
	if len(got.Barcodes) != 2 || got.Barcodes[0].Format != "PKBarcodeFormatCode128" || got.Barcodes[1].MessageEncoding != "utf-8" {
		t.Errorf("codes %v", got.Barcodes)
	}
}

// TestBundles puts passes into one file, up to as many as Apple takes.
func TestBundles(t *testing.T) {
	t.Parallel()
	one := []byte("a pass")
	raw, err := pass.Bundle(slices.Repeat([][]byte{one}, pass.MaxBundle))
	if err != nil {
		t.Fatal(err)
	}
	files := unzip(t, raw)
	if len(files) != pass.MaxBundle || !bytes.Equal(files["10.pkpass"], one) {
		t.Errorf("%d passes", len(files))
	}
	for _, n := range []int{0, pass.MaxBundle + 1} {
		if _, err := pass.Bundle(slices.Repeat([][]byte{one}, n)); err == nil {
			t.Errorf("a bundle of %d", n)
		}
	}
}
