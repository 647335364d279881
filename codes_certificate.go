package verno

// certificateCodes are the codes of the certificates that passes are signed with.
var certificateCodes = map[string]CodeText{
	"certificate_unreadable": {
		EN: "This is no certificate that can be read. Send the .p12 from the keychain, or .pem files with the certificate and its key.",
		RU: "Сертификат прочитать не удалось. Пришлите .p12 из связки ключей или файлы .pem с сертификатом и ключом.",
	},
	"certificate_password": {EN: "The password does not open the .p12.", RU: "Пароль не подходит к файлу .p12."},
	"certificate_rounds": {
		EN: "The .p12 asks for so much computing to be opened that no tool writes it so. Export it anew from the keychain.",
		RU: "Чтобы открыть этот .p12, нужно неправдоподобно много вычислений: так его не пишет ни одна программа. Экспортируйте его из связки ключей заново.",
	},
	"certificate_without_nfc": {
		EN: "There are keys for readers in use, and this certificate may not sign cards with NFC: cards would fall silent at readers. Ask Apple for a certificate with NFC. If that is meant, import it all the same (--replace).",
		RU: "Ключи считывателей уже используются, а этот сертификат не может подписывать карты с NFC: считыватели перестанут их видеть. Запросите у Apple сертификат с NFC. Если так и задумано, импортируйте его всё равно (--replace).",
	},
	"certificate_no_key": {
		EN: "There is a certificate, and no private key. Export both together as .p12, or send the key's .pem too.",
		RU: "Есть сертификат, но нет закрытого ключа. Экспортируйте их вместе в .p12 или пришлите ещё и .pem с ключом.",
	},
	"certificate_key_sealed": {
		EN: "The private key is under a password. Take it off (openssl pkey -in key.pem -out open.pem), or send a .p12.",
		RU: "Закрытый ключ защищён паролем. Снимите защиту (openssl pkey -in key.pem -out open.pem) или пришлите .p12.",
	},
	"certificate_key_mismatch": {EN: "The private key belongs to another certificate.", RU: "Закрытый ключ — от другого сертификата."},
	"certificate_key_kind": {
		EN: "There must be one private key, RSA with 2048 to 4096 bits or P-256.",
		RU: "Нужен один закрытый ключ: RSA от 2048 до 4096 бит или P-256.",
	},
	"certificate_not_pass": {
		EN: "“{name}” is not a certificate for passes: its subject has no UID that begins with pass.",
		RU: "«{name}» — не сертификат для карт: в субъекте нет UID, который начинается с pass.",
	},
	"certificate_two_types": {
		EN: "The certificate names two pass types: {subject} in its subject, {extension} in its extension.",
		RU: "Сертификат называет два разных типа карт: {subject} в субъекте и {extension} в расширении.",
	},
	"certificate_other_type": {
		EN: "The certificate is for {given}, and cards are out as {current}: phones would never see a change of those again. If that is meant, import it all the same (--replace).",
		RU: "Сертификат выпущен для {given}, а карты уже розданы как {current}: они больше никогда не обновятся. Если так и задумано, импортируйте его всё равно (--replace).",
	},
	"certificate_no_team": {EN: "“{name}” does not say whose it is: its subject has no OU.", RU: "«{name}» не говорит, чей он: в субъекте нет OU."},
	"certificate_not_yet": {EN: "The certificate is good from {date} only.", RU: "Сертификат начнёт действовать только {date}."},
	"certificate_expired": {
		EN: "The certificate has expired on {date}. Make a new one at Apple for the same pass type and import it.",
		RU: "Срок сертификата истёк {date}. Выпустите у Apple новый для того же типа карт и импортируйте его.",
	},
	"certificate_chain": {
		EN: "The certificate of the issuer is missing: {issuer}. Send it too; Apple's G4 need not be sent.",
		RU: "Не хватает сертификата издателя: {issuer}. Пришлите и его; промежуточный G4 от Apple присылать не нужно.",
	},
	"certificate_none": {
		EN: "There is no certificate for Apple passes yet. Import one (verno certs import), or make one for trying out (verno certs selfsign).",
		RU: "Сертификата для карт Apple ещё нет. Импортируйте его (verno certs import) или сделайте пробный (verno certs selfsign).",
	},
}
