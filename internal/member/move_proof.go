package member

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// Proof is what shows that plastic is one's own. One way is enough; which ways there are depends on whose it is.
type Proof struct {
	Receipt *ProofReceipt // one of the latest purchases by it; not where its owner has told who they are
	Phone   *ProofPhone   // its owner's
	PIN     string        // its owner's, typed at a till
	Vouched bool          // a member of staff has seen who it is
}

// ProofReceipt is a purchase as its receipt has it.
type ProofReceipt struct {
	Date string       // YYYY-MM-DD
	Paid money.Amount // after discounts and points
}

// ProofPhone is a phone with the code that was sent to it by SendMoveCode.
type ProofPhone struct {
	ID          verno.ProofID
	Phone, Code string
}

func (p *Proof) given() bool { return p.Receipt != nil || p.Phone != nil || p.PIN != "" || p.Vouched }

// By what plastic was found to be the member's own, as the event tells.
const (
	byBlank   = "blank"
	byEmpty   = "empty"
	byReceipt = "receipt"
	byPhone   = "phone"
	byPIN     = "pin"
	byVouched = "vouched"
)

// recentReceipts is how many of the latest purchases prove whose plastic it is.
const recentReceipts = 5

// plastic is what a number leads to.
type plastic struct {
	card  store.Card   // zero where another system gave the number
	owner verno.Member // zero for a card that nobody has
}

// of says whether plastic is a member's already.
func (p *plastic) of(m verno.Member) bool { return !p.owner.ID.IsZero() && p.owner.ID == m.ID }

// plain is a number without what people put into it.
func plain(number string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.ToLower(number))
}

// plastic finds what a number leads to. It returns store.ErrNotFound for what nobody has and for what cannot be moved:
// what is blocked, a card in a phone, and what the erased had.
func (r *Roll) plastic(ctx context.Context, tenant verno.TenantID, number string) (p plastic, err error) {
	scan, err := code.Parse(number)
	if err != nil {
		return p, numberInvalid(err)
	}
	reader := r.Store.Reader()
	switch scan.Kind {
	case code.KindNumber, code.KindMachine:
		found, err := r.Vault.Find(ctx, reader, tenant, store.LookupCard, scan.Card())
		if errors.Is(err, store.ErrNotFound) && scan.Kind == code.KindNumber {
			return r.plasticElsewhere(ctx, tenant, scan.Text)
		}
		if err != nil {
			return p, err
		}
		if p.card, err = reader.Card(ctx, tenant, found.Card); err != nil {
			return p, err
		}
		k, known := card.Find(p.card.Kind)
		if p.card.State != verno.CardActive || p.card.Kind == KindPhone || p.card.Kind != KindPlastic && (!known || k.Scan != card.ScanIdentify) {
			return p, store.ErrNotFound
		}
		if p.card.Member.IsZero() {
			return p, nil
		}
		p.owner, err = living(ctx, reader, tenant, p.card.Member)
		return p, nobody(err)
	case code.KindExternal, code.KindPhone:
		return r.plasticElsewhere(ctx, tenant, scan.Text)
	default:
		return p, verno.InvalidField("/number", "card_number_invalid")
	}
}

// numberInvalid is what is said of a number that cannot be read; of a bank card, that it is one.
func numberInvalid(err error) error {
	if errors.Is(err, verno.Invalid("bank_card_shown")) {
		return err
	}
	return verno.InvalidField("/number", "card_number_invalid")
}

// plasticElsewhere finds the owner of a number that another system gave.
func (r *Roll) plasticElsewhere(ctx context.Context, tenant verno.TenantID, number string) (p plastic, err error) {
	m, err := r.Store.Reader().MemberByExternalID(ctx, tenant, number)
	if err != nil {
		return p, err
	}
	p.owner, err = living(ctx, r.Store.Reader(), tenant, m.ID)
	return p, nobody(err)
}

// nobody takes the erased for nobody.
func nobody(err error) error {
	if errors.Is(err, vault.ErrErased) || errors.Is(err, verno.NotFound("not_found")) {
		return store.ErrNotFound
	}
	return err
}

// proved says by what plastic is the member's own. Who gives no proof learns that one is needed, whether anybody has the
// number or not; who gives a wrong one learns nothing more.
func (r *Roll) proved(ctx context.Context, a verno.Actor, now time.Time, q Moving, into verno.Member, p plastic, found bool) (how string, err error) {
	if found && p.owner.ID.IsZero() {
		return byBlank, nil // Whoever has the number has the card: it is fourteen random digits.
	}
	wrong := verno.Conflict("move_refused")
	if !q.Proof.given() {
		wrong = verno.Conflict("move_proof_needed")
	}
	if !found || p.owner.Programme != into.Programme {
		return "", wrong
	}
	if q.Proof.Vouched {
		return byVouched, nil
	}
	if q.Proof.PIN != "" {
		return r.provedByPIN(ctx, a, now, p.owner, q.Proof.PIN, wrong)
	}
	person, err := r.Vault.Person(ctx, r.Store.Reader(), a.Tenant, p.owner.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	named := person.Phone != "" || person.Email != ""
	switch {
	case named && q.Proof.Phone != nil:
		return r.provedByPhone(ctx, a, now, q, person.Phone)
	case !named && q.Proof.Receipt != nil:
		return r.provedByReceipt(ctx, a, p.owner, q.Proof.Receipt, wrong)
	case !named && !q.Proof.given() && !p.card.ID.IsZero():
		return r.worthless(ctx, a, now, p.owner, wrong)
	}
	return "", wrong
}

// provedByPhone sees that the code was sent to the phone of the plastic's owner.
func (r *Roll) provedByPhone(ctx context.Context, a verno.Actor, now time.Time, q Moving, owners string) (string, error) {
	told, err := r.Vault.Phone(q.Proof.Phone.Phone)
	if err != nil || told != owners || owners == "" {
		return "", verno.Conflict("move_refused")
	}
	err = r.CheckCode(ctx, now, a.Tenant, q.Proof.Phone.ID, owners, q.Proof.Phone.Code)
	if e := verno.AsError(err); err != nil && (e.Code == "one_time_code_wrong" || e.Code == "one_time_code_over") {
		return "", verno.Conflict("move_refused") // That the code is wrong would tell whose phone it is.
	}
	return byPhone, err
}

// provedByReceipt sees that one of the owner's latest purchases was on that day and of that sum.
func (r *Roll) provedByReceipt(ctx context.Context, a verno.Actor, owner verno.Member, q *ProofReceipt, wrong error) (string, error) {
	date, err := strconv.ParseInt(strings.ReplaceAll(q.Date, "-", ""), 10, 32)
	if err != nil {
		return "", verno.InvalidField("/receipt/date", "date_invalid", "form", time.DateOnly)
	}
	rows, err := r.Store.Reader().ReceiptsOf(ctx, a.Tenant, owner.Owner, verno.ReceiptID{}, 4*recentReceipts)
	if err != nil {
		return "", err
	}
	sales := 0
	for _, one := range rows {
		if one.Kind != verno.ReceiptSale || sales == recentReceipts {
			continue
		}
		if sales++; int64(one.BusinessDate) == date && one.Totals.Payable == q.Paid {
			return byReceipt, nil
		}
	}
	return "", wrong
}

// worthless lets go without a proof of what holds nothing and has bought nothing: there is nothing to take, and nothing
// that could prove whose it is.
func (r *Roll) worthless(ctx context.Context, a verno.Actor, now time.Time, owner verno.Member, wrong error) (string, error) {
	o, err := r.Store.Reader().Owner(ctx, a.Tenant, owner.Owner)
	if err != nil {
		return "", err
	}
	points, err := pointsOf(ctx, r.Store.Reader(), owner, now)
	if err != nil {
		return "", err
	}
	if o.State.LastAt != 0 || points.Balance != 0 || points.Debt != 0 || points.Held != 0 || points.Cashback.Balance != 0 || len(points.Stored)+len(points.Stamps) > 0 {
		return "", wrong
	}
	return byEmpty, nil
}

// MoveCode asks for a code to the phone of a plastic card's owner.
type MoveCode struct {
	ID      verno.ProofID
	Member  verno.MemberID // who wants the plastic
	Number  string
	Phone   string // as it is told; the code is sent where it is the owner's
	Address string
	Text    func(code string) string
}

// SendMoveCode sends a code to the phone that the owner of a plastic card has told, if that is the phone that is told
// now. The answer is the same where it is another one and where nobody has the number. Errors: phone_invalid at /phone,
// card_number_invalid, codes_too_many, move_too_many.
func (r *Roll) SendMoveCode(ctx context.Context, a verno.Actor, now time.Time, q MoveCode) (Sent, error) {
	if err := a.Require(verno.MayWriteMembers); err != nil {
		return Sent{}, err
	}
	phone, err := r.Vault.Phone(q.Phone)
	if err != nil {
		return Sent{}, err
	}
	if !r.CanProve() {
		return Sent{}, verno.Conflict("link_off").With("channel", BySMS)
	}
	tries, err := r.tries(ctx, a, Moving{Member: q.Member, Number: q.Number, Address: q.Address})
	if err != nil {
		return Sent{}, err
	}
	if err := r.takeTries(ctx, now, tries); err != nil {
		return Sent{}, err
	}
	nothing := Sent{Until: now.Add(codeLife), Again: now.Add(codeAgain)}
	p, err := r.plastic(ctx, a.Tenant, q.Number)
	if errors.Is(err, store.ErrNotFound) || err == nil && p.owner.ID.IsZero() {
		return nothing, nil
	}
	if err != nil {
		return Sent{}, err
	}
	person, err := r.Vault.Person(ctx, r.Store.Reader(), a.Tenant, p.owner.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Sent{}, err
	}
	if person.Phone != phone {
		return nothing, nil
	}
	return r.SendCode(ctx, now, CodeRequest{Tenant: a.Tenant, ID: q.ID, Phone: phone, Address: q.Address, Text: q.Text})
}
