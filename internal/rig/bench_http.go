package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// The places in a prepared body that differ from sale to sale.
const (
	presenceMark = "PRESENCE-MARK"
	numberMark   = "NUMBER-MARK"
)

// prepared is a commit's body, parted where presence and number go.
type prepared struct{ parts [3][]byte }

func prepare(b saleBody) (prepared, error) {
	b.Presence, b.Number = presenceMark, numberMark
	text, err := json.Marshal(b)
	if err != nil {
		return prepared{}, err
	}
	before, rest, _ := bytes.Cut(text, []byte(presenceMark))
	between, after, ok := bytes.Cut(rest, []byte(numberMark))
	if !ok {
		return prepared{}, errors.New("rig: the body has no place for a number")
	}
	return prepared{[3][]byte{before, between, after}}, nil
}

func (p *prepared) with(presence, number string) []byte {
	b := make([]byte, 0, len(p.parts[0])+len(p.parts[1])+len(p.parts[2])+len(presence)+len(number))
	b = append(append(b, p.parts[0]...), presence...)
	b = append(append(b, p.parts[1]...), number...)
	return append(b, p.parts[2]...)
}

// serve answers on a loopback port until stop is called, and makes an API key that may sell.
func (w *World) serve(ctx context.Context) (base, key string, stop func(), err error) {
	on, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", nil, err
	}
	h := &http.Server{Handler: w.Server.Handler()}
	go func() { _ = h.Serve(on) }()
	_, key, err = w.Server.Gate.CreateKey(ctx, auth.Operator(w.Actor.Tenant), auth.NewKey{Name: "rig", Scopes: verno.RoleOwner.Permissions()}, w.Server.Now())
	return "http://" + on.Addr().String(), key, func() { _ = h.Close() }, err
}

// sellOverHTTP sells through the API, client and server on the same machine.
func (w *World) sellOverHTTP(over *wires, presences []string, baskets []Quoted) (seller, error) {
	plain, spends := map[*Quoted]prepared{}, map[*Quoted]prepared{}
	for i := range baskets {
		q := &baskets[i]
		for _, points := range []bool{false, true} {
			t, into := q.Plain, plain
			body := saleBody{StoreID: q.Store.String(), Currency: "RUB"}
			if points {
				t, into, body.Spend = q.Spends, spends, int64(q.Spend)
			}
			body.Totals = &totals{
				Gross: rubles(int64(t.Gross)), Discount: rubles(int64(t.Discount)), Points: int64(t.Points),
				Redeemed: rubles(int64(t.Redeemed)), Payable: rubles(int64(t.Payable)),
			}
			body.Tenders = []tender{{"card", rubles(int64(t.Payable))}}
			for _, l := range q.Basket.Lines {
				body.Lines = append(body.Lines, goodsLine{
					ID: l.ID, SKU: l.SKU, Name: l.Name, Category: l.Category, Quantity: l.Quantity.String(),
					Price: rubles(int64(l.Price)), VAT: l.VAT.String(),
				})
			}
			p, err := prepare(body)
			if err != nil {
				return nil, err
			}
			into[q] = p
		}
	}
	return func(ctx context.Context, q *Quoted, member int, spend bool, key string) error {
		p := plain[q]
		if spend {
			p = spends[q]
		}
		err := over.post(ctx, "/api/v1/checkouts/"+key+"/commit", key, p.with(presences[member%len(presences)], key))
		var refused *Problem
		if errors.As(err, &refused) && refused.Code == "totals_changed" {
			return verno.Conflict("totals_changed")
		}
		return err
	}, nil
}

func rubles(n int64) amount { return amount{n, "RUB"} }

// identifyOverHTTP names members to the API, so that presences are bound to the key.
func (w *World) identifyOverHTTP(c *Client) func(ctx context.Context, member verno.MemberID) (string, error) {
	return func(ctx context.Context, member verno.MemberID) (string, error) {
		var got identified
		err := c.Call(ctx, http.MethodPost, "/api/v1/identifications", "", map[string]string{
			"member_id": member.String(), "store_id": w.Stores[0].String(),
		}, &got)
		if err != nil {
			return "", fmt.Errorf("identify: %w", err)
		}
		return got.Presence, nil
	}
}
