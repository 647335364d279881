package desk

import (
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/nfc"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
)

// Wallets: what cards are signed with, which accounts speak for the merchant, the keys of readers, and how far phones have
// been told of changes.
var walletPages = []page{
	{"GET /wallets", verno.MayReadConfig, (*Desk).wallets},
	{"POST /wallets/rings", verno.MayWriteConfig, (*Desk).setRings},
	{"GET /wallets/apple", managingWallets, (*Desk).apple},
	{"POST /wallets/apple", managingWallets, (*Desk).importCertificate},
	{"POST /wallets/apple/trial", managingWallets, (*Desk).trialCertificate},
	{"POST /wallets/apple/push_key", managingWallets, (*Desk).importPushKey},
	{"POST /wallets/apple/{id}/retire", managingWallets, (*Desk).retireCertificate},
	{"GET /wallets/google", managingWallets, (*Desk).google},
	{"POST /wallets/google", managingWallets, (*Desk).importGoogle},
	{"POST /wallets/google/check", managingWallets, (*Desk).checkGoogle},
	{"POST /wallets/google/retire", managingWallets, (*Desk).retireGoogle},
	{"GET /wallets/nfc", managingWallets, (*Desk).nfcKeys},
	{"POST /wallets/nfc", managingWallets, (*Desk).makeNFCKey},
	{"POST /wallets/nfc/{id}/retire", managingWallets, (*Desk).retireNFCKey},
}

// managingWallets is what the keys themselves ask for.
const managingWallets = verno.MayManageStaff

func walletPath(of string) string { return "/wallets/" + of }

// walletDress adds what pages of wallets look like.
func (c *call) walletDress() { c.Styles = append(c.Styles, "desk_people.css", "desk_wallet.css") }

// wallets is all of them at a glance.
type wallets struct {
	certificate *pass.Held // in use; nil for none
	google      *store.WalletCredential
	keys        map[nfc.Protocol]int64 // in use
	installed   map[string]store.Wallets
	pushing     *pushing
	manages     bool // the reader may change them
	done        string
}

func (d *Desk) wallets(c *call) error {
	w, err := d.glanceWallets(c)
	if err != nil {
		return err
	}
	n, err := d.Passes.Rings(c.r.Context(), c.actor.Tenant)
	c.form = filled("rings", strconv.FormatInt(n, 10))
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.wallet.title"), walletsPage(c, w))
}

// setRings settles how often cards may speak up.
func (d *Desk) setRings(c *call) error {
	n, err := strconv.ParseInt(strings.TrimSpace(c.form.Value("rings")), 10, 64)
	if err != nil {
		err = verno.InvalidField("/rings", "number_invalid")
	} else {
		err = d.Passes.SetRings(c.r.Context(), c.actor, n)
	}
	if err == nil {
		c.did("/wallets", "rings")
		return nil
	}
	if err := c.mend(err, nil); err != nil {
		return err
	}
	w, err := d.glanceWallets(c)
	if err != nil {
		return err
	}
	return c.again(c.Say("desk.wallet.title"), walletsPage(c, w))
}

func (d *Desk) glanceWallets(c *call) (*wallets, error) {
	ctx, tenant := c.r.Context(), c.actor.Tenant
	c.walletDress()
	w := &wallets{done: c.doneText(), keys: map[nfc.Protocol]int64{}, installed: map[string]store.Wallets{}, manages: c.actor.May.Has(managingWallets)}
	certificates, err := d.Passes.Certificates(ctx, tenant)
	if err != nil {
		return nil, err
	}
	for i := range certificates {
		if certificates[i].InUse {
			w.certificate = &certificates[i]
		}
	}
	switch account, err := d.Reader.WalletCredentialInUse(ctx, tenant, store.CredentialGoogle); {
	case err == nil:
		w.google = &account
	case !isNone(err):
		return nil, err
	}
	keys, err := d.Reader.NFCKeys(ctx, tenant, "", mostKeys)
	if err != nil {
		return nil, err
	}
	for i := range keys {
		if keys[i].RetiredAt.IsZero() {
			w.keys[nfc.Protocol(keys[i].Protocol)]++
		}
	}
	counted, err := d.Reader.Wallets(ctx, tenant)
	if err != nil {
		return nil, err
	}
	for _, one := range counted {
		w.installed[one.Wallet] = one
	}
	w.pushing, err = d.pushing(c)
	return w, err
}

const mostKeys = 200

