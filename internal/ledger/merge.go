package ledger

// MoveTo moves all that a holding has into another one of the same unit, as a merge of two owners does: each lot with its
// own dates, and what is owed as what is owed. What the other then both owes and could spend is paid back at once, so
// that two members who become one have neither more nor less to spend than both had. It returns ErrMore where not all
// lots of both were read.
func (h *Holding) MoveTo(d *Draft, to *Holding, now int64) error {
	if h.More || to.More {
		return ErrMore
	}
	for len(h.Lots) > 0 {
		l := h.Lots[0]
		h.change(d, l, -l.Remaining, WhyMove)
		if l.Remaining < 0 {
			to.owe(d, -l.Remaining, l.ID)
			continue
		}
		to.change(d, l, l.Remaining, WhyMove)
	}
	owed := to.Owed()
	free := min(owed, max(0, to.usable(now)+owed))
	to.repay(d, free-to.take(d, free, now, WhyRepay))
	return nil
}
