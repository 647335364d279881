package store

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
)

var (
	configVersion = Keyed("id bytea", `SELECT config_version FROM tenant WHERE id = k.id`)
	countAttempt  = Insert("attempt", "tenant bytea, subject text, window_at bigint, count bigint",
		"ON CONFLICT (tenant, subject, window_at) DO UPDATE SET count = attempt.count + 1")
	addTask = Insert("task",
		"tenant bytea, id bytea, kind text, owner_id bytea, ref bytea, detail text, created_at bigint", "")
)

// ConfigVersion reads the number that grows with each change of a tenant's rules.
func (p *Pipe) ConfigVersion(tenant verno.TenantID, found func(int64)) {
	p.Values(configVersion).Each(func(row Scanner) error {
		var n int64
		err := row.Scan(&n)
		if err == nil {
			found(n)
		}
		return err
	}).Bytes(tenant[:])
}

// AddTasks writes tasks for people.
func (p *Pipe) AddTasks(tenant verno.TenantID, tasks []verno.Task) {
	v := p.Values(addTask)
	for i := range tasks {
		t := &tasks[i]
		var ref []byte
		if t.Ref != "" {
			ref = []byte(t.Ref)
		}
		v.Bytes(tenant[:]).Bytes(t.ID[:]).Text(t.Kind).Bytes(t.Owner.Bytes()).Bytes(ref).Text(t.Detail).Int(verno.Micros(t.CreatedAt))
	}
}

// CountAttempts counts tries that are let through anyway; Reader.Taken tells how many there were.
func (p *Pipe) CountAttempts(counted []Counted, now time.Time, limit Limit) {
	// A statement may change a row once only, so tries of one subject in one group are told apart by running it again.
	for i := range counted {
		c := &counted[i]
		p.Values(countAttempt).Bytes(c.Tenant[:]).Text(c.windowed(limit)).Int(limit.end(now)).Int(1)
	}
}

// Analyze has PostgreSQL look at its tables anew, as after a large import; it would do so by itself within a minute.
// SQLite plans by the shape of the schema and needs none.
func (s *Store) Analyze(ctx context.Context) error {
	if s.Engine() == SQLite {
		return nil
	}
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "ANALYZE")
		return err
	})
}
