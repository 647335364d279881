package rig

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"sync"
)

// breaker is a proxy that breaks connections. Each connection is drawn a fate: it lasts, it is reset after some bytes of
// a request, or after some bytes of an answer, of which none may have arrived, or all.
type breaker struct {
	on net.Listener
	to string

	mu     sync.Mutex
	draw   *rand.Rand
	open   map[net.Conn]bool
	closed bool
	pipes  sync.WaitGroup
}

// mostBytes is the most that passes over a connection that is drawn to break: a few requests, or answers.
const mostBytes = 4 << 10

// newBreaker stands before what answers at an address.
func newBreaker(ctx context.Context, to string, draw *rand.Rand) (*breaker, error) {
	on, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &breaker{on: on, to: to, draw: draw, open: map[net.Conn]bool{}}
	b.pipes.Go(func() { b.accept(ctx) })
	return b, nil
}

func (b *breaker) accept(ctx context.Context) {
	for {
		in, err := b.on.Accept()
		if err != nil {
			return
		}
		out, err := (&net.Dialer{}).DialContext(ctx, "tcp", b.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		requests, answers := b.fate()
		if !b.keep(in, out) {
			return
		}
		b.pipes.Go(func() { b.carry(out, in, requests) })
		b.pipes.Go(func() { b.carry(in, out, answers) })
	}
}

// fate draws how many bytes may pass each way; below 0 for all.
func (b *breaker) fate() (requests, answers int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch b.draw.IntN(3) {
	case 0:
		return b.draw.Int64N(mostBytes), -1
	case 1:
		return -1, b.draw.Int64N(mostBytes)
	default:
		return -1, -1
	}
}

// keep remembers connections, so that they can be cut; after the end it cuts them at once.
func (b *breaker) keep(conns ...net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range conns {
		if b.closed {
			_ = c.Close()
			continue
		}
		b.open[c] = true
	}
	return !b.closed
}

// carry copies up to so many bytes, then breaks both ends.
func (b *breaker) carry(to, from net.Conn, most int64) {
	if most < 0 {
		_, _ = io.Copy(to, from)
	} else {
		_, _ = io.CopyN(to, from, most)
	}
	b.cut(to, from)
}

// cut resets connections: what was on its way is lost.
func (b *breaker) cut(conns ...net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range conns {
		if t, ok := c.(*net.TCPConn); ok && b.open[c] {
			_ = t.SetLinger(0)
		}
		_ = c.Close()
		delete(b.open, c)
	}
}

func (b *breaker) close() {
	_ = b.on.Close()
	b.mu.Lock()
	b.closed = true
	for c := range b.open {
		_ = c.Close()
	}
	b.mu.Unlock()
	b.pipes.Wait()
}
