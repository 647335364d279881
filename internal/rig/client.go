package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Client is a client of Verno's API, such as a till is.
type Client struct {
	Base  string // http://host:port
	Token string
	http  *http.Client
}

// NewClient makes a client that keeps up to so many connections open.
func NewClient(base, token string, connections int) *Client {
	return &Client{Base: base, Token: token, http: &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
			MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true,
		},
	}}
}

// As is the same client with another credential.
func (c *Client) As(token string) *Client { return &Client{Base: c.Base, Token: token, http: c.http} }

// Problem is an answer that is no success.
type Problem struct { //nolint:errname // RFC 9457 calls it a problem.
	Status int
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Pointer string `json:"pointer"`
		Code    string `json:"code"`
	} `json:"errors"`
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%d %s: %s %v", p.Status, p.Code, p.Detail, p.Errors)
}

// Send sends a body and returns the answer's. A status of 400 or more is a *Problem.
func (c *Client) Send(ctx context.Context, method, path, key string, body []byte) ([]byte, error) {
	return c.send(ctx, method, path, map[string]string{"Idempotency-Key": key}, body)
}

func (c *Client) send(ctx context.Context, method, path string, headers map[string]string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.Base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 32<<20))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 400 {
		p := &Problem{}
		if err := json.Unmarshal(text, p); err != nil {
			p.Detail = string(text)
		}
		p.Status = answer.StatusCode
		return nil, p
	}
	return text, nil
}

// Call sends in as JSON, or nothing for nil, and reads the answer into out, unless that is nil.
func (c *Client) Call(ctx context.Context, method, path, key string, in, out any) error {
	return c.call(ctx, method, path, map[string]string{"Idempotency-Key": key}, in, out)
}

// CallIf is Call for what must not have changed since it was read as that revision.
func (c *Client) CallIf(ctx context.Context, method, path, revision string, in, out any) error {
	return c.call(ctx, method, path, map[string]string{"If-Match": strconv.Quote(revision)}, in, out)
}

func (c *Client) call(ctx context.Context, method, path string, headers map[string]string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	answer, err := c.send(ctx, method, path, headers, body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// The bodies and answers that the rig needs, in the API's own words.
type (
	amount struct {
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
	}
	goodsLine struct {
		ID       string `json:"id"`
		SKU      string `json:"sku"`
		Name     string `json:"name"`
		Category string `json:"category"`
		Quantity string `json:"quantity"`
		Price    amount `json:"price"`
		VAT      string `json:"vat,omitempty"`
	}
	totals struct {
		Gross    amount `json:"gross"`
		Discount amount `json:"discount"`
		Points   int64  `json:"points"`
		Redeemed amount `json:"redeemed"`
		Payable  amount `json:"payable"`
	}
	tender struct {
		Kind   string `json:"kind"`
		Amount amount `json:"amount"`
	}
	saleBody struct {
		Presence string      `json:"presence,omitempty"`
		StoreID  string      `json:"store_id,omitempty"`
		Terminal string      `json:"terminal_id,omitempty"`
		Currency string      `json:"currency"`
		Lines    []goodsLine `json:"lines"`
		Spend    int64       `json:"spend_points,omitempty"`
		Totals   *totals     `json:"totals,omitempty"`
		Tenders  []tender    `json:"tenders,omitempty"`
		Number   string      `json:"number,omitempty"`
		Shift    string      `json:"shift,omitempty"`
	}
	identified struct {
		Presence string `json:"presence"`
		Member   struct {
			Spendable int64 `json:"points_spendable"`
		} `json:"member"`
	}
	quoted struct {
		Totals struct {
			totals
			Earn int64 `json:"earn"`
		} `json:"totals"`
		PointsMax int64 `json:"points_max"`
	}
	receiptAnswer struct {
		ID     string `json:"id"`
		Totals struct {
			totals
			Earn int64 `json:"earn"`
		} `json:"totals"`
		Lines []struct {
			ID       string `json:"id"`
			Quantity string `json:"quantity"`
		} `json:"lines"`
	}
)
