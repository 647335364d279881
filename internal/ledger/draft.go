package ledger

import "github.com/verno-loyalty/verno"

// Draft gathers the postings of one entry. No entry is made of a draft that lacks a posting because lots were not read,
// whoever looked at the error or not.
type Draft struct {
	Postings []Posting
	lacking  error
}

func (d *Draft) add(p Posting) {
	for i := range d.Postings {
		q := &d.Postings[i]
		if q.Lot == p.Lot && q.Why == p.Why && q.Why == WhyEarn && q.Account == p.Account && q.ExpiresAt == p.ExpiresAt {
			q.Amount += p.Amount // two awards in one lot
			return
		}
	}
	if p.Amount != 0 {
		d.Postings = append(d.Postings, p)
	}
}

// far books the other side on an account that keeps no lots, adding to a posting that is there.
func (d *Draft) far(account Account, amount int64) {
	if amount == 0 {
		return
	}
	for i := range d.Postings {
		p := &d.Postings[i]
		if p.Account == account && p.Lot.IsZero() && p.Amount+amount != 0 {
			p.Amount += amount
			return
		}
	}
	d.Postings = append(d.Postings, Posting{Account: account, Amount: amount})
}

// Entry makes the entry of what was gathered; the zero Entry where nothing was. It returns ErrMore where the draft lacks
// a posting.
func (d *Draft) Entry(id verno.EntryID, tenant verno.TenantID, kind string, at int64) (Entry, error) {
	if d.lacking != nil || len(d.Postings) == 0 {
		return Entry{}, d.lacking
	}
	return NewEntry(id, tenant, kind, verno.FromMicros(at), d.Postings)
}
