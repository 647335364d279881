package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/verno-loyalty/verno/internal/server"
)

const keysUsage = `list [flags]
       verno keys rotate [--purpose wrap,seal,sign,presence|all] [flags]
       verno keys rotate-kek [--new-kek FILE|env:NAME] [flags]

list shows which keys there are, and never a key. rotate makes new versions of a tenant's keys; what was sealed stays
readable. rotate-kek puts all tenants' keys under a new key-encryption key. Both can be stopped and run again, and work
beside a server that runs.
`

// keys lists and rotates keys.
func keys(ctx context.Context, t *term, args []string) error {
	f := flags(t, "keys", keysUsage)
	b := baseFlags(f)
	var whose server.Whose
	whoseFlags(f, &whose)
	purposes := f.String("purpose", "wrap", "of rotate: `purposes` of the keys, apart by commas, or all")
	place := f.String("new-kek", "", "of rotate-kek: `file` with the new key, or env:NAME; drawn where left out")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	words, err := parseAround(f, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		f.Usage()
		return errUsage
	}
	c := b.config(t)
	switch words[0] {
	case "list":
		return listKeys(ctx, t, c, *asJSON)
	case "rotate":
		return rotate(ctx, t, c, whose, *purposes, *asJSON)
	case "rotate-kek":
		return rotateKEK(ctx, t, c, *place, *asJSON)
	}
	f.Usage()
	return errUsage
}

func listKeys(ctx context.Context, t *term, c server.Config, asJSON bool) error {
	list, err := server.Keys(ctx, c)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(t.out).Encode(list)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "key-encryption key\tis\twraps")
	for _, k := range list.KEKs {
		is := "given"
		switch {
		case !k.Given:
			is = "MISSING"
		case k.First:
			is = "given, in use"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\n", k.ID, is, k.Wraps)
	}
	fmt.Fprintln(w, "\ntenant\tpurpose\tversion\tunder\tmade\t")
	for _, k := range list.Keys {
		note := ""
		switch {
		case k.Persons > 0:
			note = fmt.Sprintf("%d persons are under an older version: run keys rotate", k.Persons)
		case !k.Newest:
			note = "opens only"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", k.Tenant, k.Purpose, k.Version, k.KEK, k.CreatedAt.UTC().Format("2006-01-02 15:04"), note)
	}
	return w.Flush()
}

// interrupted says that the same words go on where a command was stopped.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.New("interrupted; the same command goes on where it stopped")
	}
	return err
}

func rotate(ctx context.Context, t *term, c server.Config, whose server.Whose, purposes string, asJSON bool) error {
	list := strings.Split(purposes, ",")
	if purposes == "all" {
		list = server.Rotatable()
	}
	for _, p := range list {
		if !slices.Contains(server.Rotatable(), p) {
			return wrong{fmt.Errorf("there is no key %q to rotate: want %s or all", p, strings.Join(server.Rotatable(), ", "))}
		}
	}
	show := t.gauge(asJSON)
	err := server.Rotate(ctx, c, whose, list, func(done, total int64) { show("persons", done, done, total) })
	if err != nil {
		return interrupted(ctx, err)
	}
	if asJSON {
		return json.NewEncoder(t.out).Encode(map[string]any{"rotated": list})
	}
	fmt.Fprintf(t.out, "rotated: %s. Servers that run use the new keys within a minute.\n", strings.Join(list, ", "))
	return nil
}

func rotateKEK(ctx context.Context, t *term, c server.Config, place string, asJSON bool) error {
	show := t.gauge(asJSON)
	made, err := server.RotateKEK(ctx, c, place, func(done, total int64) { show("keys", done, done, total) })
	if err != nil {
		return interrupted(ctx, err)
	}
	if asJSON {
		return json.NewEncoder(t.out).Encode(made)
	}
	fmt.Fprintf(t.out, "all keys of tenants are under %s.\n", made.ID)
	if made.Left > 0 {
		fmt.Fprintf(t.out, "%d were made meanwhile: run the command again.\n", made.Left)
	}
	if made.File != "" {
		fmt.Fprintf(t.out, "It stands first in %s; servers that run find it there. Copy the file to two safe places now.\n"+
			"The older keys in it are needed for older backups only.\n", made.File)
		return nil
	}
	fmt.Fprintln(t.out, "VERNO_KEK must begin with it from now on. Servers that run go on with what they have read, and read the\n"+
		"environment at their start only: start them again with the new key first and the old one after it.")
	return nil
}
