package pass

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// ServicePath is where the web service stands below Base, as passes name it: without a slash at its end.
const ServicePath = "/wallet"

// The errors of what wallets ask.
var (
	// ErrToken says that a pass is not there, or that whoever asks has not its token; which of the two is nobody's business.
	ErrToken = errors.New("pass: no such pass for this token")
	// ErrRegistration says that what a device wants to register can be no device, or no address for notifications.
	ErrRegistration = errors.New("pass: not a registration")
	// ErrTooMany says that a device has as many passes as one may have, or a pass as many devices.
	ErrTooMany = errors.New("pass: too many passes on one device, or devices with one pass")
)

// Schemes of wallets: the word before the token, or for Pass2U a header of its own. It says how a device is told.
const (
	SchemeApple       = "ApplePass"
	SchemeAndroid     = "AndroidPass"
	SchemeWalletUnion = "WalletUnionPass"
	SchemeWalletHMS   = "WalletUnionHMSPass"
	SchemePass2U      = "Pass2U"
)

var schemes = []string{SchemeApple, SchemeAndroid, SchemeWalletUnion, SchemeWalletHMS, SchemePass2U}

const (
	// mostDevices is how many devices a pass has in Apple's wallet, and how many in all others. One more is refused and does
	// not take the place of another: else whoever holds a copy of a pass could keep its owner's phone from hearing. Places
	// come free by themselves, as each new registration is told at once, and Apple says then who is gone or never was.
	mostDevices = 20
	// mostCarried is how many passes of a type one device has.
	mostCarried = 200
	// registrationFresh is how long a registration that says nothing new is not written again. It is short, as what Apple says
	// of a device that is gone holds only where that is later than its registration.
	registrationFresh = time.Minute
)

var (
	deviceText = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	// Apple says of its tokens only that they are texts. They stand in an address, so that no sign may lead elsewhere there.
	appleToken = regexp.MustCompile(`^[A-Za-z0-9_:=+-]{1,200}$`)
	otherToken = regexp.MustCompile(`^[A-Za-z0-9._:%=+-]{1,512}$`)
)

// Authorize finds the pass that a wallet asks for with its token. It returns ErrToken for a token of another pass just as
// for a pass that is not there, after the same work.
func (p *Passes) Authorize(ctx context.Context, passType, serial, token string) (store.Pass, error) {
	pass, err := p.Store.Reader().PassBySerial(ctx, serial)
	if errors.Is(err, store.ErrNotFound) {
		mac := hmac.New(sha256.New, []byte("a pass that is not there"))
		mac.Write([]byte(serial))
		subtle.ConstantTimeCompare([]byte(token), []byte(hex.EncodeToString(mac.Sum(nil)[:16])))
		return store.Pass{}, ErrToken
	}
	if err != nil {
		return pass, err
	}
	want, err := p.Token(ctx, pass.Tenant, serial)
	if err != nil {
		return pass, err
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(want)) != 1 {
		return store.Pass{}, ErrToken
	}
	ours, err := p.hasPassType(ctx, pass.Tenant, passType)
	if err == nil && !ours {
		err = ErrToken
	}
	return pass, err
}

// hasPassType says whether a tenant has, or had, a certificate for a type of pass.
func (p *Passes) hasPassType(ctx context.Context, tenant verno.TenantID, passType string) (bool, error) {
	at := passTypeOf{tenant, passType}
	if _, known := p.passTypes.Load(at); known {
		return true, nil
	}
	const many = 100
	list, err := p.Store.Reader().WalletCredentials(ctx, tenant, store.CredentialApplePass, many)
	if err != nil || !slices.ContainsFunc(list, func(c store.WalletCredential) bool { return c.Name == passType }) {
		return false, err
	}
	p.passTypes.Store(at, true)
	return true, nil
}

// passTypeOf is a type of pass that a tenant was seen to have a certificate for.
type passTypeOf struct {
	tenant verno.TenantID
	name   string
}

// Registering is what a wallet says of a device that wants to hear of a pass.
type Registering struct {
	PassType, Device, PushToken, Scheme string
}

func (r *Registering) check() error {
	tokens := otherToken
	if r.Scheme == SchemeApple {
		tokens = appleToken
	}
	if !slices.Contains(schemes, r.Scheme) || !deviceText.MatchString(r.Device) || !tokens.MatchString(r.PushToken) {
		return ErrRegistration
	}
	return nil
}

// Register writes that a device has a pass and wants to hear of its changes, and reports whether that is new. It returns
// ErrRegistration for what can be no device, and ErrTooMany where the device has as many passes as it may, or the pass as
// many devices.
func (p *Passes) Register(ctx context.Context, pass store.Pass, r Registering) (fresh bool, err error) {
	if err := r.check(); err != nil {
		return false, err
	}
	now, reader := p.Clock(), p.Store.Reader()
	was, err := reader.Registration(ctx, r.PassType, r.Device, pass.Serial)
	switch {
	case errors.Is(err, store.ErrNotFound):
		if err := p.hasRoom(ctx, pass, r); err != nil {
			return false, err
		}
	case err != nil:
		return false, err
	case was.PushToken == r.PushToken && was.Scheme == r.Scheme && now.Sub(was.UpdatedAt) < registrationFresh:
		return false, nil
	}
	err = p.Store.Write(ctx, func(tx *store.Tx) error {
		fresh, err = tx.Register(ctx, store.Registration{
			PassType: r.PassType, Device: r.Device, Serial: pass.Serial, Tenant: pass.Tenant, Card: pass.Card,
			PushToken: r.PushToken, Scheme: r.Scheme,
		}, now, p.Apple.Gap)
		if err != nil || !fresh {
			return err
		}
		if err := tx.Installed(ctx, pass.Tenant, pass.Card, walletOf(r.Scheme), now); err != nil {
			return err
		}
		return makeRoom(ctx, tx, pass, r)
	})
	return fresh, err
}

