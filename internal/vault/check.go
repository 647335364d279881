package vault

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
)

// The limits of a person's fields, in characters.
const (
	maxName        = 100
	maxCustom      = 50
	maxCustomKey   = 40
	maxCustomValue = 500
)

// Check brings a person's fields to their one form. It returns an invalid request that points at every field at fault:
// /phone, /email, /first_name, /last_name, /birthday, /gender, /custom/….
func (v *Vault) Check(p Person) (Person, error) {
	var faults verno.Faults
	var err error
	if p.Phone != "" {
		p.Phone, err = v.Phone(p.Phone)
		_ = faults.Add("", err)
	}
	if p.Email != "" {
		p.Email, err = Email(p.Email)
		_ = faults.Add("", err)
	}
	p.FirstName, p.LastName = verno.Single(p.FirstName), verno.Single(p.LastName)
	faults.Text("/first_name", p.FirstName, 0, maxName)
	faults.Text("/last_name", p.LastName, 0, maxName)
	if p.Birthday != "" && !isBirthday(p.Birthday) {
		faults.Say("/birthday", "date_invalid", "form", "YYYY-MM-DD, --MM-DD")
	}
	if p.Gender != "" {
		faults.OneOf("/gender", p.Gender, "female", "male", "other")
	}
	checkCustom(&faults, p.Custom)
	if err := faults.Err(); err != nil {
		return Person{}, err
	}
	return p, nil
}

func checkCustom(faults *verno.Faults, custom map[string]string) {
	if len(custom) > maxCustom {
		faults.Say("/custom", "too_many", "max", strconv.Itoa(maxCustom))
		return
	}
	for _, key := range slices.Sorted(maps.Keys(custom)) {
		if len(key) > maxCustomKey || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || key == "" {
			faults.Say("/custom", "text_invalid")
			continue
		}
		faults.Text("/custom/"+key, custom[key], 0, maxCustomValue)
	}
}

// isBirthday accepts a date since 1900, or a day of the year; 29 February is one.
func isBirthday(text string) bool {
	day, found := strings.CutPrefix(text, "--")
	if found {
		text = "2000-" + day
	}
	t, err := time.Parse(time.DateOnly, text)
	return err == nil && t.Year() >= 1900
}
