package api

import "github.com/verno-loyalty/verno"

// Row is a row of the access table, for the tests that walk it.
type Row struct {
	Public bool
	May    verno.Permission
}

// Access is the access table.
func Access() map[string]Row {
	rows := map[string]Row{}
	for route, r := range access {
		rows[route] = Row{r.public, r.may}
	}
	return rows
}

// Russian reports whether an operation and a resource have Russian words.
func Russian(operation, tag string) bool {
	return russian[operation] != "" && russianTags[tag][0] != "" && russianTags[tag][1] != ""
}

// HashOf and ShowReceipt are measured.
var (
	HashOf      = hashOf
	ShowReceipt = showReceipt
)

// What quotes and receipts say to people.
var (
	QuoteMessages   = quoteMessages
	ReceiptMessages = receiptMessages
)
