package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/exchange"
	"github.com/verno-loyalty/verno/money"
)

// ImportReport and ImportProgress are what an import tells.
type (
	ImportReport   = exchange.Report
	ImportProgress = exchange.Progress
)

// ImportPresets names the forms of files that can be imported.
func ImportPresets() []string { return exchange.Presets() }

// HistoryDays is how long ago imported receipts may have occurred; it goes into Config.Till.
const HistoryDays = 36_600

// Import says which file of receipts is to be imported into what.
type Import struct {
	Whose
	Preset      string
	Path        string
	Store       verno.StoreID // of receipts that name none; zero for the programme's first
	OwnRule     bool          // into a programme of its own, by the rule of the preset
	DryRun      bool
	Again       bool
	Rejects     string // file for what was rejected, empty for none
	Differences string // file for points that differ from those given, empty for none
	Progress    func(ImportProgress)
}

// Import takes in a file of receipts of another system. It can be called again after it was interrupted.
func (s *Server) Import(ctx context.Context, q Import) (ImportReport, error) {
	reader := s.Store.Reader()
	tenant, err := q.tenant(ctx, reader)
	if err != nil {
		return ImportReport{}, err
	}
	actor := auth.Operator(tenant.ID)
	actor.Live = tenant.Live
	programme, err := s.target(ctx, actor, &q)
	if err != nil {
		return ImportReport{}, err
	}
	file, err := os.Open(q.Path)
	if err != nil {
		return ImportReport{}, err
	}
	defer file.Close()
	source := exchange.Source{Preset: q.Preset, Reader: file}
	if source.SHA256, source.Size, err = fingerprint(file); err != nil {
		return ImportReport{}, err
	}
	beside := &appendices{}
	defer beside.close()
	report, err := exchange.Import(ctx, source, (&hands{Server: s, actor: actor, programme: programme, store: q.Store}).all(), exchange.Options{
		Store: s.Store, Tenant: tenant.ID, Programme: programme, DryRun: q.DryRun, Again: q.Again, Now: s.Config.Clock,
		Entropy: rand.Reader, Progress: q.Progress, Rejects: beside.opener(q.Rejects), Differences: beside.opener(q.Differences),
	})
	if err := beside.close(); err != nil {
		return report, err
	}
	if err != nil || q.DryRun {
		return report, err
	}
	return report, s.seal(ctx)
}

// target is the programme that receipts are imported into.
func (s *Server) target(ctx context.Context, a verno.Actor, q *Import) (verno.ProgrammeID, error) {
	if !q.OwnRule {
		return q.programme(ctx, s.Store.Reader(), a.Tenant)
	}
	rule, err := exchange.RuleOf(q.Preset)
	if err != nil {
		return verno.ProgrammeID{}, err
	}
	list, err := s.Store.Reader().Programmes(ctx, a.Tenant, verno.ProgrammeID{}, 100)
	if err != nil {
		return verno.ProgrammeID{}, err
	}
	for _, p := range list {
		if p.Draft.Name == q.Preset {
			return p.Draft.ID, nil
		}
	}
	switch {
	case len(list) == 0:
		return verno.ProgrammeID{}, verno.Invalid("programme_ambiguous")
	case q.DryRun:
		return verno.ProgrammeID{}, errors.New("a dry run makes no programme; import without --own-rule to try the file")
	}
	p, err := s.Office.CreateProgramme(ctx, a, s.Now(), verno.Programme{
		Name: q.Preset, Issuer: list[0].Draft.Issuer, Currency: rule.Currency, TimeZone: rule.Zone,
		Points: verno.PointsTerms{
			Scale: rule.Scale, Value: rule.Value, MaxShare: money.Full, MaxShareLine: money.Full, Expiry: verno.ExpiryTerms{Kind: "never"},
		},
	})
	if err != nil {
		return verno.ProgrammeID{}, err
	}
	if _, err := s.Office.CreatePromotion(ctx, a, s.Now(), p.Draft.ID, rule.Promotion); err != nil {
		return verno.ProgrammeID{}, err
	}
	_, err = s.Office.Publish(ctx, a, s.Now(), p.Draft.ID, p.Revision, "import of "+q.Preset)
	return p.Draft.ID, err
}

// fingerprint is the SHA-256 of a file, which is at its beginning again afterwards.
func fingerprint(file *os.File) (sum string, size int64, err error) {
	h := sha256.New()
	if size, err = io.Copy(h, file); err != nil {
		return "", 0, err
	}
	_, err = file.Seek(0, io.SeekStart)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// appendices are the files that are written beside a report.
type appendices struct{ open []*os.File }

// opener gives what opens one of them. What an interrupted import wrote beyond what it knows of is cut off.
func (a *appendices) opener(path string) func(keep int64) (io.Writer, error) {
	if path == "" {
		return nil
	}
	return func(keep int64) (io.Writer, error) {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		a.open = append(a.open, file)
		info, err := file.Stat()
		if err == nil && info.Size() > keep {
			err = file.Truncate(keep)
		}
		if err == nil {
			_, err = file.Seek(0, io.SeekEnd)
		}
		return file, err
	}
}

func (a *appendices) close() error {
	var all []error
	for _, file := range a.open {
		all = append(all, file.Close())
	}
	a.open = nil
	return errors.Join(all...)
}
