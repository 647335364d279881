package verno

// certificateCodes are the codes of the certificates that passes are signed with.
var certificateCodes = map[string]CodeText{
	"certificate_unreadable": {
		EN: "This certificate cannot be read. Use the .p12 from Keychain Access, or .pem files with the certificate and its key.",
		RU: "Сертификат прочитать не удалось. Нужен .p12 из «Связки ключей» или файлы .pem с сертификатом и ключом.",
	},
	"certificate_password": {EN: "Wrong password for the .p12 file.", RU: "Пароль не подходит к файлу .p12."},
	"certificate_rounds": {
		EN: "This .p12 file is damaged: opening it would take far too much computing. Export it again from Keychain Access.",
		RU: "Файл .p12 повреждён: чтобы его открыть, нужно слишком много вычислений. Экспортируйте его из «Связки ключей» заново.",
	},
	"certificate_without_nfc": {
		EN: "NFC reader keys are in use, but this certificate cannot sign cards with NFC: readers would stop seeing them. Ask Apple for a certificate with NFC, or import this one anyway (--replace).",
		RU: "Ключи считывателей уже используются, а этот сертификат не может подписывать карты с NFC: считыватели перестанут их видеть. Запросите у Apple сертификат с NFC или импортируйте этот всё равно (--replace).",
	},
	"certificate_no_key": {
		EN: "The private key is missing. Export it together with the certificate as .p12, or add the key's .pem file.",
		RU: "Нет закрытого ключа. Экспортируйте его вместе с сертификатом в .p12 или добавьте .pem с ключом.",
	},
	"certificate_key_sealed": {
		EN: "The private key is protected with a password. Remove it (openssl pkey -in key.pem -out open.pem), or use a .p12 file.",
		RU: "Закрытый ключ защищён паролем. Снимите защиту (openssl pkey -in key.pem -out open.pem) или возьмите файл .p12.",
	},
	"certificate_key_mismatch": {EN: "The private key belongs to another certificate.", RU: "Закрытый ключ — от другого сертификата."},
	"certificate_key_kind": {
		EN: "Exactly one private key is needed: RSA of 2048 to 4096 bits, or P-256.",
		RU: "Нужен один закрытый ключ: RSA от 2048 до 4096 бит или P-256.",
	},
	"certificate_not_pass": {
		EN: "“{name}” is not a pass certificate: its subject has no UID that begins with pass.",
		RU: "«{name}» — не сертификат для карт: в субъекте нет UID, который начинается с pass.",
	},
	"certificate_two_types": {
		EN: "The certificate names two pass types: {subject} in the subject and {extension} in the extension.",
		RU: "Сертификат называет два разных типа карт: {subject} в субъекте и {extension} в расширении.",
	},
	"certificate_other_type": {
		EN: "The certificate is for {given}, but existing cards use {current}: they would never update again. To import it anyway, use --replace.",
		RU: "Сертификат выпущен для {given}, а выданные карты — для {current}: они больше не обновятся. Чтобы импортировать его всё равно, укажите --replace.",
	},
	"certificate_no_team": {EN: "“{name}” does not name its team: the subject has no OU.", RU: "В сертификате «{name}» не указана команда: в субъекте нет OU."},
	"certificate_not_yet": {EN: "The certificate is not valid until {date}.", RU: "Сертификат начнёт действовать только {date}."},
	"certificate_expired": {
		EN: "The certificate expired on {date}. Create a new one at Apple for the same pass type and import it.",
		RU: "Срок сертификата истёк {date}. Выпустите у Apple новый для того же типа карт и импортируйте его.",
	},
	"certificate_chain": {
		EN: "The issuer's certificate is missing: {issuer}. Add it too. Apple's G4 is built in.",
		RU: "Не хватает сертификата издателя: {issuer}. Добавьте и его. Промежуточный G4 от Apple уже встроен.",
	},
	"certificate_none": {
		EN: "There is no certificate for Apple passes yet. Import one (verno certs import), or create a trial one (verno certs selfsign).",
		RU: "Сертификата для карт Apple ещё нет. Импортируйте его (verno certs import) или создайте пробный (verno certs selfsign).",
	},
}
