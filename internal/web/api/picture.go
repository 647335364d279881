package api

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// PictureBody is a picture as it is sent.
type PictureBody struct {
	Picture string `json:"picture" minLength:"1" maxLength:"7000000" doc:"A PNG or JPEG of at most 5 MB and 20 million pixels, in base 64. It is made anew from its pixels."`
}

// Picture is a picture that cards may show.
type Picture struct {
	Hash      string    `json:"hash" doc:"What templates name it by."`
	Width     int64     `json:"width"`
	Height    int64     `json:"height"`
	CreatedAt time.Time `json:"created_at"`
}

// Pictures lists pictures.
type Pictures struct {
	Items []Picture `json:"items"`
}

// PictureFile is a picture with what it shows.
type PictureFile struct {
	Picture
	PNG string `json:"png" doc:"In base 64."`
}

// maxPictureBody is a picture of five megabytes in base 64, with what stands around it.
const maxPictureBody = 7<<20 + 1<<10

func (a *API) pictureRoutes() {
	handle(a, operation{
		route: "POST /pictures", id: "add-picture", tag: "cards", summary: "Keep a picture for cards", status: 201, limit: maxPictureBody,
		detail: "The same picture is kept once.", codes: []string{"pictures_full"},
	}, a.addPicture)
	handle(a, operation{route: "GET /pictures", id: "list-pictures", tag: "cards", summary: "List the pictures of cards, newest first"}, a.listPictures)
	handle(a, operation{route: "GET /pictures/{hash}", id: "get-picture", tag: "cards", summary: "Read a picture", codes: []string{"not_found"}}, a.getPicture)
}

type addPictureRequest struct {
	Body PictureBody
}

func (a *API) addPicture(ctx context.Context, c *call, in *addPictureRequest) (*Picture, error) {
	raw, err := base64.StdEncoding.DecodeString(in.Body.Picture)
	if err != nil {
		return nil, verno.InvalidField("/picture", "picture_invalid")
	}
	p, err := a.Office.AddPicture(ctx, c.actor, c.now, raw)
	if err != nil {
		return nil, err
	}
	shown := showPicture(&p)
	return &shown, nil
}

func (a *API) listPictures(ctx context.Context, c *call, _ *noRequest) (*Pictures, error) {
	list, err := a.Office.Pictures(ctx, c.actor)
	if err != nil {
		return nil, err
	}
	out := &Pictures{Items: make([]Picture, len(list))}
	for i := range list {
		out.Items[i] = showPicture(&list[i])
	}
	return out, nil
}

type pictureRequest struct {
	Hash string `path:"hash" minLength:"64" maxLength:"64"`
}

func (a *API) getPicture(ctx context.Context, c *call, in *pictureRequest) (*PictureFile, error) {
	p, err := a.Office.Picture(ctx, c.actor, in.Hash)
	if err != nil {
		return nil, err
	}
	return &PictureFile{showPicture(&p), base64.StdEncoding.EncodeToString(p.PNG)}, nil
}

func showPicture(p *store.Picture) Picture { return Picture{p.Hash, p.Width, p.Height, p.CreatedAt} }
