package pass

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The styles of pass.json. posterGeneric stands beside another one.
var (
	legacyStyles = []string{"boardingPass", "coupon", "eventTicket", "generic", "storeCard"}
	fieldGroups  = []string{
		"headerFields", "primaryFields", "secondaryFields", "auxiliaryFields", "backFields", "footerFields", "additionalInfoFields",
	}
	barcodeFormats = []string{"QR", "PDF417", "Aztec", "Code128", "Code39", "Codabar", "EAN13", "I2of5"}
	appleColour    = regexp.MustCompile(`^(rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)|#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6})$`)
	appleMoment    = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$`)
	onlyLinks      = regexp.MustCompile(`<a\s+href\s*=\s*("[^"]*"|'[^']*')\s*>|</a>`)
)

// rules hold pass.json to what Apple says of its keys.
func (r *Report) rules(now time.Time) {
	p := r.Pass
	if p["formatVersion"] != json.Number("1") {
		r.fault("/formatVersion", "format_version", "must be 1")
	}
	for _, key := range []string{"passTypeIdentifier", "serialNumber", "teamIdentifier", "organizationName", "description"} {
		if text(p, key) == "" {
			r.fault("/"+key, "required", "must be given")
		}
	}
	if c := r.Certificate; c != nil && (c.PassType != r.PassType || c.Team != r.Team) {
		r.fault("/passTypeIdentifier", "identity",
			fmt.Sprintf("pass type and team are not those of the certificate, %s and %s", c.PassType, c.Team))
	}
	r.style()
	r.service()
	for _, key := range []string{"backgroundColor", "foregroundColor", "labelColor", "stripColor", "footerBackgroundColor"} {
		if c := text(p, key); c != "" && !appleColour.MatchString(c) {
			r.fault("/"+key, "colour", "must be rgb(r,g,b), #rgb or #rrggbb")
		}
	}
	for _, key := range []string{"expirationDate", "relevantDate"} {
		r.moment("/"+key, p[key])
	}
	if at, err := time.Parse(time.RFC3339, text(p, "expirationDate")); err == nil && now.After(at) {
		r.warn("/expirationDate", "expired", "lies in the past")
	}
	r.codes()
	r.relevance()
	r.nfc()
}

func (r *Report) style() {
	n := 0
	for _, style := range append(slices.Clone(legacyStyles), "posterGeneric") {
		fields, ok := r.Pass[style].(map[string]any)
		if !ok {
			continue
		}
		if style != "posterGeneric" {
			n++
		}
		r.Styles = append(r.Styles, style)
		r.fields(style, fields)
	}
	if n != 1 {
		r.fault("", "style", "must have exactly one of "+strings.Join(legacyStyles, ", "))
	}
}

func (r *Report) fields(style string, groups map[string]any) {
	seen := map[string]bool{}
	for _, group := range fieldGroups {
		list, _ := groups[group].([]any)
		for i, one := range list {
			at := "/" + style + "/" + group + "/" + strconv.Itoa(i)
			f, ok := one.(map[string]any)
			key := text(f, "key")
			if !ok || key == "" {
				r.fault(at, "field_key", "is no field with a key")
				continue
			}
			if seen[key] {
				r.fault(at+"/key", "field_key_twice", fmt.Sprintf("the key %q stands twice in the style", key))
			}
			seen[key] = true
			r.Fields = append(r.Fields, ReportField{style, group, key, text(f, "label"), shown(f["value"]), text(f, "changeMessage")})
			r.field(at, group, f)
		}
	}
}

