// Package apnstest is an APNs to test and measure against: HTTP/2 over TLS on this machine, as strict about what a
// notification of a pass is as Apple's documentation, with devices that went away and faults on demand. It was written
// from that documentation and has never been compared with Apple's servers.
package apnstest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Streams is how many notifications a connection may have under way, as many as Apple's.
const Streams = 1_000

// APNs takes notifications.
type APNs struct {
	URL   string
	Roots *x509.CertPool // who signs for it

	server      *http.Server
	total       atomic.Int64
	connections atomic.Int64

	mu     sync.Mutex
	heard  map[string]int // by device, how often it was told
	gone   map[string]bool
	faults []string
	last   Seen
	fault  func(n int64, token string) *Fault
}

// Seen is what a notification showed of its sender.
type Seen struct {
	Topic       string
	Bearer      string // its token; empty where it showed none
	Certificate string // the common name of its certificate; empty where it showed none
}

// Fault is what goes wrong with a notification.
type Fault struct {
	Status     int // with a reason
	Reason     string
	Since      time.Time       // the device is gone; zero for it does not say
	RetryAfter int             // seconds
	Reset      bool            // the stream is reset, after the device heard
	GoAway     bool            // the connection ends after this answer
	Wait       <-chan struct{} // the answer comes after this
}

// New starts an APNs on this machine.
func New() (*APNs, error) {
	certificate, roots, err := selfSigned()
	if err != nil {
		return nil, err
	}
	on, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &APNs{URL: "https://" + on.Addr().String(), Roots: roots, heard: map[string]int{}, gone: map[string]bool{}}
	protocols := &http.Protocols{}
	protocols.SetHTTP2(true)
	a.server = &http.Server{
		Handler:           a,
		Protocols:         protocols,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12},
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: Streams},
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				a.connections.Add(1)
			}
		},
	}
	go func() { _ = a.server.ServeTLS(on, "", "") }()
	return a, nil
}

// Close ends all connections.
func (a *APNs) Close() error { return a.server.Close() }

// Total is how many notifications were accepted, Connections over how many connections.
func (a *APNs) Total() int64 { return a.total.Load() }

// Connections is how many connections there were.
func (a *APNs) Connections() int64 { return a.connections.Load() }

// Heard is how often a device was told.
func (a *APNs) Heard(token string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.heard[token]
}

// Most is how often the device was told that was told most often, and Devices how many were told at all.
func (a *APNs) Most() (most, devices int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range a.heard {
		most = max(most, n)
	}
	return most, len(a.heard)
}

// Devices is how many devices were told at all.
func (a *APNs) Devices() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.heard)
}

// Anew forgets how often devices were told, and begins to count anew.
func (a *APNs) Anew() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard = make(map[string]int, len(a.heard))
}

// Last is what the latest notification showed of its sender.
func (a *APNs) Last() Seen {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// Faults are the notifications that were not as Apple wants them.
func (a *APNs) Faults() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.faults
}

// Forget takes the pass off a device: it is gone from now on.
func (a *APNs) Forget(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gone[token] = true
}

// Break has a function say what goes wrong with each notification, by its number from 1; nil for nothing. No function
// mends everything.
func (a *APNs) Break(fault func(n int64, token string) *Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fault = fault
}

// ServeHTTP takes a notification.
func (a *APNs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body [8]byte
	n, _ := io.ReadFull(r.Body, body[:])
	token := strings.TrimPrefix(r.URL.Path, "/3/device/")
	if why := wrong(r, string(body[:n]), token); why != "" {
		a.mu.Lock()
		a.faults = append(a.faults, why)
		a.mu.Unlock()
		refuse(w, &Fault{Status: http.StatusBadRequest, Reason: "BadMessageId"})
		return
	}
	a.mu.Lock()
	gone, broken := a.gone[token], a.fault
	a.mu.Unlock()
	if gone {
		refuse(w, &Fault{Status: http.StatusGone, Reason: "Unregistered"})
		return
	}
	number := a.total.Add(1)
	if broken != nil {
		if f := broken(number, token); f != nil && !a.happens(w, r, f) {
			a.total.Add(-1)
			return
		} else if f != nil && f.Reset {
			a.hear(r, token)
			panic(http.ErrAbortHandler)
		}
	}
	a.hear(r, token)
	w.WriteHeader(http.StatusOK)
}

// happens lets a fault happen, and says whether the notification is taken all the same.
func (a *APNs) happens(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	if f.Wait != nil {
		select {
		case <-f.Wait:
		case <-r.Context().Done():
			return false
		}
	}
	if f.GoAway {
		w.Header().Set("Connection", "close")
	}
	if f.Status != 0 {
		refuse(w, f)
		return false
	}
	return true
}

func (a *APNs) hear(r *http.Request, token string) {
	seen := Seen{Topic: r.Header.Get("Apns-Topic"), Bearer: strings.TrimPrefix(r.Header.Get("Authorization"), "bearer ")}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		seen.Certificate = r.TLS.PeerCertificates[0].Subject.CommonName
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard[token]++
	a.last = seen
}

// wrong says why something is no notification of a pass; nothing where it is one.
func wrong(r *http.Request, body, token string) string {
	h := r.Header
	switch {
	case r.ProtoMajor != 2:
		return "it came by " + r.Proto
	case r.Method != http.MethodPost || token == r.URL.Path || token == "":
		return "it is " + r.Method + " " + r.URL.Path
	case body != "{}":
		return "its body is " + strconv.Quote(body)
	case h.Get("Apns-Topic") == "":
		return "it has no topic"
	case h.Get("Apns-Push-Type") != "background" || h.Get("Apns-Priority") != "5" || h.Get("Apns-Expiration") != "0":
		return fmt.Sprintf("it is %s of priority %s until %s", h.Get("Apns-Push-Type"), h.Get("Apns-Priority"), h.Get("Apns-Expiration"))
	case h.Get("Authorization") == "" && (r.TLS == nil || len(r.TLS.PeerCertificates) == 0):
		return "its sender shows nothing"
	}
	return ""
}

func refuse(w http.ResponseWriter, f *Fault) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Status)
	if f.Since.IsZero() {
		_, _ = fmt.Fprintf(w, `{"reason":%q}`, f.Reason)
		return
	}
	_, _ = fmt.Fprintf(w, `{"reason":%q,"timestamp":%d}`, f.Reason, f.Since.UnixMilli())
}

// NewCertificate makes a certificate that signs itself, for whoever sends notifications.
func NewCertificate(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func selfSigned() (tls.Certificate, *x509.CertPool, error) {
	certificate, err := NewCertificate("APNs of this machine")
	if err != nil {
		return certificate, nil, err
	}
	root, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		return certificate, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	return certificate, roots, nil
}
