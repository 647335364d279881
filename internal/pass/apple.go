package pass

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// apple is what passes are made with, kept between them.
type apple struct {
	gallery Gallery
	signers sync.Map // verno.WalletKeyID to *Signer
}

// again is when it makes sense to ask for a pass again that cannot be signed now, in seconds.
const again = 3600

// ApplePass makes the .pkpass of a pass as its card is now, and signs it: nothing of it is made before a phone asks. It
// returns certificate_none and certificate_expired where there is nothing to sign with; sales go on.
func (p *Passes) ApplePass(ctx context.Context, pass store.Pass, now time.Time) ([]byte, error) {
	return p.applePass(ctx, pass, now, func(*card.Face) error { return nil })
}

// applePass makes a pass whose face is looked at once more before it is drawn.
func (p *Passes) applePass(ctx context.Context, pass store.Pass, now time.Time, look func(*card.Face) error) ([]byte, error) {
	if pass.Member.IsZero() {
		waits, err := p.Store.Reader().SignUp(ctx, pass.Tenant, pass.Card)
		switch {
		case err == nil && waits.State != store.SignUpJoined:
			return p.signUpPass(ctx, pass, waits, now)
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	s, err := p.signerNow(ctx, pass.Tenant, now)
	if err != nil {
		return nil, err
	}
	face, err := p.face(ctx, pass.Tenant, pass.Card, now)
	if err == nil {
		err = look(&face)
	}
	if err != nil {
		return nil, err
	}
	id, err := p.identity(ctx, pass, now)
	if err != nil {
		return nil, err
	}
	if id.NFCKey, err = p.vasKey(ctx, pass.Tenant, s, &face); err != nil {
		return nil, err
	}
	pics, err := p.applePictures(ctx, pass.Tenant, &face)
	if err != nil {
		return nil, err
	}
	return BuildApple(&face, id, pics, s)
}

// signerNow is what passes are signed with, as long as it is valid.
func (p *Passes) signerNow(ctx context.Context, tenant verno.TenantID, now time.Time) (*Signer, error) {
	s, err := p.AppleSigner(ctx, tenant)
	if err == nil && now.After(s.NotAfter) {
		err = verno.Unavailable("certificate_expired", again).With("date", s.NotAfter.Format(time.DateOnly))
	}
	return s, err
}

// identity names a pass, and where its phones ask for changes.
func (p *Passes) identity(ctx context.Context, pass store.Pass, now time.Time) (id AppleIdentity, err error) {
	id = AppleIdentity{Serial: pass.Serial, At: now}
	if p.Base != "" {
		id.WebService = p.Base + ServicePath
		id.Token, err = p.Token(ctx, pass.Tenant, pass.Serial)
	}
	return id, err
}

// applePictures are a face's pictures. One that is no more is left out: the card is worth more than its look.
func (p *Passes) applePictures(ctx context.Context, tenant verno.TenantID, f *card.Face) (Pictures, error) {
	reader := p.Store.Reader()
	for {
		missing := ""
		pics, err := p.apple.gallery.Of(f, func(hash string) ([]byte, error) {
			picture, err := reader.Picture(ctx, tenant, hash)
			if errors.Is(err, store.ErrNotFound) {
				missing = hash
			}
			return picture.PNG, err
		})
		if missing == "" {
			return pics, err
		}
		for slot, hash := range f.Pictures {
			if hash == missing {
				delete(f.Pictures, slot)
			}
		}
	}
}

// vasKey is the newest key that readers open answers with; none where the certificate may not sign for readers, or there
// is no key yet.
func (p *Passes) vasKey(ctx context.Context, tenant verno.TenantID, s *Signer, f *card.Face) ([]byte, error) {
	if !s.NFC || f.NFCValue == "" {
		return nil, nil
	}
	return p.newestVAS(ctx, tenant)
}

// vasProtocol is what the keys of Apple's readers are kept as.
const vasProtocol = "apple_vas"

// newestVAS is the newest key that readers open answers with; nothing where there is none.
func (p *Passes) newestVAS(ctx context.Context, tenant verno.TenantID) ([]byte, error) {
	const many = 100
	keys, err := p.Store.Reader().NFCKeys(ctx, tenant, vasProtocol, many)
	if err != nil {
		return nil, err
	}
	var newest store.NFCKey
	for _, k := range keys {
		if k.RetiredAt.IsZero() && k.Version > newest.Version {
			newest = k
		}
	}
	return newest.Public, nil
}
