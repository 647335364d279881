-- The ground of Verno. Identifiers are 16 bytes (UUIDv7), times microseconds since 1970 in UTC, money minor units,
-- points the smallest unit of their programme, JSON is TEXT that only Go reads. Every key begins with its tenant, what
-- belongs to an owner goes on with the owner, so that rows can be placed by key on several machines. SQLite keeps the
-- small rows of the hot path in the tree of their key, so that finding one is one descent and not two; what is only
-- appended, and what clients key at random, stays in the order of arrival.

CREATE TABLE tenant (
	id             BYTEA  NOT NULL PRIMARY KEY,
	name           TEXT   NOT NULL,
	livemode       BIGINT NOT NULL, -- 0 in the test twin
	live_id        BYTEA,           -- of a test twin: the tenant that it belongs to
	language       TEXT   NOT NULL,
	config_version BIGINT NOT NULL, -- grows with each change that the till's rules must see
	created_at     BIGINT NOT NULL
);

CREATE TABLE tenant_key (
	tenant     BYTEA  NOT NULL,
	purpose    TEXT   NOT NULL,
	version    BIGINT NOT NULL,
	kek_id     TEXT   NOT NULL, -- which key-encryption key wraps it
	wrapped    BYTEA  NOT NULL,
	public     BYTEA,           -- of a signing key, in clear, so that old signatures can be checked
	created_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, purpose, version)
);

