package store

import "github.com/verno-loyalty/verno"

var (
	configVersion = Keyed("id bytea", `SELECT config_version FROM tenant WHERE id = k.id`)
	addTask       = Insert("task",
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
