package pass

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// pushing is what telling devices remembers between its turns.
type pushing struct {
	turn    sync.Mutex // one turn at a time
	selling watch

	mu    sync.Mutex
	rests map[verno.TenantID]rest
	lines map[string]*line      // by credential
	uses  map[passTypeOf]string // which credential, last
}

// rest is until when nothing is sent for a tenant, unless it gets another credential: the one that it has may be at fault,
// also where the connection breaks, as it does for a certificate that has expired.
type rest struct {
	until   time.Time
	without string // the type of pass whose credential it is
	refused string // that credential; empty where there was none
	looked  time.Time
}

// line is the connection of one credential, and how it went lately.
type line struct {
	name   string
	client apns

	mu    sync.Mutex
	fails int // one after another
}

const (
	// shortestRest and longestRest bound how long nothing is sent after failures: it doubles with each.
	shortestRest = time.Second
	longestRest  = 5 * time.Minute
	// failsToRest is how many failures in a row are more than a stream that was reset.
	failsToRest = 3
	// noCredentialRest is how long devices wait that cannot be told for want of a certificate, unless there is one before.
	noCredentialRest = 10 * time.Minute
	// lookForAnother is how often another credential is looked for meanwhile.
	lookForAnother = 5 * time.Second
)

// resting says whether nothing is sent for a tenant now.
func (p *pushing) resting(tenant verno.TenantID, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rests[tenant].until.After(now)
}

// rest has nothing sent for a tenant for a while, and reports whether anything was sent for it now.
func (p *pushing) rest(tenant verno.TenantID, now time.Time, r rest) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rests == nil {
		p.rests = map[verno.TenantID]rest{}
	}
	before := p.rests[tenant]
	if r.until.After(before.until) {
		p.rests[tenant] = r
	}
	return !before.until.After(now)
}

// relieve ends the rest of a tenant that has another credential by now: whoever has just imported one does not wait for the
// end of the rest.
func (p *Passes) relieve(ctx context.Context, tenant verno.TenantID) {
	now := p.Clock()
	p.push.mu.Lock()
	r := p.push.rests[tenant]
	due := r.without != "" && r.until.After(now) && now.Sub(r.looked) >= lookForAnother
	if due {
		r.looked = now
		p.push.rests[tenant] = r
	}
	p.push.mu.Unlock()
	if !due {
		return
	}
	if credential, err := p.credential(ctx, tenant, r.without); err == nil && credential.ID != r.refused {
		p.push.mu.Lock()
		delete(p.push.rests, tenant)
		p.push.mu.Unlock()
	}
}

// credential is what Apple knows a tenant's passes of a type by.
func (p *Passes) credential(ctx context.Context, tenant verno.TenantID, passType string) (*PushCredential, error) {
	if p.Credential != nil {
		return p.Credential(ctx, tenant, passType)
	}
	return p.ApplePushCredential(ctx, tenant, passType)
}

// tell tells devices: iPhones one by one on the connection of their credential, others by batches. It stops beginning
// when ctx ends, and what it has begun ends with limited.
func (p *Passes) tell(ctx, limited context.Context, tenant verno.TenantID, sends []send) {
	var all sync.WaitGroup
	defer all.Wait()
	byType := map[string][]*send{}
	others := map[otherBatch][]*send{}
	for i := range sends {
		s := &sends[i]
		if r := &s.registration; r.Scheme == SchemeApple {
			byType[r.PassType] = append(byType[r.PassType], s)
		} else {
			of := otherBatch{r.Scheme, r.PassType}
			others[of] = append(others[of], s)
		}
	}
	for of, list := range others {
		all.Go(func() { p.tellOthers(ctx, limited, of, list) })
	}
	for passType, list := range byType {
		all.Go(func() { p.tellApple(ctx, limited, tenant, passType, list) })
	}
}

// tellApple tells the devices of one type of pass.
func (p *Passes) tellApple(ctx, limited context.Context, tenant verno.TenantID, passType string, sends []*send) {
	l, err := p.line(limited, tenant, passType)
	if err != nil {
		if now := p.Clock(); p.push.rest(tenant, now, rest{until: now.Add(noCredentialRest), without: passType, looked: now}) {
			p.Log.WarnContext(ctx, "phones cannot be told of changes", "tenant", tenant.String(), "pass_type", passType, "error", err)
		}
		return
	}
	var all sync.WaitGroup
	defer all.Wait()
	for _, s := range sends {
		if ctx.Err() != nil || p.push.resting(tenant, p.Clock()) || !l.client.take(ctx) {
			return
		}
		all.Go(func() {
			defer l.client.give()
			p.judge(limited, tenant, l, s, l.client.push(limited, passType, s.registration.PushToken))
		})
	}
}

