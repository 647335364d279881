package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// Address is where a request comes from, for limits: the connection's other end, or where that is a trusted proxy, the
// nearest address before it in X-Forwarded-For that is none. IPv6 is cut to the network of one household, /64.
func (f *Frame) Address(r *http.Request) string {
	port, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	at := port.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && f.trusts(at); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = before.Unmap()
	}
	if at.Is6() {
		if network, err := at.WithZone("").Prefix(64); err == nil {
			return network.Addr().String()
		}
	}
	return at.String()
}

func (f *Frame) trusts(a netip.Addr) bool {
	for _, p := range f.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Local reports whether a request comes from this very machine, through no proxy.
func Local(r *http.Request) bool {
	port, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && port.Addr().Unmap().IsLoopback() && len(r.Header.Values("X-Forwarded-For")) == 0 &&
		len(r.Header.Values("Forwarded")) == 0
}

// Encrypted says whether the reader's own connection is encrypted: here, or at the proxy before us.
func (f *Frame) Encrypted(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && f.trusts(at.Addr().Unmap()) && r.Header.Get("X-Forwarded-Proto") == "https"
}

// Origin is the address at which the reader sees us.
func (f *Frame) Origin(r *http.Request) string {
	if f.Encrypted(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Outside is where phones reach us: at what we were told, else where the reader does.
func (f *Frame) Outside(r *http.Request) string {
	if f.Base != nil && f.Base() != "" {
		return f.Base()
	}
	return f.Origin(r)
}
