package pass

import (
	"crypto/sha1" //nolint:gosec // What Apple's manifest is made of.
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Report is what a .pkpass is and what is wrong with it.
type Report struct {
	PassType     string         `json:"pass_type"`
	Team         string         `json:"team"`
	Serial       string         `json:"serial"`
	Organization string         `json:"organization"`
	Description  string         `json:"description"`
	Styles       []string       `json:"styles"`
	Fields       []ReportField  `json:"fields"`
	Codes        []ReportCode   `json:"codes"`
	Languages    []string       `json:"languages"`
	Files        []ReportFile   `json:"files"`
	Certificate  *Certificate   `json:"certificate"`
	SignedAt     time.Time      `json:"signed_at,omitzero"`
	Findings     []Finding      `json:"findings"`
	Pass         map[string]any `json:"pass"`
}

// ReportField is a field of a pass.
type ReportField struct {
	Style  string `json:"style"`
	Group  string `json:"group"`
	Key    string `json:"key"`
	Label  string `json:"label"`
	Value  string `json:"value"`
	Change string `json:"change,omitempty"`
}

// ReportCode is what a scanner reads off a pass.
type ReportCode struct {
	Format  string `json:"format"`
	Message string `json:"message"`
}

// ReportFile is a file of a pass.
type ReportFile struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
	SHA1  string `json:"sha1"`
}

// Finding is something that is wrong, or, where it only warns, that a phone may show otherwise than meant.
type Finding struct {
	Warning bool   `json:"warning"`
	Where   string `json:"where"` // a file, or a JSON pointer into pass.json
	Code    string `json:"code"`
	Text    string `json:"text"`
}

// Sound says that nothing is wrong, whatever was warned of.
func (r *Report) Sound() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return !f.Warning })
}

func (r *Report) fault(where, code, text string) {
	r.note(Finding{Where: where, Code: code, Text: text})
}

func (r *Report) warn(where, code, text string) {
	r.note(Finding{Warning: true, Where: where, Code: code, Text: text})
}

// maxFindings keeps a hostile pass from filling the memory.
const maxFindings = 1000

func (r *Report) note(f Finding) {
	if len(r.Findings) < maxFindings {
		r.Findings = append(r.Findings, f)
	}
}

// The files that a pass must have.
const (
	passFile      = "pass.json"
	manifestFile  = "manifest.json"
	signatureFile = "signature"
)

// Inspect reads a .pkpass, of which nothing is trusted, and holds it to the rules of Apple. It returns an error that wraps
// ErrNotPass for what cannot be read at all.
func Inspect(raw []byte, now time.Time) (*Report, error) {
	r := &Report{}
	entries, err := unpack(raw, r.fault)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, e := range entries {
		files[e.name] = e.raw
		sum := sha1.Sum(e.raw) //nolint:gosec // As above.
		r.Files = append(r.Files, ReportFile{e.name, len(e.raw), hex.EncodeToString(sum[:])})
		if lang, ok := strings.CutSuffix(e.name, ".lproj/pass.strings"); ok {
			r.Languages = append(r.Languages, lang)
			if !isStrings(e.raw) {
				r.fault(e.name, "strings_form", `is not lines of "key" = "value"; in UTF-8 or UTF-16`)
			}
		}
	}
	for _, name := range []string{passFile, manifestFile, signatureFile} {
		if files[name] == nil {
			r.fault(name, "file_missing", "is not there")
		}
	}
	r.manifest(files[manifestFile])
	r.signature(files[signatureFile], files[manifestFile], now)
	if files[passFile] != nil {
		r.read(files[passFile], now)
	}
	r.pictures(files)
	return r, nil
}

// manifest compares the files with what the manifest says of them.
func (r *Report) manifest(raw []byte) {
	if raw == nil {
		return
	}
	var said map[string]string
	if _, err := parseJSON(raw); err != nil {
		r.fault(manifestFile, "json", err.Error())
		return
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		r.fault(manifestFile, "json", "is no object of names and digests")
		return
	}
	for _, f := range r.Files {
		if f.Name == manifestFile || f.Name == signatureFile {
			continue
		}
		digest, listed := said[f.Name]
		switch {
		case !listed:
			r.fault(f.Name, "manifest_missing", "is not in the manifest")
		case digest != f.SHA1:
			r.fault(f.Name, "manifest_digest", "is not what the manifest says: "+f.SHA1)
		}
		delete(said, f.Name)
	}
	for name := range said {
		r.fault(name, "manifest_surplus", "is in the manifest, and is not there")
	}
}

// read reads pass.json.
func (r *Report) read(raw []byte, now time.Time) {
	tree, err := parseJSON(raw)
	if err != nil {
		r.fault(passFile, "json", err.Error())
		return
	}
	object, ok := tree.(map[string]any)
	if !ok {
		r.fault(passFile, "json", "is no object")
		return
	}
	r.Pass = object
	r.PassType, r.Team, r.Serial = text(object, "passTypeIdentifier"), text(object, "teamIdentifier"), text(object, "serialNumber")
	r.Organization, r.Description = text(object, "organizationName"), text(object, "description")
	r.rules(now)
}

// text is a text of an object; empty where it is none.
func text(o map[string]any, key string) string {
	s, _ := o[key].(string)
	return s
}

// shown writes a value as it stands in pass.json.
func shown(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
