package desk

import (
	"net/http"
	"slices"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// appleSide is what the page of Apple shows. Its three forms share no field but those that a failed one brings back.
type appleSide struct {
	list    []pass.Held
	pushKey string // identifier of the key for notifications; empty where the certificate is used
	done    string

	certificate, trial, push *view.Form
}

// inUse is the certificate that signs; nil for none.
func (a *appleSide) inUse() *pass.Held {
	for i := range a.list {
		if a.list[i].InUse {
			return &a.list[i]
		}
	}
	return nil
}

func (d *Desk) appleSide(c *call) (*appleSide, error) {
	ctx, tenant := c.r.Context(), c.actor.Tenant
	list, err := d.Passes.Certificates(ctx, tenant)
	if err != nil {
		return nil, err
	}
	a := &appleSide{list: list, done: c.doneText(), certificate: filled(), push: filled(), trial: filled("pass_type", "pass.not-apple.trial", "team", "NOTAPPLE00")}
	key, err := d.Reader.WalletCredentialInUse(ctx, tenant, store.CredentialApplePush)
	a.pushKey = key.Name
	c.walletDress()
	return a, some(err)
}

// readable is the name of who has signed a certificate as people read it: its parts without the signs that mark them for
// programs (RFC 4514).
func readable(name string) string {
	var parts []string
	var b strings.Builder
	end := func() {
		_, value, _ := strings.Cut(b.String(), "=")
		parts = append(parts, value)
		b.Reset()
	}
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			if i++; i < len(name) {
				b.WriteByte(name[i])
			}
		case ',', '+':
			end()
		default:
			b.WriteByte(name[i])
		}
	}
	end()
	return strings.Join(parts, " · ")
}

func (d *Desk) apple(c *call) error {
	a, err := d.appleSide(c)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.apple.title"), applePage(c, a))
}

// certificateAt says at which field a fault of a certificate stands.
var certificateAt = map[string]string{
	"body_too_large": "file", "certificate_unreadable": "file", "certificate_rounds": "file", "certificate_password": "password", "certificate_no_key": "key_file",
	"certificate_key_sealed": "key_file", "certificate_key_mismatch": "key_file", "certificate_key_kind": "key_file",
	"certificate_not_pass": "file", "certificate_two_types": "file", "certificate_no_team": "file", "certificate_not_yet": "file",
	"certificate_expired": "file", "certificate_chain": "file", "certificate_other_type": "replace", "certificate_without_nfc": "replace",
}

// importCertificate takes in a certificate with its key, from one file or from two.
func (d *Desk) importCertificate(c *call) error {
	form, files, err := view.ReadUploads(c.w, c.r, view.MaxUpload, "file", "key_file")
	if c.form = form; err == nil {
		err = d.takeCertificate(c, files)
	}
	if err == nil {
		c.did(walletPath("apple"), "certificate")
		return nil
	}
	return d.appleAgain(c, err, certificateAt, func(a *appleSide) { a.certificate = c.form })
}

func (d *Desk) takeCertificate(c *call, files map[string][]byte) error {
	if files["file"] == nil {
		return verno.InvalidField("/file", "required")
	}
	given := [][]byte{files["file"]}
	if files["key_file"] != nil {
		given = append(given, files["key_file"])
	}
	signer, err := pass.ReadSigner(given, c.form.Value("password"), c.now)
	if err != nil {
		return err
	}
	_, err = d.Passes.ImportCertificate(c.r.Context(), c.actor, signer, c.form.On("replace"))
	return err
}

// trialCertificate makes a chain of one's own, of which no iPhone takes a card.
func (d *Desk) trialCertificate(c *call) error {
	signer, _, err := pass.SelfSign(pass.SelfMade{
		PassType: c.form.Value("pass_type"), Team: c.form.Value("team"), NFC: c.form.On("nfc"),
	}, c.now)
	if err == nil {
		_, err = d.Passes.ImportCertificate(c.r.Context(), c.actor, signer, false)
	}
	if err == nil {
		c.did(walletPath("apple"), "certificate_trial")
		return nil
	}
	at := map[string]string{"certificate_without_nfc": "nfc", "certificate_other_type": "pass_type"}
	return d.appleAgain(c, err, at, func(a *appleSide) { a.trial = c.form })
}

// importPushKey takes in a key that notifications are signed with.
func (d *Desk) importPushKey(c *call) error {
	form, files, err := view.ReadUploads(c.w, c.r, view.MaxUpload, "p8")
	if c.form = form; err == nil && files["p8"] == nil {
		err = verno.InvalidField("/p8", "required")
	}
	if err == nil {
		_, err = d.Passes.ImportPushKey(c.r.Context(), c.actor, files["p8"], c.form.Value("key_id"), c.form.Value("key_team"))
	}
	if err == nil {
		c.did(walletPath("apple"), "push_key")
		return nil
	}
	at := map[string]string{"body_too_large": "p8", "certificate_unreadable": "p8", "certificate_key_kind": "p8", "certificate_key_sealed": "p8", "team": "key_team"}
	return d.appleAgain(c, err, at, func(a *appleSide) { a.push = c.form })
}

// appleAgain shows the page once more, with what is wrong in the form that was sent.
func (d *Desk) appleAgain(c *call, err error, at map[string]string, put func(*appleSide)) error {
	status := http.StatusUnprocessableEntity
	if verno.AsError(err).Kind == verno.KindTooLarge {
		status = http.StatusRequestEntityTooLarge
	}
	if c.form == nil {
		c.form = filled()
	}
	if err := c.mendAt(err, at); err != nil {
		return err
	}
	a, err := d.appleSide(c)
	if err != nil {
		return err
	}
	put(a)
	return c.showAs(status, c.Say("desk.apple.title"), applePage(c, a))
}

func (d *Desk) retireCertificate(c *call) error {
	id, err := path[verno.WalletKeyID](c, "id")
	if err != nil {
		return err
	}
	if err := d.Passes.RetireCertificate(c.r.Context(), c.actor, id); err != nil {
		return err
	}
	c.did(walletPath("apple"), "certificate_retired")
	return nil
}

// past are the certificates that were used before.
func (a *appleSide) past() []pass.Held {
	return slices.DeleteFunc(slices.Clone(a.list), func(h pass.Held) bool { return h.InUse })
}