// field holds one field to what its value and group allow.
func (r *Report) field(at, group string, f map[string]any) {
	s, isText := f["value"].(string)
	number, isNumber := f["value"].(json.Number)
	if !isText && !isNumber {
		r.fault(at+"/value", "field_value", "must be a text or a number")
	}
	if isNumber && (len(number) > 40 || strings.ContainsAny(number.String(), "eE")) {
		r.fault(at+"/value", "field_value", "is a number that phones do not read")
	}
	dated := f["dateStyle"] != nil || f["timeStyle"] != nil
	if dated && !appleMoment.MatchString(s) {
		r.fault(at+"/value", "date", "is no date with its zone: the pass would not open")
	}
	if !isNumber && (f["numberStyle"] != nil || f["currencyCode"] != nil) {
		r.fault(at+"/value", "number", "has the style of a number and is none")
	}
	if f["numberStyle"] != nil && f["currencyCode"] != nil {
		r.warn(at, "number_or_currency", "has the style of a number and a currency: one of them is left out")
	}
	if f["textAlignment"] != nil && (group == "primaryFields" || group == "backFields") {
		r.warn(at+"/textAlignment", "alignment", "does nothing in this group")
	}
	if change, ok := f["changeMessage"].(string); ok && !strings.Contains(change, "%@") {
		r.warn(at+"/changeMessage", "change_message", "has no %@: a change would be announced without words")
	}
	if rich := text(f, "attributedValue"); strings.ContainsAny(onlyLinks.ReplaceAllString(rich, ""), "<>") {
		r.fault(at+"/attributedValue", "attributed_value", `may have <a href="…"> only`)
	}
}

func (r *Report) service() {
	address, token := text(r.Pass, "webServiceURL"), text(r.Pass, "authenticationToken")
	switch {
	case address == "" && token == "":
	case address == "" || token == "":
		r.fault("/webServiceURL", "web_service", "and authenticationToken need each other")
	case !strings.HasPrefix(address, "https://"):
		r.fault("/webServiceURL", "web_service", "must begin with https://")
	case len(token) < 16:
		r.fault("/authenticationToken", "web_service", "must have 16 characters or more")
	}
	if strings.HasSuffix(address, "/") {
		r.warn("/webServiceURL", "web_service_slash", "ends in a slash: some phones will ask for //v1")
	}
}

func (r *Report) moment(at string, v any) {
	if v == nil {
		return
	}
	if s, ok := v.(string); !ok || !appleMoment.MatchString(s) {
		r.fault(at, "date", "is no date with its zone: the pass would not open")
	}
}

func (r *Report) codes() {
	list, _ := r.Pass["barcodes"].([]any)
	if single, ok := r.Pass["barcode"]; ok && len(list) == 0 {
		list = []any{single}
	}
	for i, one := range list {
		at := "/barcodes/" + strconv.Itoa(i)
		c, _ := one.(map[string]any)
		format := strings.TrimPrefix(text(c, "format"), "PKBarcodeFormat")
		if !slices.Contains(barcodeFormats, format) {
			r.fault(at+"/format", "code_format", "is no format that phones know")
		}
		message, encoding := text(c, "message"), strings.ToLower(text(c, "messageEncoding"))
		if message == "" || encoding == "" {
			r.fault(at, "code_message", "needs message and messageEncoding")
		}
		if encoding == "iso-8859-1" && encodingOf(message) != encoding {
			r.fault(at+"/messageEncoding", "code_encoding", "cannot write the message")
		}
		r.Codes = append(r.Codes, ReportCode{format, message})
	}
	if len(r.Codes) > 0 && !slices.ContainsFunc(r.Codes, func(c ReportCode) bool { return slices.Contains(barcodeFormats[:4], c.Format) }) {
		r.warn("/barcodes", "code_new", "only iOS 27 shows these formats; put an older one after them")
	}
}

// relevance looks at where and when the pass comes up.
func (r *Report) relevance() {
	for _, key := range []string{"locations", "beacons"} {
		if list, _ := r.Pass[key].([]any); len(list) > 10 {
			r.fault("/"+key, "too_many", "phones take 10 at most")
		}
	}
	places, _ := r.Pass["locations"].([]any)
	for i, one := range places {
		o, _ := one.(map[string]any)
		if !between(o["latitude"], 90) || !between(o["longitude"], 180) {
			r.fault("/locations/"+strconv.Itoa(i), "location", "needs latitude and longitude in degrees")
		}
	}
	dates, _ := r.Pass["relevantDates"].([]any)
	for i, one := range dates {
		o, _ := one.(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(o)) {
			r.moment("/relevantDates/"+strconv.Itoa(i)+"/"+key, o[key])
		}
	}
	dated := len(dates) > 0 || r.Pass["relevantDate"] != nil
	if (r.Pass["coupon"] != nil || r.Pass["storeCard"] != nil) && dated && len(places) == 0 {
		r.warn("/relevantDates", "relevance", "coupons and store cards come up by places only")
	}
}

