package verno

// accessCodes are the codes of log-ins, keys, tills and permissions.
var accessCodes = map[string]CodeText{
	"permission_missing": {
		EN: "You may not do this; it needs: {needed}.", RU: "Недостаточно прав; нужно: {needed}.",
		CashierEN: "Not allowed", CashierRU: "Нет прав",
	},
}
