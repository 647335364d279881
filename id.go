package verno

import (
	"database/sql/driver"
	"encoding"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"io"
	"time"
)

// ID is a UUIDv7 that knows what it names. Its text is the kind's prefix, an underscore and 26 characters of lower-case
// Crockford base 32; in the database it is its 16 bytes, and the zero ID is NULL.
type ID[K kind] [16]byte

type kind interface{ prefix() string }

// The kinds of identifier.
type (
	TenantID       = ID[tenantKind]
	IssuerID       = ID[issuerKind]
	PartnerID      = ID[partnerKind]
	ProgrammeID    = ID[programmeKind]
	PromotionID    = ID[promotionKind]
	UnitID         = ID[unitKind]
	StoreID        = ID[storeKind]
	TerminalID     = ID[terminalKind]
	StaffID        = ID[staffKind]
	SessionID      = ID[sessionKind]
	APIKeyID       = ID[apiKeyKind]
	MemberID       = ID[memberKind]
	OwnerID        = ID[ownerKind]
	CardID         = ID[cardKind]
	ReceiptID      = ID[receiptKind]
	EntryID        = ID[entryKind]
	LotID          = ID[lotKind]
	HoldID         = ID[holdKind]
	EventID        = ID[eventKind]
	BatchID        = ID[batchKind]
	TaskID         = ID[taskKind]
	ConsentID      = ID[consentKind]
	ImportID       = ID[importKind]
	ChannelID      = ID[channelKind]
	VisitID        = ID[visitKind]
	ProofID        = ID[proofKind]
	TemplateID     = ID[templateKind]
	WalletKeyID    = ID[walletKeyKind]
	AdmissionID    = ID[admissionKind]
	NFCKeyID       = ID[nfcKeyKind]
	ConfirmationID = ID[confirmationKind]
	LinkID         = ID[linkKind]
	IssueID        = ID[issueKind]
	NewsID         = ID[newsKind]
	PaymentCardID  = ID[paymentCardKind]
)

type (
	tenantKind       struct{}
	issuerKind       struct{}
	partnerKind      struct{}
	programmeKind    struct{}
	promotionKind    struct{}
	unitKind         struct{}
	storeKind        struct{}
	terminalKind     struct{}
	staffKind        struct{}
	sessionKind      struct{}
	apiKeyKind       struct{}
	memberKind       struct{}
	ownerKind        struct{}
	cardKind         struct{}
	receiptKind      struct{}
	entryKind        struct{}
	lotKind          struct{}
	holdKind         struct{}
	eventKind        struct{}
	batchKind        struct{}
	taskKind         struct{}
	consentKind      struct{}
	importKind       struct{}
	channelKind      struct{}
	visitKind        struct{}
	proofKind        struct{}
	templateKind     struct{}
	walletKeyKind    struct{}
	admissionKind    struct{}
	nfcKeyKind       struct{}
	confirmationKind struct{}
	linkKind         struct{}
	issueKind        struct{}
	newsKind         struct{}
	paymentCardKind  struct{}
)

func (tenantKind) prefix() string       { return "ten" }
func (issuerKind) prefix() string       { return "iss" }
func (partnerKind) prefix() string      { return "par" }
func (programmeKind) prefix() string    { return "prg" }
func (promotionKind) prefix() string    { return "prm" }
func (unitKind) prefix() string         { return "unt" }
func (storeKind) prefix() string        { return "str" }
func (terminalKind) prefix() string     { return "trm" }
func (staffKind) prefix() string        { return "stf" }
func (sessionKind) prefix() string      { return "ses" }
func (apiKeyKind) prefix() string       { return "key" }
func (memberKind) prefix() string       { return "mem" }
func (ownerKind) prefix() string        { return "own" }
func (cardKind) prefix() string         { return "crd" }
func (receiptKind) prefix() string      { return "rcp" }
func (entryKind) prefix() string        { return "ent" }
func (lotKind) prefix() string          { return "lot" }
func (holdKind) prefix() string         { return "hld" }
func (eventKind) prefix() string        { return "evt" }
func (batchKind) prefix() string        { return "bat" }
func (taskKind) prefix() string         { return "tsk" }
func (consentKind) prefix() string      { return "cns" }
func (importKind) prefix() string       { return "imp" }
func (channelKind) prefix() string      { return "chn" }
func (visitKind) prefix() string        { return "vis" }
func (proofKind) prefix() string        { return "prf" }
func (templateKind) prefix() string     { return "tpl" }
func (walletKeyKind) prefix() string    { return "wlk" }
func (admissionKind) prefix() string    { return "adm" }
func (nfcKeyKind) prefix() string       { return "nfk" }
func (confirmationKind) prefix() string { return "cnf" }
func (linkKind) prefix() string         { return "lnk" }
func (issueKind) prefix() string        { return "isu" }
func (newsKind) prefix() string         { return "nws" }
func (paymentCardKind) prefix() string  { return "pmc" }

