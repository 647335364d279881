package campaign_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestProgrammeBeginsWithCards opens a chain and finds its standard template, published and named as the programme.
func TestProgrammeBeginsWithCards(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		found, err := b.office.Template(b.ctx, b.actor, b.made.Template)
		b.must(err)
		if !found.Standard || found.Published != 1 || found.Name != "Чайка" || found.Kind != card.Standard || len(found.Warnings) > 0 {
			b.t.Fatalf("%+v", found)
		}
		again, err := b.office.Standardise(b.ctx, b.actor, now, b.made.Programme)
		b.must(err)
		if again.ID != found.ID {
			b.t.Fatal("a second standard template was made")
		}
	})
}

// TestOlderProgrammeGetsCards is a programme from before there were templates.
func TestOlderProgrammeGetsCards(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(b.ctx, `DELETE FROM card_template WHERE tenant = $1`, b.actor.Tenant)
			return err
		}))
		made, err := b.office.Standardise(b.ctx, b.actor, now, b.made.Programme)
		b.must(err)
		if made.ID.IsZero() || made.ID == b.made.Template || !made.Standard || made.Published != 1 {
			b.t.Fatalf("%+v", made)
		}
	})
}

func (b *bundle) template(kind string) (id verno.TemplateID, draft card.Template) {
	b.t.Helper()
	made, err := b.office.CreateTemplate(b.ctx, b.actor, now, b.made.Programme, card.Template{Kind: kind, Name: "Моя"})
	b.must(err)
	return made.ID, made.Drafted
}

// TestTemplateFromDraftToVersion drafts, publishes, publishes nothing new, changes and rolls back.
func TestTemplateFromDraftToVersion(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, draft := b.template("coupon")
		v, err := b.office.PublishTemplate(b.ctx, b.actor, now, id, 1, "first")
		b.must(err)
		if v.Number != 1 || v.Template.Kind != "coupon" || v.PublishedBy == "" {
			b.t.Fatalf("%+v", v)
		}
		v, err = b.office.PublishTemplate(b.ctx, b.actor, now, id, 0, "again")
		b.must(err)
		if v.Number != 1 || v.Note != "first" {
			b.t.Fatal("nothing has changed, yet there is version", v.Number)
		}
		draft.Settings = json.RawMessage(`{"offer":{"en":"Half off","ru":"Скидка 50 %"}}`)
		changed, err := b.office.ChangeTemplate(b.ctx, b.actor, now, id, 1, draft)
		b.must(err)
		_, err = b.office.ChangeTemplate(b.ctx, b.actor, now, id, 1, draft)
		b.refused(err, "etag_mismatch")
		_, err = b.office.PublishTemplate(b.ctx, b.actor, now, id, 1, "")
		b.refused(err, "etag_mismatch")
		v, err = b.office.PublishTemplate(b.ctx, b.actor, now, id, changed.Revision, "")
		b.must(err)
		if v.Number != 2 {
			b.t.Fatal("version", v.Number)
		}
		v, err = b.office.RollBackTemplate(b.ctx, b.actor, now, id, 1, "back")
		b.must(err)
		first, err := b.office.TemplateVersion(b.ctx, b.actor, id, 1)
		b.must(err)
		if v.Number != 3 || string(v.Template.Settings) != string(first.Template.Settings) {
			b.t.Fatalf("%+v", v)
		}
		heads, err := b.office.TemplateVersions(b.ctx, b.actor, id, 3, 10)
		b.must(err)
		if len(heads) != 2 || heads[0].Number != 2 {
			b.t.Fatal(heads)
		}
		_, err = b.office.RollBackTemplate(b.ctx, b.actor, now, id, 9, "")
		b.refused(err, "not_found")
	})
}

