package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// wire is a connection that sends one request after the other, as bare as HTTP/1.1 lets it be: the benchmark measures
// the server, and net/http's client costs about as much as the server's own work.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
}

// wires are the connections of a benchmark's callers.
type wires struct {
	address, token string
	free           chan *wire
}

func newWires(base, token string, most int) *wires {
	w := &wires{address: strings.TrimPrefix(base, "http://"), token: token, free: make(chan *wire, most)}
	for range most {
		w.free <- &wire{}
	}
	return w
}

// post sends a body under a key. A status of 400 or more is a *Problem.
func (w *wires) post(ctx context.Context, path, key string, body []byte) error {
	c := <-w.free
	defer func() { w.free <- c }()
	if c.conn == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", w.address)
		if err != nil {
			return err
		}
		c.conn, c.in = conn, bufio.NewReaderSize(conn, 16<<10)
	}
	err := c.exchange(w, path, key, body)
	if _, answered := err.(*Problem); err != nil && !answered { //nolint:errorlint // exchange wraps none.
		_ = c.conn.Close()
		c.conn = nil
	}
	return err
}

func (c *wire) exchange(w *wires, path, key string, body []byte) error {
	b := c.out[:0]
	b = append(append(append(b, "POST "...), path...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, w.address...), "\r\nAuthorization: Bearer "...)
	b = append(append(b, w.token...), "\r\nIdempotency-Key: "...)
	b = append(append(b, key...), "\r\nContent-Type: application/json\r\nContent-Length: "...)
	b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n\r\n"...)
	b = append(b, body...)
	c.out = b
	if _, err := c.conn.Write(b); err != nil {
		return err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode < http.StatusBadRequest {
		_, err = io.Copy(io.Discard, answer.Body)
		return err
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return err
	}
	p := &Problem{}
	if json.Unmarshal(text, p) != nil {
		p.Detail = string(text)
	}
	p.Status = answer.StatusCode
	return p
}

// close closes all connections, when no request is under way.
func (w *wires) close() {
	for range cap(w.free) {
		if c := <-w.free; c.conn != nil {
			_ = c.conn.Close()
		}
	}
}
