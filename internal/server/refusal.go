package server

import (
	"errors"
	"io/fs"
	"maps"
	"strings"
	"syscall"

	"github.com/verno-loyalty/verno/internal/store"
)

// Refusal says why Verno does not begin: a code that never changes, and a sentence for people in both languages.
type Refusal struct { //nolint:errname // It is how Verno refuses; callers read it as such.
	Code   string
	Params map[string]string
	Cause  error
}

// Refusals are all of them, with their sentences in English and Russian. What stands in braces is filled in.
var Refusals = map[string][2]string{
	"kek_missing": {
		"no key-encryption key was found: put it into {file}, or name its file with --kek-file, or set VERNO_KEK; a new key would not open this database, so none was made",
		"ключ шифрования ключей не найден: положите его в {file}, или укажите файл в --kek-file, или задайте VERNO_KEK; новый ключ эту базу не откроет, поэтому он не создан",
	},
	"kek_wrong": {
		"{file} has another key than this database: needed is {needed}, given is {given}",
		"в {file} не тот ключ, что у этой базы: нужен {needed}, дан {given}",
	},
	"kek_damaged": {
		"the key of {file} does not open what was sealed under it: the database was changed from outside",
		"ключ из {file} не открывает то, что им запечатано: базу меняли извне",
	},
	"kek_invalid": {
		"{file} holds no key-encryption key: want 32 bytes in base64",
		"в {file} нет ключа шифрования ключей: нужны 32 байта в base64",
	},
	"kek_readable": {
		"others may read {file}: chmod 600 it, and rotate the key if they are not to be trusted",
		"файл {file} могут читать посторонние: сделайте chmod 600, а если доверять им нельзя, смените ключ",
	},
	"database_missing": {
		"there is no database {db}; verno init makes one",
		"базы {db} нет; её создаёт verno init",
	},
	"database_empty": {
		"the database {db} is empty; verno init fills it",
		"база {db} пуста; её наполняет verno init",
	},
	"database_damaged": {
		"{db} is damaged, or no SQLite database: {why}",
		"файл {db} повреждён или это не база SQLite: {why}",
	},
	"database_in_use": {
		"another verno serves {db} already",
		"базу {db} уже обслуживает другой verno",
	},
	"database_unreachable": {
		"the database {db} cannot be opened: {why}",
		"базу {db} не удаётся открыть: {why}",
	},
	"database_weak": {
		"the database would lose what it acknowledged: {why}",
		"база может потерять подтверждённое: {why}",
	},
	"database_not_empty": {
		"nothing was restored: {db} has something in it already",
		"ничего не восстановлено: в {db} уже что-то есть",
	},
	"backup_damaged": {
		"nothing was restored: the backup {file} is damaged or is none: {why}",
		"ничего не восстановлено: копия {file} повреждена или это не копия: {why}",
	},
	"disk_full": {
		"there is no room left for {db}",
		"для {db} не осталось места на диске",
	},
	"schema_older": {
		"the schema is at {has}, this program's is {wants}: start verno serve once, or use the program that made it",
		"схема базы {has}, у этой программы {wants}: запустите один раз verno serve или возьмите ту программу, что её создала",
	},
	"schema_foreign": {
		"the schema is not this program's: {why}",
		"схема не от этой программы: {why}",
	},
	"port_in_use": {
		"somebody else answers on {address}: choose another with --listen",
		"адрес {address} занят: выберите другой в --listen",
	},
	"address_invalid": {
		"nobody can answer on {address}: {why}",
		"на адресе {address} отвечать нельзя: {why}",
	},
}

func refuse(code string, cause error, params ...string) *Refusal {
	r := &Refusal{Code: code, Params: map[string]string{}, Cause: cause}
	for i := 0; i+1 < len(params); i += 2 {
		r.Params[params[i]] = params[i+1]
	}
	return r
}

// Text is the sentence in a language, on one line.
func (r *Refusal) Text(language string) string {
	text := Refusals[r.Code][0]
	if language == "ru" {
		text = Refusals[r.Code][1]
	}
	params := maps.Clone(r.Params)
	if r.Cause != nil {
		params["why"] = oneLine(r.Cause)
	}
	for name, value := range params {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Text("en") }

func (r *Refusal) Unwrap() error { return r.Cause }

// oneLine is an error as one line, however many it joins.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// refusal puts a name to what keeps a database from being opened. The name of the database is shown without a password.
func refusal(err error, db string) error {
	db = shown(db)
	var known *Refusal
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, store.ErrSchema):
		return refuse("schema_foreign", err)
	case errors.Is(err, store.ErrWeak):
		return refuse("database_weak", err)
	case errors.Is(err, store.ErrNotEmpty):
		return refuse("database_not_empty", err, "db", db)
	case errors.Is(err, store.ErrCorrupt):
		return refuse("database_damaged", err, "db", db)
	case errors.Is(err, store.ErrFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return refuse("disk_full", err, "db", db)
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist),
		errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		return refuse("database_unreachable", err, "db", db)
	}
	return err
}
