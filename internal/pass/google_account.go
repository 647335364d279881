package pass

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// GoogleAccount is what Verno is at Google: the issuer, and the service account that speaks for it.
type GoogleAccount struct {
	Issuer   string // a number, from the Pay & Wallet Console
	Email    string // of the service account
	KeyID    string
	SmartTap []string // issuers whose readers may read the cards by NFC; empty for none
}

// googleAbout is what a credential says of itself.
type googleAbout struct {
	Email    string   `json:"client_email"`
	KeyID    string   `json:"private_key_id"`
	SmartTap []string `json:"redemption_issuers,omitempty"`
}

// googleKey is an account with its key.
type googleKey struct {
	GoogleAccount
	key *rsa.PrivateKey
}

var (
	issuerNumber   = regexp.MustCompile(`^[0-9]{6,32}$`)
	serviceAccount = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)
)

// leastGoogleBits is the shortest key that is taken; Google's own have 2,048.
const leastGoogleBits = 2048

// maxGoogleFile is how long the file of a service account may be.
const maxGoogleFile = 16 << 10

// ImportGoogle takes in the file of a service account that speaks for an issuer from now on; an earlier one is retired.
// The key is sealed and never shown. Errors: invalid_request with google_issuer, google_file or google_key.
func (p *Passes) ImportGoogle(ctx context.Context, a verno.Actor, issuer string, file []byte, smartTap []string) (GoogleAccount, error) {
	if err := a.Require(managing); err != nil {
		return GoogleAccount{}, err
	}
	if !issuerNumber.MatchString(issuer) {
		return GoogleAccount{}, verno.InvalidField("/issuer", "google_issuer")
	}
	for i, id := range smartTap {
		if !issuerNumber.MatchString(id) {
			return GoogleAccount{}, verno.InvalidField("/redemption_issuers/"+strconv.Itoa(i), "google_issuer")
		}
	}
	read, err := readServiceAccount(file)
	if err != nil {
		return GoogleAccount{}, err
	}
	read.Issuer, read.SmartTap = issuer, smartTap
	about, err := json.Marshal(googleAbout{Email: read.Email, KeyID: read.KeyID, SmartTap: smartTap})
	if err != nil {
		return GoogleAccount{}, err
	}
	now, tenant := p.Clock(), a.Tenant
	row := store.WalletCredential{
		Tenant: tenant, ID: verno.NewID[verno.WalletKeyID](now, p.Entropy), Kind: store.CredentialGoogle, Name: issuer,
		About: string(about), CreatedAt: now,
	}
	row.Sealed, err = p.Vault.Seal(ctx, tenant, googlePlace(row), x509.MarshalPKCS1PrivateKey(read.key))
	if err != nil {
		return GoogleAccount{}, err
	}
	err = p.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertWalletCredential(ctx, row); err != nil {
			return err
		}
		if _, err := tx.RetireWalletCredentials(ctx, tenant, store.CredentialGoogle, row.ID, now); err != nil {
			return err
		}
		return p.record(ctx, tx, a, now, "google.imported", row.ID.String(), "name", issuer, "account", read.Email)
	})
	return read.GoogleAccount, err
}

func googlePlace(row store.WalletCredential) string {
	return vault.At("wallet_credential", row.ID.String(), "sealed")
}

// readServiceAccount reads what Google's console gives for download. Its own addresses are not followed.
func readServiceAccount(file []byte) (googleKey, error) {
	var account struct {
		Type  string `json:"type"`
		Email string `json:"client_email"`
		KeyID string `json:"private_key_id"`
		Key   string `json:"private_key"`
	}
	if len(file) > maxGoogleFile || json.Unmarshal(file, &account) != nil || account.Type != "service_account" ||
		!serviceAccount.MatchString(account.Email) {
		return googleKey{}, verno.InvalidField("/file", "google_file")
	}
	block, _ := pem.Decode([]byte(account.Key))
	if block == nil {
		return googleKey{}, verno.InvalidField("/file", "google_key")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok || key.N.BitLen() < leastGoogleBits {
		return googleKey{}, verno.InvalidField("/file", "google_key")
	}
	return googleKey{GoogleAccount{Email: account.Email, KeyID: account.KeyID}, key}, nil
}

// openGoogle opens a credential.
func (p *Passes) openGoogle(ctx context.Context, row store.WalletCredential) (googleKey, error) {
	var about googleAbout
	if err := json.Unmarshal([]byte(row.About), &about); err != nil {
		return googleKey{}, err
	}
	plain, err := p.Vault.Open(ctx, row.Tenant, googlePlace(row), row.Sealed)
	if err != nil {
		return googleKey{}, err
	}
	key, err := x509.ParsePKCS1PrivateKey(plain)
	return googleKey{GoogleAccount{Issuer: row.Name, Email: about.Email, KeyID: about.KeyID, SmartTap: about.SmartTap}, key}, err
}

// GoogleAccount is what a tenant is at Google; false where it is nothing.
func (p *Passes) GoogleAccount(ctx context.Context, tenant verno.TenantID) (GoogleAccount, bool, error) {
	issuer, err := p.googleIssuer(ctx, tenant)
	if errors.Is(err, store.ErrNotFound) {
		return GoogleAccount{}, false, nil
	}
	if err != nil {
		return GoogleAccount{}, false, err
	}
	return issuer.account.GoogleAccount, true, nil
}

// CheckGoogle asks Google whether the service account may speak for its issuer, which is a call that changes nothing.
// Errors: google_off with the reason, google_away.
func (p *Passes) CheckGoogle(ctx context.Context, tenant verno.TenantID) error {
	g, err := p.googleIssuer(ctx, tenant)
	if errors.Is(err, store.ErrNotFound) {
		return verno.Conflict("google_off").Because(errors.New("there is no Google account"))
	}
	if err != nil {
		return err
	}
	inTime, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	a := g.do(inTime, []googleCall{{http.MethodGet, "issuer/" + g.id, nil}})[0]
	switch judge(&a) {
	case googleTaken:
		return nil
	case googleHeld, googleQuota:
		return verno.Unavailable("google_away", seconds(max(a.after, time.Second))).Because(errors.New(faultOf(&a)))
	}
	return verno.Conflict("google_off").Because(errors.New(faultOf(&a)))
}

// RetireGoogle ends the use of a tenant's account, and says whether there was one. Cards that are at Google stay there as
// they are.
func (p *Passes) RetireGoogle(ctx context.Context, a verno.Actor) (ended bool, err error) {
	if err := a.Require(managing); err != nil {
		return false, err
	}
	now := p.Clock()
	err = p.Store.Write(ctx, func(tx *store.Tx) error {
		row, err := tx.WalletCredentialInUse(ctx, a.Tenant, store.CredentialGoogle)
		if ended = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.RetireWalletCredentials(ctx, a.Tenant, store.CredentialGoogle, verno.WalletKeyID{}, now); err != nil {
			return err
		}
		return p.record(ctx, tx, a, now, "google.retired", row.ID.String(), "name", row.Name)
	})
	return ended, err
}
