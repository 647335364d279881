package member

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
)

// The limits of what can be said of a member, in characters or elements.
const (
	maxExternal    = 100
	maxTags        = 50
	maxTag         = 40
	maxMetadata    = 50
	maxKey         = 40
	maxValue       = 500
	maxSlug        = 40
	maxConsents    = 20
	maxVersion     = 50
	maxConsentText = 200_000
	maxReason      = 200
)

// slug sees that a name for programs, such as a channel or a purpose, is one.
func slug(f *verno.Faults, pointer, s string) {
	switch {
	case s == "":
		f.Say(pointer, "required")
	case len(s) > maxSlug:
		f.Say(pointer, "text_too_long", "max", strconv.Itoa(maxSlug))
	case strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		f.Say(pointer, "text_invalid")
	}
}

// checkTags brings tags to their one form: sorted, each once, never nil.
func checkTags(f *verno.Faults, tags []string) []string {
	if len(tags) > maxTags {
		f.Say("/tags", "too_many", "max", strconv.Itoa(maxTags))
		return nil
	}
	for i, t := range tags {
		odd := strings.ContainsFunc(t, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_:", r)
		})
		if t == "" || odd || !utf8.ValidString(t) || utf8.RuneCountInString(t) > maxTag {
			f.Say("/tags/"+strconv.Itoa(i), "tag_invalid", "max", strconv.Itoa(maxTag))
		}
	}
	out := append([]string{}, tags...)
	slices.Sort(out)
	return slices.Compact(out)
}

// checkMetadata sees that what another system hangs on a member is small; it returns no nil map.
func checkMetadata(f *verno.Faults, data map[string]string) map[string]string {
	if len(data) > maxMetadata {
		f.Say("/metadata", "too_many", "max", strconv.Itoa(maxMetadata))
		return nil
	}
	out := make(map[string]string, len(data))
	for key, value := range data {
		pointer := "/metadata"
		if key != "" && len(key) <= maxKey && strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == "" {
			pointer += "/" + key
		} else {
			f.Say(pointer, "text_invalid")
		}
		f.Text(pointer, value, 0, maxValue)
		out[key] = value
	}
	return out
}