// line is the connection for a tenant's passes of a type.
func (p *Passes) line(ctx context.Context, tenant verno.TenantID, passType string) (*line, error) {
	credential, err := p.credential(ctx, tenant, passType)
	if err != nil {
		return nil, err
	}
	p.push.mu.Lock()
	defer p.push.mu.Unlock()
	p.push.use(passTypeOf{tenant, passType}, credential.ID)
	if l := p.push.lines[credential.ID]; l != nil {
		return l, nil
	}
	if p.push.lines == nil {
		p.push.lines = map[string]*line{}
	}
	l := &line{name: credential.ID, client: newAPNs(p.Apple, credential, p.Clock)}
	p.push.lines[credential.ID] = l
	return l, nil
}

// use notes which credential a tenant's passes of a type are told with. The connection of one that nothing uses any more is
// given up; what is under way on it ends by itself.
func (p *pushing) use(of passTypeOf, credential string) {
	before := p.uses[of]
	if p.uses == nil {
		p.uses = map[passTypeOf]string{}
	}
	p.uses[of] = credential
	for _, used := range p.uses {
		if used == before {
			return
		}
	}
	if l := p.lines[before]; l != nil {
		l.client.transport.CloseIdleConnections()
		delete(p.lines, before)
	}
}

// judge notes what an answer means for a device, and for what is to come.
func (p *Passes) judge(ctx context.Context, tenant verno.TenantID, l *line, s *send, a answered) {
	now := p.Clock()
	if a.err == nil && a.status == http.StatusOK {
		s.outcome = accepted
		l.well()
		return
	}
	s.why = a.why()
	switch {
	case a.unregistered(s.registration.UpdatedAt):
		s.outcome = isGone
		l.well()
		return
	case a.err == nil && a.hopeless():
		s.outcome = isRefused
		p.Log.WarnContext(ctx, "apple refuses a notification", "status", a.status, "reason", a.reason)
		l.well()
		return
	}
	s.outcome = tryAgain
	wait := l.badly(p.jitter)
	if a.ours() {
		wait = min(wait, shortestRest) // As soon as the tenant rests no more.
	}
	s.again = now.Add(max(wait, a.retryAfter))
	if a.oneDevice() || !l.failing() && a.retryAfter == 0 && !a.ours() {
		return
	}
	r := rest{until: s.again, without: s.registration.PassType, refused: l.name, looked: now}
	if a.ours() {
		r.until = now.Add(max(longestRest, a.retryAfter))
	}
	if p.push.rest(tenant, now, r) {
		p.Log.WarnContext(ctx, "apple takes no notifications for now", "status", a.status, "reason", a.reason, "error", a.err,
			"rest", r.until.Sub(now).String())
		if a.ours() {
			p.leaveAppleTask(ctx, tenant, l, &a)
		}
	}
}

// TaskAppleAccess is the kind of task that Apple leaves: it does not take what a merchant's passes are known by.
const TaskAppleAccess = "apple_access"

// leaveAppleTask tells the merchant of what only a person can mend: no phone hears of changes until there is another
// certificate or key. One task is left for each.
func (p *Passes) leaveAppleTask(ctx context.Context, tenant verno.TenantID, l *line, a *answered) {
	now := p.Clock()
	t := verno.Task{ID: verno.NewID[verno.TaskID](now, p.Entropy), Kind: TaskAppleAccess, Ref: l.name, Detail: a.why(), CreatedAt: now}
	if err := p.Store.Write(ctx, func(tx *store.Tx) error { return tx.AddTaskOnce(ctx, tenant, t) }); err != nil {
		p.Log.WarnContext(ctx, "a task of apple's cannot be left", "tenant", tenant.String(), "error", err)
	}
}

// well notes that all is well again.
func (l *line) well() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fails = 0
}

// badly notes a failure, and says how long to wait after so many: about twice as long each time.
func (l *line) badly(jitter func(time.Duration) time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fails++
	rest := longestRest
	if steps := l.fails / failsToRest; steps < 9 {
		rest = min(shortestRest<<steps, longestRest)
	}
	return rest/2 + jitter(rest/2)
}

func (l *line) failing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fails >= failsToRest
}

// jitter is a random part of a time, so that many do not come back at the same moment.
func (p *Passes) jitter(d time.Duration) time.Duration {
	var b [2]byte
	if _, err := p.Entropy.Read(b[:]); err != nil {
		return d
	}
	return d * time.Duration(uint16(b[0])<<8|uint16(b[1])) / (1 << 16)
}
