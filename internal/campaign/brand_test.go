package campaign_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/campaign"
)

// TestLook: a merchant's first logo brings its colour along; who reads an old revision overwrites nothing, and what is no
// picture changes nothing.
func TestLook(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		img := image.NewNRGBA(image.Rect(0, 0, 600, 600))
		draw.Draw(img, img.Bounds(), image.NewUniform(color.NRGBA{0x1b, 0x4b, 0x9b, 0xff}), image.Point{}, draw.Src)
		var logo bytes.Buffer
		b.must(png.Encode(&logo, img))
		change := campaign.LookChange{Name: "Чайка и Ко", Business: "cafe", Logo: logo.Bytes()}
		look, err := b.office.ChangeLook(b.ctx, b.actor, now, 0, change)
		b.must(err)
		if look.Name != "Чайка и Ко" || look.Accent != "#1b4b9b" || look.LogoHash == "" {
			b.t.Errorf("%+v", look)
		}
		_, err = b.office.ChangeLook(b.ctx, b.actor, now, 0, change)
		b.refused(err, "etag_mismatch")
		change.Logo, change.Accent = []byte("<svg onload=alert(1)>"), "red"
		_, err = b.office.ChangeLook(b.ctx, b.actor, now, look.Revision, change)
		b.wrong(err, "/logo", "logo_invalid")
		b.wrong(err, "/accent", "colour_invalid")
		logo.Reset()
		b.must(png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, brand.MaxSide+1, 1))))
		change.Logo = logo.Bytes()
		_, err = b.office.ChangeLook(b.ctx, b.actor, now, look.Revision, change)
		b.wrong(err, "/logo", "logo_too_large")
		again, err := b.office.Look(b.ctx, b.actor)
		b.must(err)
		if again != look {
			b.t.Errorf("%+v became %+v", look, again)
		}
	})
}

// TestLegalTexts: every template is filled in, in both languages; a text is published once, and again when it changes.
func TestLegalTexts(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		drafts := campaign.LegalDrafts(campaign.LegalFacts{Business: "Чайка", Operator: "ООО «Чайка»", TaxID: "7700000000", Contact: "a@example.org"})
		if len(drafts) != 6 {
			b.t.Fatalf("%d drafts", len(drafts))
		}
		for _, d := range drafts {
			if d.Title == "" || strings.Contains(d.Body, "{{") || !strings.Contains(d.Body, "7700000000") || !strings.Contains(d.Body, "a@example.org") {
				b.t.Errorf("%s in %s: %s", d.Purpose, d.Language, d.Body)
			}
			for _, want := range []int64{1, 1} {
				made, err := b.office.PublishLegal(b.ctx, b.actor, now, d)
				b.must(err)
				if made.Version != want {
					b.t.Errorf("%s: version %d", d.Purpose, made.Version)
				}
			}
			d.Body += "\n\nЕщё одно."
			made, err := b.office.PublishLegal(b.ctx, b.actor, now, d)
			b.must(err)
			if made.Version != 2 {
				b.t.Errorf("%s: version %d", d.Purpose, made.Version)
			}
		}
		_, err := b.office.PublishLegal(b.ctx, b.actor, now, campaign.LegalDraft{Purpose: "terms", Language: "ru", Title: "x"})
		b.wrong(err, "/body", "required")
	})
}
