package desk

import (
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/poster"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// joinFraming is the framing of a form's picture.
func (d *Desk) joinFraming(c *call) (store.Channel, *framing, error) {
	ch, err := d.channelOf(c)
	if err != nil {
		return ch, nil, err
	}
	f := &framing{
		title: c.Say("desk.look.picture"), back: lookPath(&ch), backName: c.Say("desk.look.title"), at: pictureOfPath(&ch),
		there: ch.Look.Picture != "", shape: poster.PreviewShape, form: &view.Form{},
	}
	return ch, f, d.shelve(c, f)
}

// channelPicture shows the pictures that there are, or the one that is to be cut.
func (d *Desk) channelPicture(c *call) error {
	_, f, err := d.joinFraming(c)
	if err != nil {
		return err
	}
	return d.framed(c, f)
}

// channelPictureSave keeps a file that was sent, or puts a picture, cut or whole, above the form.
func (d *Desk) channelPictureSave(c *call) error {
	ch, f, err := d.joinFraming(c)
	if err != nil {
		return err
	}
	return d.framingSent(c, f, func(hash string) error {
		look, q := ch.Look, formOf(&ch)
		look.Picture, q.Look = hash, &look
		_, err := d.Members.ChangeChannel(c.r.Context(), c.actor, c.now, ch.ID, ch.Revision, q)
		return err
	}, "look_saved")
}
