package code

import (
	"fmt"
	"io"

	"github.com/verno-loyalty/verno"
)

// Machine is what a printed or passed-on barcode carries: a version digit, 39 random digits (129 bits, so that guessing
// is hopeless) and two check digits. It never changes by itself and may be copied, so a till lets it do little.
type Machine string

const (
	machineVersion = '1'
	machineLength  = 1 + 39 + 2
)

// NewMachine makes a machine code.
func NewMachine(entropy io.Reader) Machine {
	body := string(machineVersion) + randomDigits(39, entropy)
	return Machine(body + fmt.Sprintf("%02d", 98-mod97(body+"00")))
}

// ParseMachine reads a machine code. It returns the invalid error code_unreadable for anything else.
func ParseMachine(digits string) (Machine, error) {
	if len(digits) != machineLength || digits[0] != machineVersion || !allDigits(digits) || mod97(digits) != 1 {
		return "", verno.Invalid("code_unreadable")
	}
	return Machine(digits), nil
}