// hasRoom refuses a newcomer to a device or a pass that is full, before anything is written for it.
func (p *Passes) hasRoom(ctx context.Context, pass store.Pass, r Registering) error {
	reader := p.Store.Reader()
	n, err := reader.CountCarried(ctx, r.PassType, r.Device)
	if err != nil {
		return err
	}
	list, err := reader.RegistrationsOf(ctx, pass.Tenant, pass.Card)
	if _, full := besides(list, r); err == nil && (full || n >= mostCarried) {
		return ErrTooMany
	}
	return err
}

// makeRoom forgets other names of the device that has just come: one telephone in a laboratory registers itself under
// hundreds, and is told by the same token. It returns ErrTooMany where the pass had as many devices as it may.
func makeRoom(ctx context.Context, tx *store.Tx, pass store.Pass, newcomer Registering) error {
	list, err := tx.RegistrationsOf(ctx, pass.Tenant, pass.Card)
	if err != nil {
		return err
	}
	same, full := besides(list, newcomer)
	if full {
		return ErrTooMany
	}
	for i := range same {
		if _, err := tx.Unregister(ctx, same[i].PassType, same[i].Device, same[i].Serial); err != nil {
			return err
		}
	}
	return nil
}

// besides looks at who has a pass beside a newcomer: which are the same device under another name, and whether the others
// of its kind of wallet leave no room for it.
func besides(list []store.Registration, newcomer Registering) (same []store.Registration, full bool) {
	others := 0
	for _, one := range list {
		switch {
		case one.Device == newcomer.Device && one.PassType == newcomer.PassType:
		case one.PushToken == newcomer.PushToken && one.Scheme == newcomer.Scheme && one.PassType == newcomer.PassType:
			same = append(same, one)
		case walletOf(one.Scheme) == walletOf(newcomer.Scheme):
			others++
		}
	}
	return same, others >= mostDevices
}

// Unregister writes that a device has a pass no more. Where it had none, nothing is to be done.
func (p *Passes) Unregister(ctx context.Context, pass store.Pass, passType, device string) error {
	_, err := p.Store.Reader().Registration(ctx, passType, device, pass.Serial)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return p.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Unregister(ctx, passType, device, pass.Serial); err != nil {
			return err
		}
		return tx.Removed(ctx, pass.Tenant, pass.Card, p.Clock())
	})
}

// walletOf is the kind of wallet that a scheme belongs to, as it is counted.
func walletOf(scheme string) string {
	if scheme == SchemeApple {
		return "apple"
	}
	return "other"
}

// Updated are the serial numbers of the passes of a type on a device that have changed since a tag, and the tag to ask with
// next time: all without a tag, and all where the tag is later than anything here, as after the restore of a backup, for
// otherwise the device would hear of nothing until the clock is there again. There are none of a device that nobody knows.
func (p *Passes) Updated(ctx context.Context, passType, device, since string) (serials []string, tag string, err error) {
	list, err := p.Store.Reader().CarriedBy(ctx, passType, device, mostCarried)
	if err != nil {
		return nil, "", err
	}
	known, latest := parseTags(since), tags{}
	for i := range list {
		clock := clockName(list[i].Tenant)
		latest[clock] = max(latest[clock], list[i].Tag)
	}
	for i := range list {
		clock := clockName(list[i].Tenant)
		if list[i].Tag > known[clock] || known[clock] > latest[clock] {
			serials = append(serials, list[i].Serial)
		}
	}
	return serials, latest.String(), nil
}

// tags are the latest tag of each tenant's clock that a device was told. One certificate, and so one device's list of
// passes, may serve several tenants, and each counts for itself.
type tags map[string]int64

// clockName tells one tenant's clock from another's, and nothing else of the tenant.
func clockName(tenant verno.TenantID) string {
	sum := sha256.Sum256(tenant[:])
	return hex.EncodeToString(sum[:4])
}

func (t tags) String() string {
	words := make([]string, 0, len(t))
	for clock, tag := range t {
		words = append(words, clock+"."+strconv.FormatInt(tag, 10))
	}
	slices.Sort(words)
	return strings.Join(words, "-")
}

// parseTags reads what String wrote. Whatever else a device says counts as nothing: then it gets all of its passes.
func parseTags(text string) tags {
	t := tags{}
	for word := range strings.SplitSeq(text, "-") {
		clock, number, _ := strings.Cut(word, ".")
		if tag, err := strconv.ParseInt(number, 10, 64); err == nil {
			t[clock] = tag
		}
	}
	return t
}