// mendAt says what is wrong where it stands, by the field that a fault or a code belongs to; other faults are told above.
func (c *call) mendAt(err error, at map[string]string) error {
	if err := c.mend(err, at); err != nil {
		return err
	}
	if field := at[verno.AsError(err).Code]; field != "" && len(c.form.Faults) == 0 {
		c.form.Faults[field], c.form.Wrong = c.form.Wrong, c.Say("common.wrong_fields")
	}
	return nil
}

// readerKey is a key of readers with what the page says of it.
type readerKey struct {
	auth.NFCKey
	newest bool // the one that new cards are made for
}

// keyring is what the page of readers' keys shows.
type keyring struct {
	apple, google []readerKey
	speaks        bool // the certificate in use may sign cards with NFC
	signed        bool // there is one
	done          string
}

func (d *Desk) keyring(c *call) (*keyring, error) {
	list, err := d.Gate.NFCKeys(c.r.Context(), c.actor)
	if err != nil {
		return nil, err
	}
	k := &keyring{done: c.doneText()}
	for i := range list {
		to := &k.apple
		if list[i].Protocol == nfc.SmartTap {
			to = &k.google
		}
		first := true
		for j := range *to {
			first = first && !(*to)[j].newest
		}
		*to = append(*to, readerKey{list[i], first && list[i].RetiredAt.IsZero()})
	}
	certificates, err := d.Passes.Certificates(c.r.Context(), c.actor.Tenant)
	for i := range certificates {
		if certificates[i].InUse {
			k.signed, k.speaks = true, certificates[i].NFC
		}
	}
	return k, err
}

func (d *Desk) nfcKeys(c *call) error {
	k, err := d.keyring(c)
	if err != nil {
		return err
	}
	c.walletDress()
	c.Scripts = append(c.Scripts, "desk_copy.js")
	return c.show(c.Say("desk.nfc.title"), nfcPage(c, k))
}

// makeNFCKey adds a version. Its private half leaves the vault for nobody.
func (d *Desk) makeNFCKey(c *call) error {
	_, err := d.Gate.MakeNFCKey(c.r.Context(), c.actor, nfc.Protocol(c.form.Value("protocol")), c.now)
	if err == nil {
		c.did(walletPath("nfc"), "nfc_key")
		return nil
	}
	if err := c.mend(err, nil); err != nil {
		return err
	}
	k, err := d.keyring(c)
	if err != nil {
		return err
	}
	c.walletDress()
	return c.again(c.Say("desk.nfc.title"), nfcPage(c, k))
}

func (d *Desk) retireNFCKey(c *call) error {
	id, err := path[verno.NFCKeyID](c, "id")
	if err != nil {
		return err
	}
	if err := d.Gate.RetireNFCKey(c.r.Context(), c.actor, id, c.now); err != nil {
		return err
	}
	c.did(walletPath("nfc"), "nfc_key_retired")
	return nil
}

// daysTo counts the days to a moment as a calendar does: tomorrow is one day away however early it begins.
func (c *call) daysTo(t time.Time) int64 {
	date := func(t time.Time) time.Time {
		y, m, d := t.In(c.zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int64(date(t).Sub(date(c.now)) / (24 * time.Hour))
}

// ends says when a certificate ends, and how soon that is.
func (c *call) ends(h *pass.Held) string {
	if h.Days < 0 {
		return c.Say("desk.apple.ended", "Day", c.on(h.NotAfter))
	}
	return c.on(h.NotAfter) + " · " + c.Count("desk.apple.days", c.daysTo(h.NotAfter))
}

// certificateEnds says how soon cards can be signed no more, for whoever has to renew the certificate; empty where none ends.
func certificateEnds(c *call, expiring []pass.Held) string {
	switch {
	case len(expiring) == 0:
		return ""
	case expiring[0].Days < 0:
		return c.Say("desk.apple.chore_over")
	}
	return c.Count("desk.apple.chore", c.daysTo(expiring[0].NotAfter))
}

// alarmTone is the colour of a certificate's end.
func alarmTone(h *pass.Held) string {
	switch {
	case h.Alarm < 0 || h.Alarm == 7:
		return "bad"
	case h.Alarm > 0:
		return "warn"
	}
	return "good"
}

// today is when the day began, in the zone of the reader.
func (c *call) today() time.Time {
	y, m, day := c.now.In(c.zone).Date()
	return time.Date(y, m, day, 0, 0, 0, 0, c.zone)
}

// listed are the words of a list that are typed with commas or spaces between them.
func listed(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' })
}
