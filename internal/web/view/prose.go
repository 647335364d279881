package view

import "strings"

// Paragraph is a part of a text: a heading, or lines that belong together.
type Paragraph struct {
	Heading string
	Lines   []string
}

// Paragraphs parts a plain text at its empty lines. The first of several lines that begins with a number, as in "2. The
// card", is their heading.
func Paragraphs(text string) []Paragraph {
	var all []Paragraph
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
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
