package api_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/web/api"
)

// TestEveryOperationHasARow holds the document against the access table, both ways.
func TestEveryOperationHasARow(t *testing.T) {
	t.Parallel()
	rows := api.Access()
	for _, op := range operations(t) {
		row, ok := rows[op.route]
		if !ok {
			t.Errorf("%s has no row", op.route)
			continue
		}
		delete(rows, op.route)
		if public := op.op.Security != nil && len(*op.op.Security) == 0; public != row.Public {
			t.Errorf("%s: the document says public: %v, the table %v", op.route, public, row.Public)
		}
		if !api.Russian(op.op.OperationID, op.op.Tags[0]) {
			t.Errorf("%s has no Russian words", op.op.OperationID)
		}
	}
	for route := range rows {
		t.Errorf("%s has a row, but there is no such operation", route)
	}
}

type operation struct {
	route string // as in the access table
	op    *openapi3.Operation
}

// operations lists the document's operations by route.
func operations(t *testing.T) []operation {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatal(err)
	}
	var all []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, operation{method + " " + strings.TrimPrefix(path, api.Base), op})
		}
	}
	slices.SortFunc(all, func(x, y operation) int { return strings.Compare(x.route, y.route) })
	return all
}

// attempt is a request that is good by form: parameters and body from the document's own examples.
func (b *bundle) attempt(op operation) request {
	b.t.Helper()
	method, path, _ := strings.Cut(op.route, " ")
	for _, p := range op.op.Parameters {
		switch {
		case p.Value.In == "path":
			path = strings.Replace(path, "{"+p.Value.Name+"}", fmt.Sprint(sampleOf(p.Value.Schema, 0)), 1)
		case p.Value.In == "query" && p.Value.Required:
			path += "?" + p.Value.Name + "=" + fmt.Sprint(sampleOf(p.Value.Schema, 0))
		}
	}
	q := request{do: method + " " + path, key: b.unique("key")}
	for _, p := range op.op.Parameters {
		if p.Value.Name == "If-Match" {
			q.match = `"1"`
		}
	}
	if op.op.RequestBody != nil {
		body := sampleOf(op.op.RequestBody.Value.Content.Get("application/json").Schema, 0).(m)
		maps.Copy(body, missing[op.route])
		q.body = body
	}
	return q
}

// missing is what the document cannot say that a body needs.
var missing = map[string]m{
	"POST /identifications":                 {"scan": "+79161234567"},
	"POST /members/lookup":                  {"scan": "+79161234567"},
	"POST /members/search":                  {"external_id": "x"},
	"POST /members:bulk_upsert":             {"members": []m{{"external_id": "x"}}},
	"POST /pictures":                        {"picture": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="},
	"POST /members/{id}/consents":           {"text": "Согласен", "granted": true, "purpose": "terms"},
	"POST /members/{id}/points/adjustments": {"points": 5, "reason": "goodwill"},
	"POST /members/{id}/payment_cards":      {"consent": m{"text": "Согласен"}},
	"POST /card_issues":                     {"name": "list.csv", "csv": "external_id\nx\n"},
	"POST /certificates":                    {"template_id": "tpl_01k9xq7c6jev0tsn8wd3f2g4hm"},
	"POST /news":                            {"text": m{"en": "Pies are back"}},
	"POST /staff":                           {"name": "Пётр", "login": "petr", "password": password, "role": "cashier"},
	"POST /api_keys":                        {"permissions": []string{"sell"}},
	"PUT /me/password":                      {"password": "другие тысячи обезьян"},
	"POST /top_ups":                         {"member_id": "mem_01k9xq7c6jev0tsn8wd3f2g4hm"},
	"POST /programmes":                      {"time_zone": "Europe/Moscow"},
	"PUT /programmes/{id}":                  {"time_zone": "Europe/Moscow"},
	"POST /members/{id}/merge":              {"from_member_id": "mem_01k9xq7c6jev0tsn8wd3f2g4hr"},
	"POST /terminals/{id}/heartbeat":        {"queue_depth": 0},
}

// sampleOf makes a value that a schema takes: what must be there, from examples where it has some.
func sampleOf(ref *openapi3.SchemaRef, depth int) any {
	s := ref.Value
	switch {
	case s.Example != nil:
		return s.Example
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type.Is("object"):
		value := m{}
		for _, name := range s.Required {
			value[name] = sampleOf(s.Properties[name], depth+1)
		}
		return value
	case s.Type.Is("array"):
		return []any{sampleOf(s.Items, depth+1)}
	case s.Type.Is("integer"):
		if s.Min != nil {
			return int64(*s.Min)
		}
		return 1
	case s.Type.Is("boolean"):
		return true
	case s.Format == "date-time":
		return "2026-11-22T10:00:00Z"
	default:
		return strings.Repeat("a", max(int(s.MinLength), 1))
	}
}

// TestWhoMayWhat walks every route with every role, with the till, with a key for each single permission, without a
// credential and with wrong ones.
func TestWhoMayWhat(t *testing.T) {
	t.Parallel()
	b := setup(t, storetest.Open(t, storetest.DSN(t, storetest.Engines(t)[0])), unlimited)
	type caller struct {
		name, token string
		may         verno.Permission
	}
	callers := []caller{{"till", b.token, verno.TerminalPermissions}}
	for _, role := range []verno.Role{
		verno.RoleOwner, verno.RoleMarketer, verno.RoleSupport, verno.RoleCashier, verno.RoleAuditor, verno.RolePrivacy,
	} {
		callers = append(callers, caller{string(role), b.newKey(role.Permissions()), role.Permissions()})
	}
	for _, scope := range verno.RoleOwner.Permissions().Scopes() {
		may, _ := verno.ParseScopes([]string{scope})
		callers = append(callers, caller{scope, b.newKey(may), may})
	}
	rows := api.Access()
	for _, op := range operations(t) {
		row := rows[op.route]
		for name, wrong := range map[string]string{
			"nobody": "none", "a stranger": "sk_live_00000000000000000000000000000000", "noise": "Ж", "a session": "vs_00000000000000000000000000000000",
		} {
			q := b.attempt(op)
			q.token = wrong
			r := b.ask(q)
			if !row.Public && (r.status != 401 || r.header.Get("WWW-Authenticate") == "") || row.Public && r.str("code") == "credential_missing" {
				t.Errorf("%s by %s: %d %s", op.route, name, r.status, r.raw)
			}
		}
		for _, c := range callers {
			q := b.attempt(op)
			q.token = c.token
			r := b.ask(q)
			refused := r.status == 403 && r.str("code") == "permission_missing"
			if may := row.Public || c.may.Has(row.May); may == refused && (!may || !looksAgain[op.route]) {
				t.Errorf("%s by %s, may %v: %d %s", op.route, c.name, may, r.status, r.raw)
			}
			if r.status == 401 && r.str("code") != "pin_failed" && !row.Public || r.status >= 500 {
				t.Errorf("%s by %s: %d %s", op.route, c.name, r.status, r.raw)
			}
		}
	}
}

// looksAgain are routes that any credential passes, behind which the use case still asks for a permission, because
// whoever lacks it may do the same to himself, or with the member's presence.
var looksAgain = map[string]bool{
	"PUT /members/{id}/aim": true, "POST /members/{id}/payment_cards": true,
	"GET /terminals/{id}": true, "GET /terminals/{id}/snapshot": true, "GET /staff/{id}": true,
}
