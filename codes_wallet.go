package verno

// walletCodes are the codes of what phones and readers are set up with.
var walletCodes = map[string]CodeText{
	"key_limit": {
		EN: "{most} keys of this kind are in use already. Retire one that no reader needs any more.",
		RU: "Уже используется ключей этого вида: {most}. Выведите из обращения тот, который больше не нужен ни одному считывателю.",
	},
}
