package server

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/nfc"
)

// NFCKey is a key of readers as it may be told.
type NFCKey struct {
	ID        verno.NFCKeyID `json:"id"`
	Protocol  string         `json:"protocol"` // apple_vas, smart_tap
	Version   int64          `json:"version"`
	Public    string         `json:"public_key"` // SubjectPublicKeyInfo with a compressed point: DER in base 64
	CreatedAt time.Time      `json:"created_at"`
	RetiredAt time.Time      `json:"retired_at,omitzero"`
}

// NFCKeys lists a tenant's keys for readers, by protocol and the newest first.
func (s *Server) NFCKeys(ctx context.Context, w Whose) ([]NFCKey, error) {
	t, err := w.tenant(ctx, s.Store.Reader())
	if err != nil {
		return nil, err
	}
	list, err := s.Gate.NFCKeys(ctx, auth.Operator(t.ID))
	told := make([]NFCKey, len(list))
	for i := range list {
		told[i] = toldNFC(&list[i])
	}
	return told, err
}

func toldNFC(k *auth.NFCKey) NFCKey {
	return NFCKey{k.ID, string(k.Protocol), k.Version, k.SPKI(), k.CreatedAt.UTC(), k.RetiredAt}
}

// MakeNFCKey makes the next version of a tenant's key for readers.
func (s *Server) MakeNFCKey(ctx context.Context, w Whose, protocol string) (NFCKey, error) {
	t, err := w.tenant(ctx, s.Store.Reader())
	if err != nil {
		return NFCKey{}, err
	}
	k, err := s.Gate.MakeNFCKey(ctx, auth.Operator(t.ID), nfc.Protocol(protocol), s.Now())
	return toldNFC(&k), err
}

// RetireNFCKey ends a key for readers.
func (s *Server) RetireNFCKey(ctx context.Context, w Whose, id verno.NFCKeyID) error {
	t, err := w.tenant(ctx, s.Store.Reader())
	if err != nil {
		return err
	}
	return s.Gate.RetireNFCKey(ctx, auth.Operator(t.ID), id, s.Now())
}