CREATE TABLE issuer (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	name       TEXT   NOT NULL,
	tax_id     TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE TABLE partner (
	tenant      BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	name        TEXT   NOT NULL,
	external_id TEXT,
	created_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX partner_external ON partner (tenant, external_id);

CREATE TABLE programme (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	issuer_id  BYTEA  NOT NULL,
	name       TEXT   NOT NULL,
	draft      TEXT   NOT NULL,
	revision   BIGINT NOT NULL, -- of the draft; its ETag
	published  BIGINT NOT NULL, -- number of the version in force, 0 for none
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE TABLE programme_version (
	tenant       BYTEA  NOT NULL,
	programme_id BYTEA  NOT NULL,
	number       BIGINT NOT NULL,
	document     TEXT   NOT NULL,
	note         TEXT   NOT NULL,
	published_by TEXT   NOT NULL,
	published_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, programme_id, number)
);

CREATE TABLE promotion (
	tenant       BYTEA  NOT NULL,
	id           BYTEA  NOT NULL,
	programme_id BYTEA  NOT NULL,
	draft        TEXT   NOT NULL,
	revision     BIGINT NOT NULL,
	archived_at  BIGINT, -- an archived promotion is left out of the next version
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX promotion_programme ON promotion (tenant, programme_id, id);

CREATE TABLE unit (
	tenant       BYTEA  NOT NULL,
	id           BYTEA  NOT NULL,
	kind         TEXT   NOT NULL,
	programme_id BYTEA,
	issuer_id    BYTEA,
	currency     TEXT   NOT NULL,
	scale        BIGINT NOT NULL,
	created_at   BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE TABLE store (
	tenant       BYTEA  NOT NULL,
	id           BYTEA  NOT NULL,
	programme_id BYTEA  NOT NULL,
	issuer_id    BYTEA  NOT NULL, -- the legal entity that sells here
	partner_id   BYTEA,           -- the partner of a coalition that the store belongs to
	external_id  TEXT,
	name         TEXT   NOT NULL,
	time_zone    TEXT   NOT NULL,
	address      TEXT   NOT NULL,
	latitude_e6  BIGINT,
	longitude_e6 BIGINT,
	revision     BIGINT NOT NULL,
	closed_at    BIGINT,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX store_external ON store (tenant, external_id);

CREATE TABLE terminal (
	tenant             BYTEA  NOT NULL,
	id                 BYTEA  NOT NULL,
	store_id           BYTEA  NOT NULL,
	external_id        TEXT,
	name               TEXT   NOT NULL,
	token_hash         BYTEA, -- of the token that pairing gave out; null before and after
	pairing_hash       BYTEA,
	pairing_expires_at BIGINT,
	paired_at          BIGINT,
	revoked_at         BIGINT,
	seen_at            BIGINT,
	queue_depth        BIGINT NOT NULL, -- receipts that wait on the till, by its last heartbeat
	revision           BIGINT NOT NULL,
	created_at         BIGINT NOT NULL,
	updated_at         BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX terminal_external ON terminal (tenant, external_id);
CREATE UNIQUE INDEX terminal_token ON terminal (token_hash);
CREATE UNIQUE INDEX terminal_pairing ON terminal (pairing_hash);

CREATE TABLE staff (
	tenant         BYTEA  NOT NULL,
	id             BYTEA  NOT NULL,
	role           TEXT   NOT NULL,
	store_id       BYTEA,           -- where a cashier works; null for all stores
	login_token    BYTEA  NOT NULL, -- blind index of the log-in name
	personal       BYTEA  NOT NULL, -- sealed: name, log-in name
	password_hash  TEXT,
	totp_secret    BYTEA,           -- sealed
	totp_step      BIGINT NOT NULL, -- the last step that was used
	pin_hash       TEXT,
	failures       BIGINT NOT NULL,
	locked_until   BIGINT,
	disabled_at    BIGINT,
	revision       BIGINT NOT NULL,
	created_at     BIGINT NOT NULL,
	updated_at     BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX staff_login ON staff (login_token);

-- What lets somebody in once who has lost their authenticator app.
CREATE TABLE recovery_code (
	tenant   BYTEA  NOT NULL,
	staff_id BYTEA  NOT NULL,
	hash     BYTEA  NOT NULL, -- keyed: whoever has the database alone cannot try codes
	used_at  BIGINT,
	PRIMARY KEY (tenant, staff_id, hash)
);

CREATE TABLE session (
	hash        BYTEA  NOT NULL PRIMARY KEY,
	tenant      BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	staff_id    BYTEA  NOT NULL,
	terminal_id BYTEA,           -- of a cashier's session at a till
	shift       TEXT   NOT NULL,
	idle_us     BIGINT NOT NULL, -- ends after so long without use
	created_at  BIGINT NOT NULL,
	seen_at     BIGINT NOT NULL,
	expires_at  BIGINT NOT NULL,
	ended_at    BIGINT
);
CREATE INDEX session_staff ON session (tenant, staff_id);

CREATE TABLE api_key (
	tenant      BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	name        TEXT   NOT NULL,
	hash        BYTEA  NOT NULL,
	hint        TEXT   NOT NULL, -- the last four characters
	scopes      BIGINT NOT NULL, -- permission bits
	store_id    BYTEA,
	terminal_id BYTEA,
	created_by  TEXT   NOT NULL,
	created_at  BIGINT NOT NULL,
	expires_at  BIGINT,
	revoked_at  BIGINT,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX api_key_hash ON api_key (hash);

CREATE TABLE member (
	tenant       BYTEA  NOT NULL,
	id           BYTEA  NOT NULL,
	owner_id     BYTEA  NOT NULL, -- itself, its household or the one it was merged into
	programme_id BYTEA  NOT NULL,
	merged_into  BYTEA,           -- the member that it was merged into
	external_id  TEXT,
	channel      TEXT   NOT NULL, -- where it enrolled: till, online, import, api
	store_id     BYTEA,
	tags         TEXT   NOT NULL, -- JSON array
	metadata     TEXT   NOT NULL, -- JSON object
	revision     BIGINT NOT NULL,
	erased_at    BIGINT,
	enrolled_at  BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX member_external ON member (tenant, external_id);
CREATE INDEX member_owner ON member (tenant, owner_id);

CREATE TABLE person (
	tenant      BYTEA  NOT NULL,
	member_id   BYTEA  NOT NULL,
	key_version BIGINT NOT NULL, -- of the tenant key that wraps the member's key
	wrapped_key BYTEA,           -- null once the person is erased
	sealed      BYTEA,           -- null once the person is erased
	updated_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant, member_id)
);

CREATE TABLE lookup (
	tenant    BYTEA  NOT NULL,
	token     BYTEA  NOT NULL, -- keyed hash of kind and value
	kind      TEXT   NOT NULL, -- phone, email, card
	member_id BYTEA,
	card_id   BYTEA,
	PRIMARY KEY (tenant, token)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX lookup_member ON lookup (tenant, member_id);

CREATE TABLE name_prefix (
	tenant    BYTEA NOT NULL,
	token     BYTEA NOT NULL, -- keyed hash of a word's beginning
	member_id BYTEA NOT NULL,
	PRIMARY KEY (tenant, token, member_id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX name_prefix_member ON name_prefix (tenant, member_id);

CREATE TABLE tombstone (
	tenant    BYTEA  NOT NULL,
	token     BYTEA  NOT NULL, -- blind index of an erased person's phone: no second welcome bonus
	erased_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, token)
);

CREATE TABLE consent (
	tenant       BYTEA  NOT NULL,
	member_id    BYTEA  NOT NULL,
	id           BYTEA  NOT NULL,
	purpose      TEXT   NOT NULL, -- terms, personal_data, advertising, …
	granted      BIGINT NOT NULL, -- 0 withdraws
	text_version TEXT   NOT NULL,
	text_hash    BYTEA  NOT NULL, -- SHA-256 of the text that was shown
	channel      TEXT   NOT NULL,
	actor        TEXT   NOT NULL,
	given_at     BIGINT NOT NULL,
	PRIMARY KEY (tenant, member_id, id)
);

CREATE TABLE card (
	tenant      BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	member_id   BYTEA,           -- null for a card that nobody has yet
	kind        TEXT   NOT NULL, -- loyalty, plastic, …
	sealed      BYTEA  NOT NULL, -- number, machine code, secret of the live code
	last_step   BIGINT NOT NULL, -- the last step of the live code that was used
	state       TEXT   NOT NULL, -- active, blocked, replaced, returned
	replaced_by BYTEA,
	reason      TEXT   NOT NULL,
	revision    BIGINT NOT NULL,
	issued_at   BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX card_member ON card (tenant, member_id);
-- Cards that were changed since they were made: what a till that was offline must hear of.
CREATE INDEX card_changed ON card (tenant, updated_at, id) WHERE revision > 1;

CREATE TABLE owner (
	tenant    BYTEA  NOT NULL,
	id        BYTEA  NOT NULL,
	kind      TEXT   NOT NULL, -- member, household, gift_card
	moved_to  BYTEA,           -- the owner that took over, after a merge or on joining a household
	frozen_at BIGINT,
	epoch     BIGINT NOT NULL, -- grows when presences given out before must not spend any more
	state     TEXT   NOT NULL,
	PRIMARY KEY (tenant, id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE account (
	tenant   BYTEA  NOT NULL,
	owner_id BYTEA  NOT NULL,
	role     BIGINT NOT NULL,
	unit_id  BYTEA  NOT NULL,
	balance  BIGINT NOT NULL,
	PRIMARY KEY (tenant, owner_id, role, unit_id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE lot (
	tenant       BYTEA  NOT NULL,
	owner_id     BYTEA  NOT NULL,
	unit_id      BYTEA  NOT NULL,
	expires_at   BIGINT NOT NULL,
	id           BYTEA  NOT NULL,
	available_at BIGINT NOT NULL,
	remaining    BIGINT NOT NULL, -- never 0; below 0 in a debt
	PRIMARY KEY (tenant, owner_id, unit_id, expires_at, id)
) /*sqlite WITHOUT ROWID*/;
-- On SQLite lots that lapse at one time stand in the order in which they were made, so that most go to the end.
CREATE INDEX lot_expiry ON lot (expires_at /*sqlite , id*/) WHERE expires_at < 9000000000000000000;

CREATE TABLE hold (
	tenant      BYTEA  NOT NULL,
	owner_id    BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	unit_id     BYTEA  NOT NULL,
	amount      BIGINT NOT NULL,
	captured    BIGINT NOT NULL,
	state       TEXT   NOT NULL, -- held, captured, released, lapsed
	reference   TEXT   NOT NULL,
	terminal_id BYTEA,
	deadline_at BIGINT NOT NULL,
	created_at  BIGINT NOT NULL,
	ended_at    BIGINT,
	PRIMARY KEY (tenant, owner_id, id)
);
CREATE INDEX hold_open ON hold (tenant, owner_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX hold_id ON hold (tenant, id);

CREATE TABLE operation (
	tenant      BYTEA  NOT NULL,
	key         TEXT   NOT NULL,
	body_hash   BYTEA  NOT NULL,
	kind        TEXT   NOT NULL,
	state       TEXT   NOT NULL, -- applied, rejected
	checkout_id TEXT,            -- of a commit: one commit a checkout
	receipt_ref BYTEA,           -- business date, hash of the terminal, operation and receipt number: each once, for ever
	result_id   BYTEA,           -- the receipt, entry or hold that came of it
	owner_id    BYTEA,
	result      TEXT,            -- the answer where result_id alone does not give it back
	at          BIGINT NOT NULL,
	PRIMARY KEY (tenant, key)
);
CREATE UNIQUE INDEX operation_checkout ON operation (tenant, checkout_id) WHERE checkout_id IS NOT NULL;
CREATE UNIQUE INDEX operation_receipt ON operation (tenant, receipt_ref) WHERE receipt_ref IS NOT NULL;

CREATE TABLE checkout (
	tenant      BYTEA  NOT NULL,
	id          TEXT   NOT NULL, -- chosen by the client
	owner_id    BYTEA,
	terminal_id BYTEA,
	state       TEXT   NOT NULL, -- open, committed, cancelled, lapsed
	document    TEXT   NOT NULL, -- basket, presence and spend as last put
	hold_id     BYTEA,
	revision    BIGINT NOT NULL,
	expires_at  BIGINT NOT NULL,
	created_at  BIGINT NOT NULL,
	updated_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE TABLE receipt (
	tenant        BYTEA  NOT NULL,
	owner_id      BYTEA  NOT NULL, -- the store where nobody showed a card
	id            BYTEA  NOT NULL,
	kind          TEXT   NOT NULL, -- sale, return
	parent_id     BYTEA,           -- of a return: the sale
	checkout_id   TEXT,
	programme_id  BYTEA  NOT NULL,
	version       BIGINT NOT NULL, -- of the programme, with which it was decided
	member_id     BYTEA,
	card_id       BYTEA,
	method        TEXT   NOT NULL, -- how the member was identified
	store_id      BYTEA  NOT NULL,
	terminal_id   BYTEA,
	issuer_id     BYTEA  NOT NULL,
	partner_id    BYTEA,
	cashier_id    BYTEA,
	shift         TEXT   NOT NULL,
	number        TEXT   NOT NULL, -- the till's own, empty where it gave none
	business_date BIGINT NOT NULL, -- YYYYMMDD in the store's zone
	occurred_at   BIGINT NOT NULL,
	received_at   BIGINT NOT NULL,
	currency      TEXT   NOT NULL,
	gross         BIGINT NOT NULL,
	discount      BIGINT NOT NULL,
	points        BIGINT NOT NULL,
	redeemed      BIGINT NOT NULL,
	payable       BIGINT NOT NULL,
	earned        BIGINT NOT NULL,
	facts         TEXT   NOT NULL, -- what it was decided on
	outcome       TEXT   NOT NULL, -- what was decided
	entry_id      BYTEA,
	postings      TEXT   NOT NULL, -- the entry, canonical; empty where nothing moved
	returned      TEXT   NOT NULL, -- what has come back so far; the one column that changes
	PRIMARY KEY (tenant, owner_id, id)
);
CREATE UNIQUE INDEX receipt_id ON receipt (tenant, id);

CREATE TABLE entry (
	tenant      BYTEA  NOT NULL,
	owner_id    BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	kind        TEXT   NOT NULL, -- award, adjustment, expiry, top_up, capture, …
	reason      TEXT   NOT NULL,
	actor       TEXT   NOT NULL,
	ref         BYTEA,           -- what it is about, such as a hold
	occurred_at BIGINT NOT NULL,
	postings    TEXT   NOT NULL,
	PRIMARY KEY (tenant, owner_id, id)
);
CREATE UNIQUE INDEX entry_id ON entry (tenant, id);

CREATE TABLE batch (
	tenant    BYTEA  NOT NULL,
	id        BYTEA  NOT NULL,
	at        BIGINT NOT NULL,
	count     BIGINT NOT NULL,
	leaves    BYTEA  NOT NULL, -- the events' leaf hashes, 32 bytes each, in order
	totals    TEXT   NOT NULL, -- what the batch moved on the programme's side, by account
	first_seq BIGINT,          -- number of the first event, once sealed
	PRIMARY KEY (tenant, id)
);
CREATE INDEX batch_unsealed ON batch (tenant, id) WHERE first_seq IS NULL;
CREATE UNIQUE INDEX batch_seq ON batch (tenant, first_seq) WHERE first_seq IS NOT NULL;

CREATE TABLE event (
	tenant   BYTEA  NOT NULL,
	batch_id BYTEA  NOT NULL,
	ordinal  BIGINT NOT NULL,
	kind     TEXT   NOT NULL,
	owner_id BYTEA,
	body     TEXT   NOT NULL, -- canonical JSON; the leaf of the log is its hash
	PRIMARY KEY (tenant, batch_id, ordinal)
);

CREATE TABLE log_tile (
	tenant BYTEA  NOT NULL,
	level  BIGINT NOT NULL,
	number BIGINT NOT NULL,
	hashes BYTEA  NOT NULL, -- up to 256 hashes of 32 bytes
	PRIMARY KEY (tenant, level, number)
);

CREATE TABLE checkpoint (
	tenant BYTEA  NOT NULL,
	size   BIGINT NOT NULL,
	root   BYTEA  NOT NULL,
	note   TEXT   NOT NULL, -- signed note
	at     BIGINT NOT NULL,
	PRIMARY KEY (tenant, size)
);

CREATE TABLE counter (
	tenant       BYTEA  NOT NULL,
	promotion_id BYTEA  NOT NULL,
	uses         BIGINT NOT NULL,
	cost         BIGINT NOT NULL,
	PRIMARY KEY (tenant, promotion_id)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE attempt (
	tenant    BYTEA  NOT NULL,
	subject   TEXT   NOT NULL, -- what is counted: look-ups of a cashier, failures of a terminal, …
	window_at BIGINT NOT NULL,
	count     BIGINT NOT NULL,
	PRIMARY KEY (tenant, subject, window_at)
) /*sqlite WITHOUT ROWID*/;

CREATE TABLE task (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	kind       TEXT   NOT NULL,
	owner_id   BYTEA,
	ref        BYTEA,
	detail     TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	done_at    BIGINT,
	done_by    TEXT,
	PRIMARY KEY (tenant, id)
);

CREATE TABLE import_run (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	preset     TEXT   NOT NULL,
	source     TEXT   NOT NULL, -- SHA-256 of the file: the same file goes on where it stopped
	position   BIGINT NOT NULL, -- lines that are done with
	counts     TEXT   NOT NULL,
	state      TEXT   NOT NULL, -- running, done
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX import_run_source ON import_run (tenant, preset, source);

CREATE TABLE lease (
	name   TEXT   NOT NULL PRIMARY KEY,
	holder TEXT   NOT NULL,
	until  BIGINT NOT NULL
);

CREATE TABLE listener (
	tenant BYTEA  NOT NULL,
	name   TEXT   NOT NULL,
	seq    BIGINT NOT NULL, -- the last event that it is done with
	PRIMARY KEY (tenant, name)
);
