package pass

import (
	"bytes"
	"errors"
	"net"
	"sync"
	"testing"
	"time"
)

// slow is a network that takes a write only when it is let.
type slow struct {
	net.Conn

	let chan error

	mu     sync.Mutex
	writes [][]byte
}

func (s *slow) Write(b []byte) (int, error) {
	err := <-s.let
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes = append(s.writes, bytes.Clone(b))
	return len(b), err
}

func (s *slow) Close() error { return nil }

func (s *slow) taken() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

// TestGathering writes more than a slow network takes at once: it goes out whole, in order, in few writes.
func TestGathering(t *testing.T) {
	t.Parallel()
	network := &slow{let: make(chan error)}
	g := gather(network)
	var want []byte
	for i := range 1_000 {
		frame := bytes.Repeat([]byte{byte(i)}, 1+i%90)
		want = append(want, frame...)
		if n, err := g.Write(frame); n != len(frame) || err != nil {
			t.Fatal(n, err)
		}
	}
	go func() {
		for t.Context().Err() == nil {
			select {
			case network.let <- nil:
			case <-t.Context().Done():
			}
		}
	}()
	got := func() []byte { return bytes.Join(network.taken(), nil) }
	until(t, "not all went out", func() bool { return len(got()) >= len(want) })
	if !bytes.Equal(got(), want) || len(network.taken()) > 2 {
		t.Errorf("%d writes, the bytes as they were: %t", len(network.taken()), bytes.Equal(got(), want))
	}
}

// TestGatheringIsBounded has whoever writes wait for a network that takes nothing, and end when the connection does.
func TestGatheringIsBounded(t *testing.T) {
	t.Parallel()
	network := &slow{let: make(chan error)}
	g := gather(network)
	ended := make(chan int)
	go func() {
		for n := 0; ; n++ {
			if _, err := g.Write(make([]byte, 64<<10)); err != nil {
				ended <- n
				return
			}
		}
	}()
	until(t, "nothing gathers", func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return len(g.waiting) >= mostGathered
	})
	if err := g.Close(); err != nil {
		t.Error(err)
	}
	if n := <-ended; n > 2*mostGathered/(64<<10) {
		t.Errorf("%d writes were taken", n)
	}
	network.let <- errors.New("closed")
}

// TestGatheringTellsOfFaults has a fault of the network known to whoever writes next.
func TestGatheringTellsOfFaults(t *testing.T) {
	t.Parallel()
	network, fault := &slow{let: make(chan error)}, errors.New("reset")
	g := gather(network)
	if _, err := g.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	network.let <- fault
	until(t, "the fault is not told", func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.err != nil
	})
	if _, err := g.Write([]byte("b")); !errors.Is(err, fault) {
		t.Error(err)
	}
}
