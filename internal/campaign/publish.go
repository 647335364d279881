package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/promo"
	"github.com/verno-loyalty/verno/internal/store"
)

const maxNote = 500

// Validate says what the rules would refuse of a programme's drafts, as the invalid fields of a publication: those of a
// promotion under /promotions/ID.
func (o *Office) Validate(ctx context.Context, actor verno.Actor, id verno.ProgrammeID) error {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return err
	}
	p, err := o.Store.Reader().Programme(ctx, actor.Tenant, id)
	if err != nil {
		return missing(err, "programme")
	}
	v, err := drafted(ctx, o.Store.Reader(), p)
	if err != nil {
		return err
	}
	_, err = compiled(v)
	return err
}

// Publish makes the drafts of a programme its version in force, with everything that they need. The revision is that of
// the programme's draft, 0 for whatever it is. Where nothing has changed since the last time it returns the version in
// force, so that a repeated request does no harm.
func (o *Office) Publish(ctx context.Context, actor verno.Actor, now time.Time, id verno.ProgrammeID, revision int64, remark string) (*verno.Version, error) {
	return o.publish(ctx, actor, now, id, remark, func(tx *store.Tx, p store.Programme) (*verno.Version, map[string]string, error) {
		if revision != 0 && revision != p.Revision {
			return nil, nil, stale()
		}
		v, err := drafted(ctx, tx.Reader, p)
		return v, map[string]string{}, err
	})
}

// Rollback publishes an older version's document again, under a new number. The drafts stay as they are.
func (o *Office) Rollback(ctx context.Context, actor verno.Actor, now time.Time, id verno.ProgrammeID, number int64, remark string) (*verno.Version, error) {
	return o.publish(ctx, actor, now, id, remark, func(tx *store.Tx, _ store.Programme) (*verno.Version, map[string]string, error) {
		v, err := tx.Version(ctx, actor.Tenant, id, number)
		return v, map[string]string{"rolled_back_to": strconv.FormatInt(number, 10)}, missing(err, "version")
	})
}

// Version reads a published version.
func (o *Office) Version(ctx context.Context, actor verno.Actor, id verno.ProgrammeID, number int64) (*verno.Version, error) {
	if err := actor.Require(verno.MayReadConfig); err != nil {
		return nil, err
	}
	v, err := o.Store.Reader().Version(ctx, actor.Tenant, id, number)
	return v, missing(err, "version")
}

// Versions lists the published versions of a programme, newest first, below a number (0 for all).
func (o *Office) Versions(ctx context.Context, actor verno.Actor, id verno.ProgrammeID, below int64, limit int) ([]store.VersionHead, error) {
	if _, err := o.Programme(ctx, actor, id); err != nil {
		return nil, err
	}
	return o.Store.Reader().Versions(ctx, actor.Tenant, id, below, page(limit))
}

func (o *Office) publish(ctx context.Context, actor verno.Actor, now time.Time, id verno.ProgrammeID, remark string,
	next func(tx *store.Tx, p store.Programme) (*verno.Version, map[string]string, error),
) (*verno.Version, error) {
	var f verno.Faults
	if f.Text("/note", remark, 0, maxNote); f.Err() != nil {
		return nil, f.Err()
	}
	var v *verno.Version
	err := o.write(ctx, actor, verno.MayPublish, now, func(tx *store.Tx) (note, error) {
		p, err := tx.LockProgramme(ctx, actor.Tenant, id)
		if err != nil {
			return note{}, missing(err, "programme")
		}
		var detail map[string]string
		if v, detail, err = next(tx, p); err != nil {
			return note{}, err
		}
		before, err := tx.PublishedVersion(ctx, actor.Tenant, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return note{}, err
		}
		if before != nil && !differ(before, v, detail) {
			v = before
			return note{}, nil
		}
		v.Number, v.PublishedAt, v.PublishedBy, v.Note = p.Published+1, now.UTC(), actor.Name(), remark
		detail["number"] = strconv.FormatInt(v.Number, 10)
		return note{kind: verno.EventConfigPublished, subject: id.String(), detail: detail}, o.enact(ctx, tx, now, actor.Tenant, v)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// enact puts a version into force: compiled to be sure, with the units that its accounts will count in and the cards that
// whoever joins is given.
func (o *Office) enact(ctx context.Context, tx *store.Tx, now time.Time, tenant verno.TenantID, v *verno.Version) error {
	rules, err := compiled(v)
	if err != nil {
		return err
	}
	if err := o.units(ctx, tx, now, tenant, &v.Programme, rules); err != nil {
		return err
	}
	if _, err := o.standard(ctx, tx, now, tenant, v); err != nil {
		return err
	}
	if err := tx.InsertVersion(ctx, tenant, v); err != nil {
		return err
	}
	return tx.SetPublished(ctx, tenant, v.Programme.ID, v.Number)
}

// drafted is what a publication of the drafts would hold: the programme and all promotions but the archived ones.
func drafted(ctx context.Context, r *store.Reader, p store.Programme) (*verno.Version, error) {
	list, err := r.Promotions(ctx, p.Tenant, p.Draft.ID, false, verno.PromotionID{}, promo.MaxPromotions+1)
	if err != nil {
		return nil, err
	}
	v := &verno.Version{Programme: p.Draft, Promotions: make([]verno.Promotion, len(list))}
	for i := range list {
		v.Promotions[i] = list[i].Draft
	}
	return v, nil
}

// compiled is a version as rules, or all that is wrong with it.
func compiled(v *verno.Version) (*promo.Rules, error) {
	rules, problems := promo.Compile(v)
	var f verno.Faults
	for i := range problems {
		if p := &problems[i]; !p.Promotion.IsZero() {
			p.Pointer = "/promotions/" + p.Promotion.String() + p.Pointer
		} else {
			p.Pointer = "/programme" + p.Pointer
		}
	}
	return rules, join(&f, problems)
}

// differ says whether a version would change what is in force, and notes in detail what: the promotions by ID, at most
// so many that the event stays short.
func differ(before, after *verno.Version, detail map[string]string) bool {
	if text(before.Programme) != text(after.Programme) {
		detail["programme"] = "changed"
	}
	old := make(map[verno.PromotionID]string, len(before.Promotions))
	for i := range before.Promotions {
		old[before.Promotions[i].ID] = text(before.Promotions[i])
	}
	var added, altered, removed []string
	for i := range after.Promotions {
		p := &after.Promotions[i]
		was, there := old[p.ID]
		switch {
		case !there:
			added = append(added, p.ID.String())
		case was != text(*p):
			altered = append(altered, p.ID.String())
		}
		delete(old, p.ID)
	}
	for i := range before.Promotions {
		if _, gone := old[before.Promotions[i].ID]; gone {
			removed = append(removed, before.Promotions[i].ID.String())
		}
	}
	name(detail, "added", added)
	name(detail, "changed", altered)
	name(detail, "removed", removed)
	return detail["programme"] != "" || len(added)+len(altered)+len(removed) > 0
}

// named is how many promotions an event names before it only counts them.
const named = 20

func name(detail map[string]string, what string, ids []string) {
	switch {
	case len(ids) > named:
		detail[what] = strings.Join(ids[:named], " ") + " +" + strconv.Itoa(len(ids)-named)
	case len(ids) > 0:
		detail[what] = strings.Join(ids, " ")
	}
}

// text is a document in its stored form, to be compared.
func text(document any) string {
	out, err := json.Marshal(document)
	if err != nil {
		return err.Error()
	}
	return string(out)
}
