package store

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/verno-loyalty/verno"
)

// Visit is somebody who came to a channel's page, without saying who.
type Visit struct {
	Tenant    verno.TenantID
	ID        verno.VisitID
	Channel   verno.ChannelID
	Source    map[string]string // the utm parameters of the address
	CreatedAt time.Time
}

// InsertVisit adds a visit.
func (tx *Tx) InsertVisit(ctx context.Context, v Visit) error {
	source, err := json.Marshal(v.Source)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO visit (tenant, id, channel_id, source, member_id, created_at, joined_at)
		VALUES ($1, $2, $3, $4, NULL, $5, NULL)`, v.Tenant, v.ID, v.Channel, string(source), verno.Micros(v.CreatedAt))
	return err
}

// JoinVisit notes who joined by a visit; the first one stays.
func (tx *Tx) JoinVisit(ctx context.Context, tenant verno.TenantID, id verno.VisitID, member verno.MemberID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE visit SET member_id = $1, joined_at = $2 WHERE tenant = $3 AND id = $4 AND member_id IS NULL`,
		member, verno.Micros(at), tenant, id)
	return err
}

// DeleteVisits forgets visits that were made before a time, up to a number of them, and says how many they were.
func (tx *Tx) DeleteVisits(ctx context.Context, tenant verno.TenantID, before time.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM visit WHERE tenant = $1 AND id IN
		(SELECT id FROM visit WHERE tenant = $1 AND id < $2 ORDER BY id LIMIT $3)`, tenant, firstOf(before), limit)
}

// Funnel is how many of those who came by one source went how far.
type Funnel struct {
	Channel verno.ChannelID
	Source  map[string]string
	Visits  int64
	Joined  int64
	Kept    int64 // have a card in the wallet of a phone
	Removed int64 // had one there, and have it no more
	Bought  int64 // at least once
	Again   int64 // at least twice
}

// Funnels counts the visits of one channel, or of all with the zero one, from a time to another, which is the end of time
// where it is zero: by channel and source. What is erased or merged counts by the account that it has become.
func (r *Reader) Funnels(ctx context.Context, tenant verno.TenantID, channel verno.ChannelID, from, until time.Time) ([]Funnel, error) {
	end := bytes.Repeat([]byte{0xff}, len(verno.VisitID{}))
	if !until.IsZero() {
		end = firstOf(until)
	}
	return queryAll(ctx, r, func(row Scanner) (f Funnel, err error) {
		var source string
		if err = row.Scan(&f.Channel, &source, &f.Visits, &f.Joined, &f.Kept, &f.Removed, &f.Bought, &f.Again); err == nil {
			err = json.Unmarshal([]byte(source), &f.Source)
		}
		return f, err
	}, `SELECT channel_id, source, COUNT(*), CAST(SUM(joined) AS BIGINT),
		CAST(SUM(CASE WHEN wallet = 2 THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN wallet = 1 THEN 1 ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN bought > 0 THEN 1 ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN bought > 1 THEN 1 ELSE 0 END) AS BIGINT) FROM (
			SELECT v.channel_id, v.source, CASE WHEN v.member_id IS NULL THEN 0 ELSE 1 END AS joined,
				(SELECT MAX(CASE WHEN h.removed_at IS NULL THEN 2 ELSE 1 END) FROM member m JOIN card c ON c.tenant = m.tenant AND c.member_id = COALESCE(m.merged_into, m.id)
					JOIN pass_history h ON h.tenant = c.tenant AND h.card_id = c.id WHERE m.tenant = v.tenant AND m.id = v.member_id) AS wallet,
				(SELECT COUNT(*) FROM (SELECT 1 FROM member m JOIN receipt r ON r.tenant = m.tenant AND r.owner_id = m.owner_id
					WHERE m.tenant = v.tenant AND m.id = v.member_id AND r.kind = 'sale' LIMIT 2) two) AS bought
			FROM visit v WHERE v.tenant = $1 AND (v.channel_id = $2 OR $2 IS NULL) AND v.id >= $3 AND v.id < $4) one
		GROUP BY channel_id, source ORDER BY channel_id, COUNT(*) DESC`,
		tenant, channel, firstOf(from), end)
}

// firstOf is the smallest identifier that could have been made at a time: identifiers begin with theirs.
func firstOf(at time.Time) []byte {
	var id verno.VisitID
	ms := uint64(max(at.UnixMilli(), 0))
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id[:]
}