// between says that a number lies within limits on both sides of zero.
func between(v any, limit int64) bool {
	n, ok := v.(json.Number)
	if !ok || len(n) > 40 || strings.ContainsAny(n.String(), "eE") {
		return false
	}
	q, ok := new(big.Rat).SetString(n.String())
	return ok && q.Abs(q).Cmp(big.NewRat(limit, 1)) <= 0
}

func (r *Report) nfc() {
	o, ok := r.Pass["nfc"].(map[string]any)
	if !ok {
		return
	}
	if message := text(o, "message"); message == "" || len(message) > 64 {
		r.fault("/nfc/message", "nfc_message", "must have 1 to 64 bytes")
	}
	key, err := base64.StdEncoding.DecodeString(text(o, "encryptionPublicKey"))
	if err != nil || len(key) != len(compressedKey)+33 || !bytes.HasPrefix(key, compressedKey) {
		r.fault("/nfc/encryptionPublicKey", "nfc_key", "must be a P-256 key with a compressed point, DER in base64")
	}
	if r.Certificate != nil && !r.Certificate.NFC {
		r.fault("/nfc", "nfc_certificate", "the certificate is not for passes with NFC")
	}
}

// exact are the pictures that have one size in points, and widest those that may be smaller.
var (
	exact = map[string][][2]int{
		"icon": {{38, 38}, {29, 29}}, "strip": {{375, 144}, {375, 98}, {375, 123}}, "thumbnail": {{90, 90}},
		"background": {{180, 220}, {345, 505}}, "artwork": {{358, 448}},
	}
	widest = map[string][2]int{"logo": {160, 50}, "primaryLogo": {126, 30}, "secondaryLogo": {135, 12}, "footer": {286, 15}}
)

// pictures looks at sizes, without decoding pixels.
func (r *Report) pictures(files map[string][]byte) {
	if files["icon.png"] == nil && files["icon@2x.png"] == nil && files["icon@3x.png"] == nil {
		r.fault("icon.png", "icon_missing", "is not there: the pass would not open")
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		base, ok := strings.CutSuffix(name[strings.LastIndex(name, "/")+1:], ".png")
		if !ok {
			continue
		}
		head, err := png.DecodeConfig(bytes.NewReader(files[name]))
		if err != nil {
			r.fault(name, "picture", "is no PNG")
			continue
		}
		scale := 1
		for n, suffix := range map[int]string{2: "@2x", 3: "@3x"} {
			if short, ok := strings.CutSuffix(base, suffix); ok {
				base, scale = short, n
			}
		}
		if scale == 1 && (files[base+"@2x.png"] == nil || files[base+"@3x.png"] == nil) {
			r.warn(name, "picture_scales", "has no @2x or no @3x beside it")
		}
		r.pictureSize(name, base, [2]int{head.Width, head.Height}, scale)
	}
}

func (r *Report) pictureSize(name, base string, size [2]int, scale int) {
	is := fmt.Sprintf("is %d × %d pixels", size[0], size[1])
	if sizes, ok := exact[base]; ok && !slices.ContainsFunc(sizes, func(s [2]int) bool { return size == [2]int{s[0] * scale, s[1] * scale} }) {
		r.warn(name, "picture_size", fmt.Sprintf("%s; should be %d × %d", is, sizes[0][0]*scale, sizes[0][1]*scale))
	}
	if most, ok := widest[base]; ok && (size[0] > most[0]*scale || size[1] > most[1]*scale) {
		r.warn(name, "picture_size", fmt.Sprintf("%s; should be %d × %d at most", is, most[0]*scale, most[1]*scale))
	}
}
