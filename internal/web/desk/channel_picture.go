package desk

import (
	"strings"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// joinFraming is the framing of a form's picture.
func (d *Desk) joinFraming(c *call) (store.Channel, *framing, error) {
	ch, err := d.channelOf(c)
	if err != nil {
		return ch, nil, err
	}
	f := &framing{
		back: lookPath(&ch), backName: c.Say("desk.look.title"), at: pictureOfPath(&ch), there: ch.Look.Picture != "", shape: member.LookShape, form: &view.Form{},
	}
	return ch, f, d.shelve(c, f)
}

// channelPicture shows the pictures that there are, or the one that is to be cut.
func (d *Desk) channelPicture(c *call) error {
	_, f, err := d.joinFraming(c)
	if err != nil {
		return err
	}
	if hash := c.Query.Get("picture"); hash != "" {
		if err := d.choose(c, f, hash); err != nil {
			return err
		}
	}
	return c.showFrame(f, c.Say("desk.look.picture"), false)
}

// channelPictureSave keeps a file that was sent, or puts a picture, cut or whole, above the form.
func (d *Desk) channelPictureSave(c *call) error {
	ch, f, err := d.joinFraming(c)
	if err != nil {
		return err
	}
	title := c.Say("desk.look.picture")
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "multipart/form-data") {
		return d.pictureSent(c, f, title)
	}
	f.form = c.form
	look := ch.Look
	look.Picture = ""
	if act := c.form.Value("act"); act != "none" {
		if err := d.choose(c, f, c.form.Value("picture")); err != nil {
			return err
		}
		if look.Picture = f.chosen.Hash; act != "whole" {
			if look.Picture, err = d.cutPicture(c, f); err != nil {
				return d.pictureRefused(c, f, title, err)
			}
		}
	}
	q := formOf(&ch)
	q.Look = &look
	if _, err := d.Members.ChangeChannel(c.r.Context(), c.actor, c.now, ch.ID, ch.Revision, q); err != nil {
		return d.pictureRefused(c, f, title, err)
	}
	c.to(lookPath(&ch) + "?done=look_saved")
	return nil
}
