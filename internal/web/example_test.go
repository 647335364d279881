package web_test

import (
	"fmt"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// What a till has got wrong is told field by field, and nothing is taken for what it is not.
func ExampleDecode() {
	var line struct {
		ID       string         `json:"id" maxLength:"64"`
		Quantity money.Quantity `json:"quantity"`
		Price    int64          `json:"price" minimum:"0" maximum:"1000000000000"`
	}
	err := web.Decode([]byte(`{"id":"1","Quantity":"2","quantity":"1,5","price":1e3}`), &line)
	for _, f := range verno.AsError(err).Fields {
		fmt.Println(f.Pointer, f.Code)
	}
	// Output:
	// /Quantity unknown_field
	// /quantity quantity_invalid
	// /price number_invalid
}
