package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// tags are the resources, in the order of the reference.
var tags = []*huma.Tag{
	{Name: "checkouts", Description: "Identify, quote, commit: a sale at the till."},
	{Name: "receipts", Description: "What was sold and what came back."},
	{Name: "operations", Description: "What became of a request whose answer was lost."},
	{Name: "wallets", Description: "Stored money and reserved value."},
	{Name: "admissions", Description: "Who was let in by a pass or a ticket."},
	{Name: "members", Description: "Who has joined, and what they have."},
	{Name: "cards", Description: "Carriers of a member's identity."},
	{Name: "programmes", Description: "The terms: drafted, published as versions, rolled back."},
	{Name: "promotions", Description: "The rules of a programme."},
	{Name: "channels", Description: "The ways to join, and how far those went who came by each."},
	{Name: "stores", Description: "Places that sell, and the legal entities behind them."},
	{Name: "terminals", Description: "Tills: paired, seen, revoked."},
	{Name: "access", Description: "Staff, sessions, API keys."},
	{Name: "feed", Description: "Everything that has happened, numbered without gaps and provable."},
}

// tagsInBoth gives the resources their Russian names too.
func tagsInBoth() []*huma.Tag {
	both := make([]*huma.Tag, len(tags))
	for i, t := range tags {
		ru := russianTags[t.Name]
		both[i] = &huma.Tag{
			Name: t.Name, Description: t.Description, Extensions: map[string]any{"x-name-ru": ru[0], "x-description-ru": ru[1]},
		}
	}
	return both
}

// arraysOnce makes huma describe a list as a list: ours are never null.
var arraysOnce = sync.OnceFunc(func() { huma.DefaultArrayNullable = false })

// documentOf writes the OpenAPI 3.1 document of the operations. One set of operations always gives the same bytes.
func documentOf(operations []registered, version string) []byte {
	arraysOnce()
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	aliasText(registry)
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Verno", Version: version,
			Description: "A loyalty programme and a closed-loop wallet for tills. Amounts are integers in minor units, points integers in the programme's smallest unit, quantities and percents decimal texts. What moves value takes an Idempotency-Key and happens exactly once.",
			Extensions:  map[string]any{"x-description-ru": "Программа лояльности и кошелёк одной сети для касс. Суммы — целые числа в минимальных единицах валюты, баллы — целые в минимальных единицах программы, количества и проценты — десятичные строки. Всё, что двигает ценности, принимает Idempotency-Key и выполняется ровно один раз."},
			License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
		},
		Servers: []*huma.Server{{URL: "/"}},
		Tags:    tagsInBoth(),
		Components: &huma.Components{
			Schemas: registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer": {Type: "http", Scheme: "bearer", Description: "An API key (sk_…), the token of a paired till (tt_…) or that of a session (vs_…)."},
				"cashier": {
					Type: "apiKey", In: "header", Name: SessionHeader, Description: "The cashier's session, beside the token of the till where it was opened.",
				},
			},
		},
	}
	problem := registry.Schema(reflect.TypeFor[web.Problem](), true, "")
	var order []string // Paths are sorted in JSON; whoever draws the document wants the order of the work.
	for _, op := range operations {
		doc.AddOperation(describe(registry, op, problem))
		order = append(order, op.id)
	}
	doc.Extensions = map[string]any{"x-order": order}
	raw, err := json.Marshal(doc)
	if err != nil {
		panic("api: the document cannot be written: " + err.Error())
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "\t"); err != nil {
		panic("api: the document is not JSON: " + err.Error())
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// describe is an operation as the document has it.
func describe(registry huma.Registry, op registered, problem *huma.Schema) *huma.Operation {
	method, path, _ := strings.Cut(op.route, " ")
	d := &huma.Operation{
		OperationID: op.id, Method: method, Path: Base + path, Tags: []string{op.tag}, Summary: op.summary, Description: op.detail,
		Parameters: parameters(registry, op.in), Extensions: map[string]any{"x-summary-ru": russian[op.id]},
	}
	may := access[op.route]
	if may.public {
		d.Security = []map[string][]string{}
	} else {
		d.Security = []map[string][]string{{"bearer": {}}}
		if verno.TerminalPermissions.Has(may.may) {
			d.Security = append(d.Security, map[string][]string{"bearer": {}, "cashier": {}})
		}
		d.Extensions["x-permissions"] = may.may.Scopes()
	}
	if len(op.codes) > 0 {
		d.Extensions["x-codes"] = op.codes
	}
	switch op.keyed {
	case keyNeeded, keyOptional:
		longest := maxKey
		d.Parameters = append(d.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Required: op.keyed == keyNeeded,
			Description: "Names the operation for ever: the same key and body get the same answer, another body 422.",
			Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: &longest, Pattern: "^[!-~]+$"},
		})
	}
	if op.matched {
		d.Parameters = append(d.Parameters, &huma.Param{
			Name: "If-Match", In: "header", Required: true, Description: "The ETag of what was read.",
			Schema: &huma.Schema{Type: huma.TypeString, Pattern: `^"[1-9][0-9]*"$`},
		})
	}
	if body, ok := op.in.FieldByName("Body"); ok {
		d.RequestBody = &huma.RequestBody{Required: true, Content: content("application/json", registry.Schema(body.Type, true, ""))}
		if op.line != nil {
			d.RequestBody.Content[web.LinesMedia] = &huma.MediaType{Schema: registry.Schema(op.line, true, "")}
		}
	}
	d.Responses = responses(registry, op, problem)
	return d
}

func content(media string, schema *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{media: {Schema: schema}}
}

