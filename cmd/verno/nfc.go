package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/server"
)

const nfcUsage = `keys list [flags]
       verno nfc keys make --protocol apple_vas|smart_tap [flags]
       verno nfc keys retire KEY [flags]

The keys by which the merchant's readers are known to phones. list shows them, and never a private key: that does not
leave the vault. make adds a version; those before it go on opening what phones say until they are retired.
`

// nfcKeys makes, lists and retires keys of readers.
func nfcKeys(ctx context.Context, t *term, args []string) error {
	f := flags(t, "nfc", nfcUsage)
	b := baseFlags(f)
	var whose server.Whose
	whoseFlags(f, &whose)
	protocol := f.String("protocol", "", "of make: apple_vas or smart_tap")
	asJSON := f.Bool("json", false, "print as JSON")
	words, err := parseAround(f, args)
	if err != nil {
		return err
	}
	if len(words) < 2 || words[0] != "keys" || len(words) != map[string]int{"list": 2, "make": 2, "retire": 3}[words[1]] {
		f.Usage()
		return errUsage
	}
	s, err := server.Open(ctx, b.config(t))
	if err != nil {
		return err
	}
	defer s.Close()
	var list []server.NFCKey
	switch words[1] {
	case "list":
		list, err = s.NFCKeys(ctx, whose)
	case "make":
		list = make([]server.NFCKey, 1)
		list[0], err = s.MakeNFCKey(ctx, whose, *protocol)
	case "retire":
		var id verno.NFCKeyID
		if id, err = verno.ParseID[verno.NFCKeyID](words[2]); err != nil {
			return wrong{fmt.Errorf("%s is no key: nfc keys list shows them", words[2])}
		}
		if err = s.RetireNFCKey(ctx, whose, id); err == nil {
			list, err = s.NFCKeys(ctx, whose)
		}
	}
	if err != nil {
		return err
	}
	return showNFCKeys(t, list, *asJSON)
}

func showNFCKeys(t *term, list []server.NFCKey, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(t.out).Encode(map[string]any{"keys": list})
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "key\tprotocol\tversion\tmade\tstate\tpublic key")
	for _, k := range list {
		state := "in use"
		if !k.RetiredAt.IsZero() {
			state = "retired"
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", k.ID, k.Protocol, k.Version, k.CreatedAt.Format("2006-01-02 15:04"), state, k.Public)
	}
	return w.Flush()
}