// TestTemplateRefusals is about what an office does not do.
func TestTemplateRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, draft := b.template("points")
		_, err := b.office.MakeStandard(b.ctx, b.actor, now, id)
		b.refused(err, "template_unpublished")
		_, err = b.office.ArchiveTemplate(b.ctx, b.actor, now, b.made.Template, 1)
		b.refused(err, "template_standard")
		other := draft
		other.Kind = "coupon"
		_, err = b.office.ChangeTemplate(b.ctx, b.actor, now, id, 1, other)
		b.refused(err, "invalid_request")
		bad := draft
		bad.Design.Pictures = map[card.Slot]string{card.SlotStrip: "nothing"}
		_, err = b.office.ChangeTemplate(b.ctx, b.actor, now, id, 1, bad)
		b.refused(err, "invalid_request")
		_, err = b.office.Template(b.ctx, b.tenant("Other"), id)
		b.refused(err, "not_found")
		drafter := b.actor
		drafter.May = verno.MayReadConfig | verno.MayWriteConfig
		_, err = b.office.PublishTemplate(b.ctx, drafter, now, id, 0, "")
		if verno.AsError(err).Kind != verno.KindForbidden {
			b.t.Fatal(err)
		}
		_, err = b.office.ArchiveTemplate(b.ctx, b.actor, now, id, 1)
		b.must(err)
		_, err = b.office.PublishTemplate(b.ctx, b.actor, now, id, 0, "")
		b.refused(err, "template_archived")
		_, err = b.office.RestoreTemplate(b.ctx, b.actor, now, id, 2)
		b.must(err)
	})
}

// TestOneStandard makes another template the standard one, and tells the cards of both.
func TestOneStandard(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		coupon, _ := b.template("coupon")
		_, err := b.office.PublishTemplate(b.ctx, b.actor, now, coupon, 0, "")
		b.must(err)
		_, err = b.office.MakeStandard(b.ctx, b.actor, now, coupon)
		b.refused(err, "template_standard_kind")
		id, _ := b.template("stamp")
		_, err = b.office.PublishTemplate(b.ctx, b.actor, now, id, 0, "")
		b.must(err)
		_, err = b.office.MakeStandard(b.ctx, b.actor, now, id)
		b.must(err)
		list, err := b.office.Templates(b.ctx, b.actor, b.made.Programme, false, verno.TemplateID{}, 10)
		b.must(err)
		for _, one := range list {
			if one.Standard != (one.ID == id) {
				b.t.Errorf("%s standard: %t", one.Kind, one.Standard)
			}
		}
		if len(list) != 3 {
			b.t.Error(len(list), "templates")
		}
	})
}

func drawn(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range min(w, h) {
		img.Set(i, i, color.RGBA{200, 30, 30, 255})
	}
	return img
}

func encoded(t *testing.T, as string, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	if as == "jpeg" {
		err = jpeg.Encode(&b, drawn(w, h), nil)
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, drawn(w, h))
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPictures keeps what can be shown, and refuses the rest in plain words.
func TestPictures(t *testing.T) {
	t.Parallel()
	bomb := encoded(t, "png", 5000, 4001)
	each(t, func(b *bundle) {
		raw := encoded(b.t, "jpeg", 2000, 600)
		p, err := b.office.AddPicture(b.ctx, b.actor, now, append(raw, "<script>"...))
		b.must(err)
		again, err := b.office.AddPicture(b.ctx, b.actor, now, raw)
		b.must(err)
		kept, err := b.office.Picture(b.ctx, b.actor, p.Hash)
		b.must(err)
		if again.Hash != p.Hash || p.Width != 1536 || bytes.Contains(kept.PNG, []byte("script")) {
			b.t.Fatalf("%s %s %d", p.Hash, again.Hash, p.Width)
		}
		list, err := b.office.Pictures(b.ctx, b.actor)
		b.must(err)
		if len(list) != 1 || list[0].PNG != nil {
			b.t.Fatal(len(list))
		}
		for name, raw := range map[string][]byte{
			"picture_invalid": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "picture_too_large": bomb,
		} {
			_, err := b.office.AddPicture(b.ctx, b.actor, now, raw)
			if e := verno.AsError(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Code != name {
				b.t.Errorf("%s: %v", name, err)
			}
		}
		_, err = b.office.Picture(b.ctx, b.tenant("Other"), p.Hash)
		b.refused(err, "not_found")
	})
}