// ErrID says that a text is not an identifier of the wanted kind.
var ErrID = errors.New("verno: not an identifier of this kind")

var base32ID = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes an identifier that sorts by its time (UUIDv7, RFC 9562) from the time and 10 bytes of entropy:
// NewID[MemberID](now, entropy). It panics where the entropy ends, as a program without entropy must not go on.
func NewID[T ~[16]byte](now time.Time, entropy io.Reader) T {
	var id [16]byte
	if _, err := io.ReadFull(entropy, id[6:]); err != nil {
		panic("verno: no entropy for an identifier: " + err.Error())
	}
	ms := uint64(now.UnixMilli())
	binary.BigEndian.PutUint16(id[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(id[2:], uint32(ms))
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return T(id)
}

// ParseID reads an identifier's text, ParseID[MemberID](s). It returns ErrID for another kind's prefix or anything else.
func ParseID[T ~[16]byte, P interface {
	*T
	encoding.TextUnmarshaler
}](s string) (T, error) {
	var id T
	err := P(&id).UnmarshalText([]byte(s))
	return id, err
}

// Prefix is the kind's prefix, such as "mem".
func (id ID[K]) Prefix() string {
	var k K
	return k.prefix()
}

// IsZero reports whether the identifier names nothing.
func (id ID[K]) IsZero() bool { return id == ID[K]{} }

// Bytes is the stored form: 16 bytes, or nil for the zero ID.
func (id ID[K]) Bytes() []byte {
	if id.IsZero() {
		return nil
	}
	return id[:]
}

// String is the text; empty for the zero ID.
func (id ID[K]) String() string {
	if id.IsZero() {
		return ""
	}
	return string(id.AppendBytes(make([]byte, 0, 32)))
}

// AppendBytes appends the text to b.
func (id ID[K]) AppendBytes(b []byte) []byte {
	b = append(b, id.Prefix()...)
	b = append(b, '_')
	return base32ID.AppendEncode(b, id[:])
}

// MarshalText writes the text; empty for the zero ID.
func (id ID[K]) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the text; the empty text is the zero ID. It returns ErrID for anything but one spelling of an
// identifier of this kind.
func (id *ID[K]) UnmarshalText(b []byte) error {
	*id = ID[K]{}
	if len(b) == 0 {
		return nil
	}
	var k K
	p := k.prefix()
	if len(b) != len(p)+27 || string(b[:len(p)]) != p || b[len(p)] != '_' {
		return ErrID
	}
	if n, err := base32ID.Decode(id[:], b[len(p)+1:]); err != nil || n != 16 || id.String() != string(b) {
		*id = ID[K]{}
		return ErrID
	}
	return nil
}

// Value stores the identifier as its bytes, the zero ID as NULL.
func (id ID[K]) Value() (driver.Value, error) { return id.Bytes(), nil }

// Scan reads what Value stored.
func (id *ID[K]) Scan(src any) error {
	*id = ID[K]{}
	switch v := src.(type) {
	case nil:
		return nil
	case []byte:
		if len(v) == len(id) {
			copy(id[:], v)
			return nil
		}
	}
	return ErrID
}

// Time is the millisecond in which the identifier was made.
func (id ID[K]) Time() time.Time {
	ms := uint64(binary.BigEndian.Uint16(id[0:]))<<32 | uint64(binary.BigEndian.Uint32(id[2:]))
	return time.UnixMilli(int64(ms)).UTC()
}

// Micros is a time as it is stored: microseconds since 1970, UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// FromMicros reads a stored time.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }
