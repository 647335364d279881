package pass

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// concern is whose cards some events may change.
type concern struct {
	owners  []verno.OwnerID
	cards   []verno.CardID
	rebound []verno.CardID // of the cards, those that were given to another member
	sweeps  []store.PassSweep
}

// ofOwner are the events after which the cards of their owner may look different.
var ofOwner = map[verno.EventKind]bool{
	verno.EventReceiptCommitted: true, verno.EventReceiptReturned: true, verno.EventCheckoutCancelled: true,
	verno.EventPointsAwarded: true, verno.EventPointsAdjusted: true, verno.EventPointsExpired: true, verno.EventPointsSpent: true,
	verno.EventPointsReturned: true, verno.EventAimChanged: true,
	verno.EventWalletToppedUp: true, verno.EventHoldPlaced: true, verno.EventHoldCaptured: true, verno.EventHoldReleased: true,
	verno.EventMemberUpdated: true, verno.EventMemberMerged: true, verno.EventMemberErased: true, verno.EventMemberFrozen: true,
}

// ofCard are the events after which the card that they name may look different.
var ofCard = map[verno.EventKind]bool{
	verno.EventCardBlocked: true, verno.EventCardUnblocked: true, verno.EventCardReplaced: true, verno.EventCardLinked: true,
	verno.EventCardAdmitted: true, verno.EventCardAdmissionUndone: true, verno.EventCardFilled: true,
	verno.EventCardRewritten: true, verno.EventCardValue: true, verno.EventCertificateReturned: true,
}

// ofMany are the events after which many cards may look different, by what they say.
var ofMany = map[verno.EventKind]bool{verno.EventConfigPublished: true, verno.EventConfigChanged: true, verno.EventAccess: true}

// told is what an event says beside its kind and owner.
type told struct {
	Subject string            `json:"subject"`
	Detail  map[string]string `json:"detail"`
}

// concernOf finds out whose cards some events may change.
func concernOf(ctx context.Context, r *store.Reader, tenant verno.TenantID, events []store.Happened, now time.Time) (c concern, err error) {
	if err := bodies(ctx, r, tenant, events); err != nil {
		return c, err
	}
	for i := range events {
		e := &events[i]
		switch {
		case ofOwner[e.Kind]:
			c.owners = append(c.owners, e.Owner) // Each is there once: see ahead.
		case ofCard[e.Kind]:
			t, err := tellOf(e)
			if err != nil {
				return c, err
			}
			if id, err := verno.ParseID[verno.CardID](t.Subject); err == nil && !slices.Contains(c.cards, id) {
				c.cards = append(c.cards, id)
				if e.Kind == verno.EventCardLinked {
					c.rebound = append(c.rebound, id)
				}
			}
		case ofMany[e.Kind]:
			t, err := tellOf(e)
			if err != nil {
				return c, err
			}
			if s, ok := sweepOf(tenant, e, t, now); ok {
				c.sweeps = append(c.sweeps, s)
			}
		}
	}
	return c, nil
}

func tellOf(e *store.Happened) (t told, err error) {
	if err := json.Unmarshal([]byte(e.Body), &t); err != nil {
		return t, fmt.Errorf("read event %d: %w", e.Seq, err)
	}
	return t, nil
}

// shownChanges are the changes of configuration that a card may show, beside what is published: where shops are, and what
// the merchant is called, and its news.
var shownChanges = []string{"store", "brand", "news"}

// sweepOf is which passes a change of configuration may change. A template that was published changes all of its cards,
// whatever they look like; one that becomes the standard of its programme those that have none of their own. Of all else
// only those are told that look different.
func sweepOf(tenant verno.TenantID, e *store.Happened, t told, now time.Time) (store.PassSweep, bool) {
	s := store.PassSweep{Tenant: tenant, Name: "event/" + strconv.FormatInt(e.Seq, 10), Looks: true, At: now}
	if e.Kind == verno.EventAccess {
		s.Looks = false // What a card says to readers is not on its face.
		return s, newToReaders(t)
	}
	published := e.Kind == verno.EventConfigPublished
	switch prefix, _, _ := strings.Cut(t.Subject, "_"); {
	case published && prefix == verno.TemplateID{}.Prefix():
		id, err := verno.ParseID[verno.TemplateID](t.Subject)
		s.Template, s.Looks = id, false
		switch t.Detail["how"] {
		case "standard":
			s.Programme, err = verno.ParseID[verno.ProgrammeID](t.Detail["programme"])
		case "no_standard":
			return s, false // What takes its place says which cards that is about.
		}
		return s, err == nil
	case published && prefix == verno.ProgrammeID{}.Prefix():
		id, err := verno.ParseID[verno.ProgrammeID](t.Subject)
		s.Programme = id
		return s, err == nil
	default:
		return s, !published && slices.Contains(shownChanges, t.Detail["what"])
	}
}

// newToReaders says whether cards are to speak with Apple's readers by another key from now on, or begin to. A card in a
// phone keeps the key that it came with until it is fetched anew, and one that was retired opens nothing.
func newToReaders(t told) bool {
	switch t.Detail["what"] {
	case "nfc_key.created", "nfc_key.retired":
		return t.Detail["protocol"] == vasProtocol
	}
	return t.Detail["what"] == "certificate.imported" && t.Detail["nfc"] == nfcBegins
}
