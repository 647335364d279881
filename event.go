package verno

import "time"

// EventKind names what has happened.
type EventKind string

// The kinds of event. They are part of the API: names are never changed, only added.
const (
	EventReceiptCommitted     EventKind = "checkout.committed"
	EventReceiptReturned      EventKind = "checkout.returned"
	EventCheckoutCancelled    EventKind = "checkout.cancelled"
	EventIdentified           EventKind = "member.identified"
	EventMemberCreated        EventKind = "member.created"
	EventMemberUpdated        EventKind = "member.updated"
	EventPhoneChanged         EventKind = "member.phone_changed" // and until when nothing can be spent
	EventMemberMerged         EventKind = "member.merged"
	EventMemberErased         EventKind = "member.erased"
	EventMemberExported       EventKind = "member.exported"
	EventMemberFrozen         EventKind = "member.frozen"
	EventAimChanged           EventKind = "member.aim_changed" // what the points are for
	EventConsentGranted       EventKind = "consent.granted"
	EventConsentWithdrawn     EventKind = "consent.withdrawn"
	EventCardIssued           EventKind = "card.issued"
	EventCardBlocked          EventKind = "card.blocked"
	EventCardUnblocked        EventKind = "card.unblocked"
	EventCardReplaced         EventKind = "card.replaced"
	EventCardLinked           EventKind = "card.linked"
	EventCardRewritten        EventKind = "card.rewritten"     // what the card alone has, such as a seat
	EventCardShown            EventKind = "card.shown"         // its live codes, to an app
	EventCardValue            EventKind = "card.value_changed" // what a card itself is good for: money of a certificate, uses
	EventCertificateReturned  EventKind = "certificate.returned"
	EventCardPrinted          EventKind = "card.printed"   // with the code that opens it; of an issue the cards that nobody had yet
	EventCardLinkSent         EventKind = "card.link_sent" // the address that brings it into a phone
	EventCardLinkOpened       EventKind = "card.link_opened"
	EventCardMoved            EventKind = "card.moved" // plastic whose owner now carries the card in a phone
	EventPaymentCardAdded     EventKind = "payment_card.registered"
	EventPaymentCardRemoved   EventKind = "payment_card.removed"
	EventCardAdmitted         EventKind = "card.admitted" // let its holder in
	EventCardAdmissionUndone  EventKind = "card.admission_undone"
	EventCardFilled           EventKind = "card.filled" // with entries that were sold
	EventCodeReused           EventKind = "code.reused"
	EventCodeTwoPlaces        EventKind = "code.two_places"    // farther apart than anybody travels in the time between
	EventConfirmationAsked    EventKind = "confirmation.asked" // of a member, in her phone
	EventConfirmationAnswered EventKind = "confirmation.answered"
	EventPINChanged           EventKind = "pin.changed" // set, or taken away
	EventPINLocked            EventKind = "pin.locked"
	EventLookupsExceeded      EventKind = "lookups.exceeded" // somebody looks up, or guesses, too much
	EventPointsAwarded        EventKind = "points.awarded"
	EventPointsAdjusted       EventKind = "points.adjusted"
	EventAdjustmentProposed   EventKind = "adjustment.proposed" // waits for a second person
	EventAdjustmentRefused    EventKind = "adjustment.refused"
	EventPointsSpent          EventKind = "points.spent"    // for a certificate or a gift; those that pay for goods are told by their receipt
	EventPointsReturned       EventKind = "points.returned" // for a certificate or a gift that was returned
	EventPointsExpired        EventKind = "points.expired"
	EventWalletToppedUp       EventKind = "wallet.topped_up"
	EventHoldPlaced           EventKind = "hold.placed"
	EventHoldCaptured         EventKind = "hold.captured"
	EventHoldReleased         EventKind = "hold.released"
	EventConfigChanged        EventKind = "config.changed"
	EventConfigPublished      EventKind = "config.published"
	EventAccess               EventKind = "access.changed" // staff, keys, terminals, sessions
	EventImportFinished       EventKind = "import.finished"
	EventTaskDone             EventKind = "task.done"
)

// Event is a fact that was committed together with what it tells of. The sealer gives it its number.
type Event struct {
	Tenant  TenantID
	Seq     int64 // 0 until sealed
	Kind    EventKind
	At      time.Time
	Owner   OwnerID // zero where it concerns no owner
	Subject string  // the id of what it is about
	Actor   string
	Entry   EntryID // of the value that moved, zero where none did
	Hash    []byte  // of that entry
	Detail  map[string]string
}