func responses(registry huma.Registry, op registered, problem *huma.Schema) map[string]*huma.Response {
	done := &huma.Response{Description: http.StatusText(op.status)}
	status := op.status
	switch op.out {
	case reflect.TypeFor[none]():
		status = http.StatusNoContent
		done.Description = http.StatusText(status)
	case reflect.TypeFor[table]():
		done.Content = content(web.TableMedia, &huma.Schema{Type: huma.TypeString})
	default:
		done.Content = content("application/json", registry.Schema(op.out, true, ""))
	}
	text := &huma.Schema{Type: huma.TypeString}
	headers := map[string]*huma.Param{"X-Request-Id": {Description: "Name of the request, for questions about it.", Schema: text}}
	if op.keyed != unkeyed {
		headers["Idempotent-Replayed"] = &huma.Param{Description: "true where the answer is that of an earlier request with the key.", Schema: text}
	}
	done.Headers = headers
	all := map[string]*huma.Response{
		strconv.Itoa(status): done,
		"default":            {Description: "An error, as RFC 9457 has it.", Content: content("application/problem+json", problem)},
	}
	if slices.Contains(op.codes, "totals_changed") {
		conflict := content("application/problem+json", registry.Schema(reflect.TypeFor[TotalsChanged](), true, ""))
		all["409"] = &huma.Response{Description: "The world has changed; with totals_changed comes the new quote.", Content: conflict}
	}
	if slices.Contains(op.codes, "receipt_exists") || slices.Contains(op.codes, "checkout_committed") {
		taken := content("application/problem+json", registry.Schema(reflect.TypeFor[Taken](), true, ""))
		all["422"] = &huma.Response{Description: "Refused or wrong; with receipt_exists and checkout_committed comes what is there already.", Content: taken}
	}
	if slices.Contains(op.codes, "hold_short") {
		short := content("application/problem+json", registry.Schema(reflect.TypeFor[HoldShort](), true, ""))
		all["422"] = &huma.Response{Description: "Refused or wrong; with hold_short comes how much can be captured.", Content: short}
	}
	if strings.Contains(op.detail, "dry_run") {
		all["200"] = &huma.Response{Description: "What would come of it.", Content: done.Content, Headers: headers}
	}
	return all
}

// parameters describes the fields of a request that stand in its path and query.
func parameters(registry huma.Registry, in reflect.Type) []*huma.Param {
	var list []*huma.Param
	for _, f := range reflect.VisibleFields(in) {
		p := &huma.Param{Description: f.Tag.Get("doc"), Required: f.Tag.Get("required") == "true"}
		if p.Name = f.Tag.Get("path"); p.Name != "" {
			p.In, p.Required = "path", true
		} else if p.Name = f.Tag.Get("query"); p.Name != "" {
			p.In = "query"
		} else {
			continue
		}
		p.Schema = huma.SchemaFromField(registry, f, "")
		p.Schema.Description = ""
		if p.Schema.Type == huma.TypeArray {
			explode := false
			p.Style, p.Explode = "form", &explode
		}
		list = append(list, p)
	}
	return list
}

// aliasText teaches the registry the texts of the words: an identifier of each kind, quantities, percents.
func aliasText(r huma.Registry) {
	aliasID[verno.TenantID](r)
	aliasID[verno.IssuerID](r)
	aliasID[verno.PartnerID](r)
	aliasID[verno.ProgrammeID](r)
	aliasID[verno.PromotionID](r)
	aliasID[verno.TemplateID](r)
	aliasID[verno.AdmissionID](r)
	aliasID[verno.NewsID](r)
	aliasID[verno.ChannelID](r)
	aliasID[verno.UnitID](r)
	aliasID[verno.StoreID](r)
	aliasID[verno.TerminalID](r)
	aliasID[verno.StaffID](r)
	aliasID[verno.SessionID](r)
	aliasID[verno.APIKeyID](r)
	aliasID[verno.MemberID](r)
	aliasID[verno.OwnerID](r)
	aliasID[verno.CardID](r)
	aliasID[verno.ReceiptID](r)
	aliasID[verno.EntryID](r)
	aliasID[verno.LotID](r)
	aliasID[verno.HoldID](r)
	aliasID[verno.ConfirmationID](r)
	aliasID[verno.TaskID](r)
	aliasID[verno.ConsentID](r)
	aliasID[verno.LinkID](r)
	aliasID[verno.PaymentCardID](r)
	aliasID[verno.IssueID](r)
	aliasID[verno.ProofID](r)
	r.RegisterTypeAlias(reflect.TypeFor[money.Quantity](), reflect.TypeFor[quantityText]())
	r.RegisterTypeAlias(reflect.TypeFor[money.Percent](), reflect.TypeFor[percentText]())
}

func aliasID[ID prefixed](r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[ID](), reflect.TypeFor[idText[ID]]())
}

type prefixed interface{ Prefix() string }

// idText describes an identifier.
type idText[ID prefixed] struct{}

// Schema is the identifier's form.
func (idText[ID]) Schema(huma.Registry) *huma.Schema {
	var id ID
	return &huma.Schema{Type: huma.TypeString, Pattern: "^" + id.Prefix() + "_[0-9a-hjkmnp-tv-z]{26}$", Examples: []any{id.Prefix() + "_01k9xq7c6jev0tsn8wd3f2g4hm"}}
}

type quantityText struct{}

// Schema is the form of a quantity.
func (quantityText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[0-9]{1,7}(\.[0-9]{1,3})?$`}
}

type percentText struct{}

// Schema is the form of a percent.
func (percentText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^[0-9]{1,4}(\.[0-9]{1,2})?$`}
}
