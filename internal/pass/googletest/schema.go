package googletest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// walletobjects is the part of the discovery document that is about what Verno sends; source says where it is from.
//
//go:embed walletobjects.json
var walletobjects []byte

// property is a property of a schema of the discovery document.
type property struct {
	Type       string    `json:"type"`
	Format     string    `json:"format"`
	Ref        string    `json:"$ref"`
	Enum       []string  `json:"enum"`
	Items      *property `json:"items"`
	Required   bool      `json:"required"`
	Deprecated bool      `json:"deprecated"`
}

var schemas = func() map[string]map[string]property {
	var file struct {
		Schemas map[string]map[string]property `json:"schemas"`
	}
	if err := json.Unmarshal(walletobjects, &file); err != nil {
		panic("googletest: " + err.Error())
	}
	return file.Schemas
}()

// check compares a value with a schema. Of a whole one all that is required must be there; of a patch only inside what it
// brings. Fields that the schema does not have are refused, as are the ones that Google has given up.
func check(at, schema string, value any, whole bool) error {
	fields, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: %T is no %s", at, value, schema)
	}
	known, ok := schemas[schema]
	if !ok {
		return fmt.Errorf("%s: there is no schema %s", at, schema)
	}
	for name, v := range fields {
		p, ok := known[name]
		switch {
		case !ok:
			return fmt.Errorf("invalid JSON payload received: unknown name %q at %s", name, at)
		case p.Deprecated:
			return fmt.Errorf("%s.%s is deprecated", at, name)
		case v == nil:
			continue
		}
		if err := p.check(at+"."+name, v); err != nil {
			return err
		}
	}
	for name, p := range known {
		if whole && p.Required && fields[name] == nil {
			return fmt.Errorf("%s.%s is required", at, name)
		}
	}
	return nil
}

func (p property) check(at string, value any) error {
	if p.Ref != "" {
		return check(at, p.Ref, value, true)
	}
	switch v := value.(type) {
	case string:
		return p.checkText(at, v)
	case json.Number:
		return p.checkNumber(at, v)
	case bool:
		if p.Type != "boolean" {
			return fmt.Errorf("%s: a boolean where a %s is wanted", at, p.Type)
		}
		return nil
	case []any:
		if p.Type != "array" {
			return fmt.Errorf("%s: a list where a %s is wanted", at, p.Type)
		}
		for i, one := range v {
			if err := p.Items.check(fmt.Sprintf("%s[%d]", at, i), one); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%s: %T where a %s is wanted", at, value, p.Type)
}

func (p property) checkText(at, v string) error {
	switch {
	case p.Type != "string":
		return fmt.Errorf("%s: a text where a %s is wanted", at, p.Type)
	case len(p.Enum) > 0 && !slices.Contains(p.Enum, v):
		return fmt.Errorf("%s: %q is none of %v", at, v, p.Enum)
	case p.Format == "int64":
		if _, err := strconv.ParseInt(v, 10, 64); err != nil {
			return fmt.Errorf("%s: %q is no int64", at, v)
		}
	}
	return nil
}

func (p property) checkNumber(at string, v json.Number) error {
	switch p.Type {
	case "number":
		return nil
	case "integer":
		if _, err := strconv.ParseInt(v.String(), 10, 32); err != nil {
			return fmt.Errorf("%s: %s is no int32", at, v)
		}
		return nil
	}
	return fmt.Errorf("%s: a number where a %s is wanted", at, p.Type)
}
