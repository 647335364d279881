package pass

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// mostGathered is how many bytes wait to be written; whoever has more waits for the network.
const mostGathered = 256 << 10

// gathering is a connection whose writer does not wait for the network: what is written while a write is under way goes out
// together with the next. Hundreds of small frames of many notifications so become a few packets.
type gathering struct {
	net.Conn

	mu      sync.Mutex
	changed sync.Cond // of all that follows
	waiting []byte
	closed  bool
	err     error // of the network: every later write has it
}

// dialGathering opens an encrypted connection for HTTP/2 that gathers what is written to it before it is encrypted: many
// small frames are one record then.
func dialGathering(encrypted *tls.Config) func(ctx context.Context, network, address string) (net.Conn, error) {
	const patience = 10 * time.Second
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		conn, err := (&net.Dialer{Timeout: patience, KeepAlive: time.Minute}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		config := encrypted.Clone()
		config.ServerName, config.NextProtos = host, []string{"h2"}
		secret := tls.Client(conn, config)
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if err := secret.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		if spoken := secret.ConnectionState().NegotiatedProtocol; spoken != "h2" {
			return nil, errors.Join(fmt.Errorf("pass: %s speaks %q instead of HTTP/2", host, spoken), conn.Close())
		}
		return gather(secret), nil
	}
}

// ConnectionState is what HTTP/2 asks of a connection that is encrypted.
func (g *gathering) ConnectionState() tls.ConnectionState {
	if secret, ok := g.Conn.(*tls.Conn); ok {
		return secret.ConnectionState()
	}
	return tls.ConnectionState{}
}

func gather(conn net.Conn) *gathering {
	g := &gathering{Conn: conn}
	g.changed.L = &g.mu
	go g.run()
	return g
}

// Write takes bytes that are to go out; an error is that of an earlier write.
func (g *gathering) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.waiting) >= mostGathered && g.err == nil && !g.closed {
		g.changed.Wait()
	}
	switch {
	case g.err != nil:
		return 0, g.err
	case g.closed:
		return 0, net.ErrClosed
	}
	if len(g.waiting) == 0 {
		g.changed.Broadcast()
	}
	g.waiting = append(g.waiting, b...)
	return len(b), nil
}

// run writes what has gathered, until the connection is closed or fails.
func (g *gathering) run() {
	var out []byte
	g.mu.Lock()
	defer g.mu.Unlock()
	for {
		for len(g.waiting) == 0 && !g.closed {
			g.changed.Wait()
		}
		if len(g.waiting) == 0 || g.err != nil {
			return
		}
		out, g.waiting = g.waiting, out[:0]
		g.changed.Broadcast() // There is room.
		g.mu.Unlock()
		_, err := g.Conn.Write(out)
		g.mu.Lock()
		if err != nil {
			g.err = err
			g.changed.Broadcast()
		}
	}
}

// Close ends the connection at once; what still waits is lost, as what was on its way would be.
func (g *gathering) Close() error {
	g.mu.Lock()
	g.closed = true
	g.changed.Broadcast()
	g.mu.Unlock()
	return g.Conn.Close()
}
