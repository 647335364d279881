package view

import (
	"regexp"
	"strings"

	"github.com/verno-loyalty/verno/internal/web/words"
)

// Paragraph is a part of a text: a heading, or lines that belong together.
type Paragraph struct {
	Heading string
	Lines   []string
}

// Paragraphs parts a plain text at its empty lines, and binds its short words. The first of several lines that begins with a number, as in "2. The
// card", is their heading.
func Paragraphs(text string) []Paragraph {
	var all []Paragraph
	for part := range strings.SplitSeq(words.Bind(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n") {
		lines := strings.FieldsFunc(part, func(r rune) bool { return r == '\n' })
		switch {
		case len(lines) == 0:
		case len(lines) > 1 && numbered(lines[0]):
			all = append(all, Paragraph{Heading: lines[0], Lines: lines[1:]})
		default:
			all = append(all, Paragraph{Lines: lines})
		}
	}
	return all
}

func numbered(line string) bool {
	digits, _, found := strings.Cut(line, ". ")
	return found && digits != "" && len(digits) < 3 && strings.Trim(digits, "0123456789") == ""
}

// run is a part of a sentence. What stays whole is never broken between lines.
type run struct {
	text  string
	whole bool
	typed bool // as it is typed to start the program
}

// keeps finds what a sentence must keep whole: options of the program's start and its commands, and telephone numbers,
// which lines would else break at their hyphens.
var keeps = regexp.MustCompile(`--[a-z]+(?:-[a-z]+)*|\bverno (?:certs )?[a-z]+|\+\d[\d() \x{a0}-]{6,}\d`)

// runs parts a sentence into what may be broken between lines and what may not.
func runs(text string) []run {
	var all []run
	end := 0
	for _, at := range keeps.FindAllStringIndex(text, -1) {
		if at[0] > end {
			all = append(all, run{text: text[end:at[0]]})
		}
		all = append(all, run{text: text[at[0]:at[1]], whole: true, typed: text[at[0]] != '+'})
		end = at[1]
	}
	if end < len(text) {
		all = append(all, run{text: text[end:]})
	}
	return all
}
