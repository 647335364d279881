package googletest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// kinds are the verticals, by the name that addresses have.
var kinds = map[string]string{
	"loyalty": "Loyalty", "offer": "Offer", "giftCard": "GiftCard", "eventTicket": "EventTicket", "generic": "Generic",
}

// resource is a kind of thing at an address, such as loyaltyObject.
type resource struct {
	vertical string
	object   bool
}

func resourceOf(name string) (resource, bool) {
	vertical, object := strings.CutSuffix(name, "Object")
	if !object {
		vertical = strings.TrimSuffix(name, "Class")
	}
	_, known := kinds[vertical]
	return resource{vertical, object}, known && vertical != name
}

func (r resource) schema() string {
	if r.object {
		return kinds[r.vertical] + "Object"
	}
	return kinds[r.vertical] + "Class"
}

var suffixes = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// checkID is an identifier of the issuer.
func (g *Google) checkID(id string) error {
	issuer, suffix, _ := strings.Cut(id, ".")
	if issuer != g.Issuer || !suffixes.MatchString(suffix) {
		return fmt.Errorf("invalid resource ID: %s", id)
	}
	return nil
}

// checkWritten is what the written rules say beside the schemas.
func (g *Google) checkWritten(r resource, body map[string]any, whole bool) error {
	for _, limit := range []struct {
		field string
		most  int
	}{{"merchantLocations", 10}, {"textModulesData", 10}, {"messages", 10}, {"imageModulesData", 1}, {"valueAddedModuleData", 15}} {
		if list, _ := body[limit.field].([]any); len(list) > limit.most {
			return fmt.Errorf("%s: %d where %d is the most", limit.field, len(list), limit.most)
		}
	}
	if err := checkDeep(body); err != nil {
		return err
	}
	if text, _ := body["smartTapRedemptionValue"].(string); strings.ContainsFunc(text, func(r rune) bool { return r > 126 }) {
		return errors.New("smartTapRedemptionValue: only ASCII")
	}
	if r.object {
		return g.checkClassOf(r, body, whole)
	}
	return nil
}

// checkClassOf sees to it that an object's class is there, of its kind, and no draft.
func (g *Google) checkClassOf(r resource, body map[string]any, whole bool) error {
	id, there := body["classId"].(string)
	if !there && !whole {
		return nil
	}
	class, ok := g.kept[resource{r.vertical, false}][id]
	if !ok {
		return fmt.Errorf("class %s not found", id)
	}
	if class["reviewStatus"] == "DRAFT" {
		return fmt.Errorf("class %s is a draft", id)
	}
	return nil
}

// checkReview is what a class may say of its review, and what Google makes of it.
func checkReview(r resource, body, had map[string]any) error {
	if r.object || r.vertical == "generic" {
		return nil
	}
	switch status, _ := body["reviewStatus"].(string); {
	case status == "UNDER_REVIEW":
		body["reviewStatus"] = "APPROVED"
		return nil
	case status == "DRAFT" && (had == nil || had["reviewStatus"] == "DRAFT"):
		return nil
	default:
		return fmt.Errorf("invalid review status Optional[%s]", status)
	}
}

// checkDeep looks at what occurs at any depth.
func checkDeep(value any) error {
	switch v := value.(type) {
	case []any:
		for _, one := range v {
			if err := checkDeep(one); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := checkOne(v); err != nil {
			return err
		}
		for _, one := range v {
			if err := checkDeep(one); err != nil {
				return err
			}
		}
	}
	return nil
}

var moduleIDs = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

func checkOne(v map[string]any) error {
	if balance, ok := v["balance"].(map[string]any); ok && v["currencyCode"] == nil {
		_, money := balance["micros"]
		if forms := len(withoutNulls(balance)); forms != 1 && !money {
			return fmt.Errorf("balance: exactly one of string, int, double and money, not %d", forms)
		}
	}
	if source, ok := v["sourceUri"].(map[string]any); ok {
		if uri, _ := source["uri"].(string); !strings.HasPrefix(uri, "https://") {
			return fmt.Errorf("the image %q is not public", uri)
		}
	}
	if list, ok := v["textModulesData"].([]any); ok {
		seen := map[any]bool{}
		for _, one := range list {
			module, _ := one.(map[string]any)
			id, _ := module["id"].(string)
			if seen[id] || !moduleIDs.MatchString(id) {
				return fmt.Errorf("textModulesData: the id %q is doubled or has other than letters, digits, _ and -", id)
			}
			seen[id] = true
		}
	}
	if list, ok := v["valueAddedModuleData"].([]any); ok {
		for _, one := range list {
			module, _ := one.(map[string]any)
			if longer(module["header"], 60) || longer(module["body"], 50) {
				return errors.New("valueAddedModuleData: header or body are too long")
			}
		}
	}
	if totp, ok := v["totpDetails"].(map[string]any); ok {
		return checkTOTP(totp, v["valuePattern"])
	}
	return nil
}

func longer(text any, most int) bool {
	s, _ := text.(string)
	return utf8.RuneCountInString(s) > most
}

var base16 = regexp.MustCompile(`^([0-9A-Fa-f]{2})+$`)

func checkTOTP(totp map[string]any, pattern any) error {
	text, _ := pattern.(string)
	list, _ := totp["parameters"].([]any)
	if totp["algorithm"] != "TOTP_SHA1" || len(list) == 0 {
		return errors.New("totpDetails: no algorithm or no parameters")
	}
	for i, one := range list {
		p, _ := one.(map[string]any)
		key, _ := p["key"].(string)
		if !base16.MatchString(key) || !strings.Contains(text, fmt.Sprintf("{totp_value_%d}", i)) {
			return fmt.Errorf("totpDetails: parameter %d is not in Base16 or not in the pattern", i)
		}
	}
	return nil
}
