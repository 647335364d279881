-- Cards in the phone: what merchants make of them, the passes that were issued, the devices that have them, and the
-- certificates and keys that they are made with.

-- A template is a kind of card as a merchant has set it up and designed it. Cards show its version in force.
CREATE TABLE card_template (
	tenant       BYTEA  NOT NULL,
	id           BYTEA  NOT NULL,
	programme_id BYTEA  NOT NULL,
	kind         TEXT   NOT NULL,
	name         TEXT   NOT NULL,
	draft        TEXT   NOT NULL, -- JSON
	standard     BIGINT NOT NULL, -- 1 for the one that whoever joins is given
	revision     BIGINT NOT NULL, -- of the draft; its ETag
	published    BIGINT NOT NULL, -- number of the version in force, 0 for none
	archived_at  BIGINT,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);

CREATE TABLE card_template_version (
	tenant       BYTEA  NOT NULL,
	template_id  BYTEA  NOT NULL,
	number       BIGINT NOT NULL,
	document     TEXT   NOT NULL,
	note         TEXT   NOT NULL,
	published_by TEXT   NOT NULL,
	published_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, template_id, number)
);

-- A picture is kept once, by what it shows; made anew from its pixels, so that nothing else of the file is left.
CREATE TABLE picture (
	tenant     BYTEA  NOT NULL,
	hash       TEXT   NOT NULL, -- SHA-256 of the PNG, hexadecimal
	png        BYTEA  NOT NULL,
	width      BIGINT NOT NULL,
	height     BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, hash)
);

-- Which template a card is of; null for plastic and for cards from before there were templates, which show the standard
-- one. What a card alone has, such as a seat, and nothing that tells who holds it, stands in its document.
ALTER TABLE card ADD COLUMN template_id BYTEA;
ALTER TABLE card ADD COLUMN document TEXT NOT NULL DEFAULT '';
CREATE INDEX card_template_cards ON card (tenant, template_id, id) WHERE template_id IS NOT NULL;

-- A pass is a card as wallets have it. Its tag is the number of its last change: strictly growing over all passes of a
-- tenant, given out under the lock of wallet_clock, so that what is committed later has the greater tag.
CREATE TABLE pass (
	tenant      BYTEA  NOT NULL,
	card_id     BYTEA  NOT NULL,
	member_id   BYTEA,           -- whose it is; null for one that is nobody's
	template_id BYTEA  NOT NULL,
	serial      TEXT   NOT NULL, -- in the addresses of wallets: 26 random letters and digits
	tag         BIGINT NOT NULL,
	modified_at BIGINT NOT NULL, -- whole seconds, greater with each change
	pushed_tag  BIGINT NOT NULL, -- up to which tag the devices were told
	due_at      BIGINT,          -- when to tell devices; null where they know all. Later after a failure
	google_id   TEXT,            -- of the object at Google; null where there is none
	google_tag  BIGINT NOT NULL, -- up to which tag Google has it
	google_due  BIGINT,          -- when to tell Google; null where it knows all
	saved_at    BIGINT,          -- in Google Wallet, by its callback
	removed_at  BIGINT,          -- from Google Wallet, by its callback
	face        BYTEA,           -- SHA-256 of the face that was last told of
	loud        BYTEA,           -- SHA-256 of the fields whose changes are spoken of, of the level, of the news and of the reminder, as a phone last fetched them
	hushed      BIGINT NOT NULL DEFAULT 0, -- which change was not to be spoken of: 1 that of the fields, 2 the news, 4 the reminder, 8 that of the fields but the level
	cause       BIGINT NOT NULL DEFAULT 0, -- what changed it last, the same for all that it changed: a turn's tag, or less than nothing for a sweep
	created_at  BIGINT NOT NULL,
	PRIMARY KEY (tenant, card_id)
);
CREATE UNIQUE INDEX pass_serial ON pass (serial);
CREATE INDEX pass_member ON pass (tenant, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX pass_template ON pass (tenant, template_id, card_id);
CREATE INDEX pass_due ON pass (tenant, due_at, card_id) WHERE due_at IS NOT NULL;
CREATE INDEX pass_google_due ON pass (tenant, google_due) WHERE google_due IS NOT NULL;

-- What Google was told of a pass, so that nothing is told twice and no more often than Google lets it.
CREATE TABLE google_object (
	tenant  BYTEA  NOT NULL,
	card_id BYTEA  NOT NULL,
	id      TEXT   NOT NULL, -- at Google; another issuer or class makes another object
	sent    BYTEA,           -- SHA-256 of what it holds
	loud    BYTEA,           -- SHA-256 of the fields whose changes are spoken of, as they were last spoken of
	news    BYTEA,           -- SHA-256 of the news that it was told last, and of the reminder after it
	asked   BYTEA,           -- SHA-256 of the news or the reminder that it may have been told
	changes TEXT   NOT NULL, -- JSON: when the latest changes were spoken of, microseconds
	notices TEXT   NOT NULL, -- JSON: when the latest messages were, microseconds
	tries   BIGINT NOT NULL, -- in vain, since the last that was not
	fault   TEXT   NOT NULL, -- why it was given up, until it changes
	PRIMARY KEY (tenant, card_id)
);

-- What Google was told of a template.
CREATE TABLE google_class (
	tenant      BYTEA  NOT NULL,
	template_id BYTEA  NOT NULL,
	id          TEXT   NOT NULL, -- at Google
	sent        BYTEA  NOT NULL, -- SHA-256 of what it was made of
	sent_at     BIGINT NOT NULL,
	PRIMARY KEY (tenant, template_id, id)
);

-- A pass that belongs to nobody yet: it asks in the wallet itself who its holder is. The card that it names is made when
-- that was told.
CREATE TABLE pass_sign_up (
	tenant     BYTEA  NOT NULL,
	card_id    BYTEA  NOT NULL,
	channel_id BYTEA  NOT NULL, -- by which its holder joins
	language   TEXT   NOT NULL,
	ticket     TEXT   NOT NULL, -- JSON: which texts it shows, and which visit it came of
	state      TEXT   NOT NULL, -- open, joined, known: whose phone has a card already
	created_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, card_id)
);
CREATE INDEX pass_sign_up_old ON pass_sign_up (created_at);

-- The tags of a tenant's passes, and how far its events have been looked through for what changes a card.
CREATE TABLE wallet_clock (
	tenant BYTEA  NOT NULL PRIMARY KEY,
	tag    BIGINT NOT NULL, -- the last that was given out
	seq    BIGINT NOT NULL, -- the last event that was looked at
	told   BIGINT NOT NULL DEFAULT 0, -- devices that took a notification since no pass was due
	failed BIGINT NOT NULL DEFAULT 0  -- devices that never will, since then
);

-- A registration is a pass on a device that wants to hear of its changes.
CREATE TABLE pass_registration (
	pass_type  TEXT   NOT NULL,
	device     TEXT   NOT NULL, -- library identifier: the device's secret
	serial     TEXT   NOT NULL,
	tenant     BYTEA  NOT NULL,
	card_id    BYTEA  NOT NULL,
	push_token TEXT   NOT NULL,
	scheme     TEXT   NOT NULL, -- ApplePass, AndroidPass, WalletUnionPass, WalletUnionHMSPass, Pass2U: how it is told
	tag        BIGINT NOT NULL, -- given out when it was made: to its device the pass is new since then
	pushed_tag BIGINT NOT NULL, -- up to which tag of the pass it was told, where others of the pass were not
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (pass_type, device, serial)
);
CREATE INDEX pass_registration_card ON pass_registration (tenant, card_id);

-- What changes many passes at once, and how far it has come.
CREATE TABLE pass_sweep (
	tenant       BYTEA  NOT NULL,
	name         TEXT   NOT NULL, -- the event that asked for it, or a day of a programme
	programme_id BYTEA,           -- whose passes; null for all
	template_id  BYTEA,           -- whose passes; null for all
	looks        BIGINT NOT NULL, -- 1 where only those are told of that look different now
	after        BYTEA  NOT NULL, -- the last card that was looked at
	at           BIGINT NOT NULL, -- when it was asked for
	done_at      BIGINT,
	PRIMARY KEY (tenant, name)
);

-- What was said to a member aloud, and by which card: one card says it, in all of its wallets, and no more is said in a week
-- than the merchant lets cards say.
CREATE TABLE push_ring (
	tenant    BYTEA  NOT NULL,
	member_id BYTEA  NOT NULL,
	said      BYTEA  NOT NULL, -- SHA-256 of what changed cards, or of the news
	card_id   BYTEA  NOT NULL,
	at        BIGINT NOT NULL,
	PRIMARY KEY (tenant, member_id, said)
);
CREATE INDEX push_ring_at ON push_ring (at);

-- What a merchant has settled about wallets; what it has not is as usual.
CREATE TABLE wallet_rule (
	tenant         BYTEA  NOT NULL PRIMARY KEY,
	rings_per_week BIGINT NOT NULL -- how often the cards of a member may speak up
);

-- News that cards tell from one day to another, days as the card's programme has them. Of several, the latest is told.
CREATE TABLE card_news (
	tenant      BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	template_id BYTEA,           -- whose cards; null for all
	text        TEXT   NOT NULL, -- JSON by language
	from_day    TEXT   NOT NULL, -- YYYY-MM-DD
	until_day   TEXT   NOT NULL, -- the last one
	created_by  TEXT   NOT NULL,
	created_at  BIGINT NOT NULL,
	ended_at    BIGINT,          -- when it was taken back; null where it was not
	PRIMARY KEY (tenant, id)
);
CREATE INDEX card_news_told ON card_news (tenant, until_day) WHERE ended_at IS NULL;

-- What a store says where a card comes up near it: JSON by language, empty where the design speaks.
ALTER TABLE store ADD COLUMN greeting TEXT NOT NULL DEFAULT '';

-- What came of telling wallets, hour by hour, for whoever looks after it.
CREATE TABLE push_hour (
	tenant  BYTEA  NOT NULL,
	at      BIGINT NOT NULL, -- the beginning of the hour
	wallet  TEXT   NOT NULL, -- google, or the scheme of a wallet
	outcome TEXT   NOT NULL, -- told, later, refused, gone
	why     TEXT   NOT NULL, -- what was answered, in a word or two; empty for told
	times   BIGINT NOT NULL,
	PRIMARY KEY (tenant, at, wallet, outcome, why)
);

-- What was registered once and is no more, for the count of cards that were installed and removed.
CREATE TABLE pass_history (
	tenant     BYTEA  NOT NULL,
	card_id    BYTEA  NOT NULL,
	wallet     TEXT   NOT NULL, -- apple, google, other
	first_at   BIGINT NOT NULL, -- when it was first installed
	removed_at BIGINT,          -- from its last device; null while installed
	PRIMARY KEY (tenant, card_id, wallet)
);

-- Certificates and keys of wallets. What is secret is sealed; what a certificate says of itself is not.
CREATE TABLE wallet_credential (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	kind       TEXT   NOT NULL, -- apple_pass, apple_push, google_wallet
	name       TEXT   NOT NULL, -- pass type identifier, key identifier, issuer identifier
	about      TEXT   NOT NULL, -- JSON
	sealed     BYTEA  NOT NULL,
	not_after  BIGINT,
	created_at BIGINT NOT NULL,
	retired_at BIGINT,
	PRIMARY KEY (tenant, id)
);

-- Keys that open what a phone says by NFC. Several versions are in use at once while readers change over.
CREATE TABLE nfc_key (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	protocol   TEXT   NOT NULL, -- apple_vas, smart_tap
	version    BIGINT NOT NULL,
	public     BYTEA  NOT NULL, -- compressed point of P-256
	sealed     BYTEA  NOT NULL, -- the private key
	created_at BIGINT NOT NULL,
	retired_at BIGINT,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX nfc_key_version ON nfc_key (tenant, protocol, version);

-- An admission is one entry that a pass or a ticket was good for, as it was marked at a door.
CREATE TABLE admission (
	tenant      BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	card_id     BYTEA  NOT NULL,
	template_id BYTEA  NOT NULL,
	member_id   BYTEA,           -- for whom the card was made; null for nobody
	store_id    BYTEA  NOT NULL,
	terminal_id BYTEA,
	actor       TEXT   NOT NULL,
	entry_id    BYTEA,           -- of the use that it took; null where uses are not counted
	uses_left   BIGINT NOT NULL, -- after it
	uses        BIGINT NOT NULL, -- that the card began with, or had when it was last filled; 0 where they are not counted
	at          BIGINT NOT NULL,
	undone_at   BIGINT,
	undone_by   TEXT   NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX admission_card ON admission (tenant, card_id, id);
CREATE INDEX admission_store ON admission (tenant, store_id, id);

-- What was read by NFC and must not be read again while its time lasts, and nonces of Google's callbacks.
CREATE TABLE seen_once (
	tenant     BYTEA  NOT NULL,
	token      BYTEA  NOT NULL, -- SHA-256 of what was seen, with what it was
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, token)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX seen_once_expires ON seen_once (expires_at);

-- A member's PIN, which is typed at tills. Tries are taken before a PIN is looked at, so that parallel ones count too.
CREATE TABLE member_pin (
	tenant    BYTEA  NOT NULL,
	member_id BYTEA  NOT NULL,
	hash      TEXT   NOT NULL,
	tries     BIGINT NOT NULL, -- that are left; none where it is locked
	set_at    BIGINT NOT NULL,
	PRIMARY KEY (tenant, member_id)
) /*sqlite WITHOUT ROWID*/;

-- A payment card is a member's bank card, by which the member is known where it pays. Its number is nowhere: only the blind
-- index of what stands for it at the terminal or the acquirer.
CREATE TABLE payment_card (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	member_id  BYTEA  NOT NULL,
	token      BYTEA  NOT NULL, -- blind index
	sealed     BYTEA  NOT NULL, -- what is shown of it: scheme, last four digits, the member's own name for it
	created_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX payment_card_token ON payment_card (tenant, token);
CREATE INDEX payment_card_member ON payment_card (tenant, member_id, id);

-- A confirmation is a question that a till asks a member, in the member's own phone, about one purchase.
CREATE TABLE confirmation (
	tenant      BYTEA  NOT NULL,
	id          BYTEA  NOT NULL,
	member_id   BYTEA  NOT NULL,
	owner_id    BYTEA  NOT NULL,
	card_id     BYTEA,           -- that was shown; null where none was
	epoch       BIGINT NOT NULL, -- of the owner when it was asked
	store_id    BYTEA  NOT NULL,
	terminal_id BYTEA,           -- of who asked
	api_key_id  BYTEA,           -- of who asked
	checkout_id TEXT   NOT NULL, -- the asker's own name for the sale
	currency    TEXT   NOT NULL,
	scale       BIGINT NOT NULL, -- decimal places of points
	gross       BIGINT NOT NULL,
	discount    BIGINT NOT NULL,
	points      BIGINT NOT NULL, -- spent
	redeemed    BIGINT NOT NULL,
	payable     BIGINT NOT NULL,
	stored      BIGINT NOT NULL, -- stored money that pays a part of payable
	state       TEXT   NOT NULL, -- waiting, confirmed, refused, withdrawn, used
	asked_at    BIGINT NOT NULL,
	answered_at BIGINT,
	expires_at  BIGINT NOT NULL, -- of the question; once confirmed, of the answer
	PRIMARY KEY (tenant, id)
);
CREATE INDEX confirmation_member ON confirmation (tenant, member_id, expires_at);
CREATE INDEX confirmation_expires ON confirmation (expires_at);

-- A link brings a card into a phone. Its address goes out by text message or mail, or is shown on a screen, and opens for
-- some days.
CREATE TABLE card_link (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	hash       BYTEA  NOT NULL, -- SHA-256 of what stands in the address, which itself is nowhere
	card_id    BYTEA  NOT NULL,
	member_id  BYTEA,           -- null for a card that is nobody's
	channel    TEXT   NOT NULL, -- sms, email, screen
	token      BYTEA  NOT NULL, -- blind index of where it goes: whose phone has changed, their old links open nothing
	target     BYTEA,           -- of nobody's card, sealed: where it goes, until it is handed over or given up
	tries      BIGINT NOT NULL, -- to hand it over
	fault      TEXT   NOT NULL, -- why that was given up
	due_at     BIGINT,          -- when to hand it over; null when that is done with
	sent_at    BIGINT,
	used_at    BIGINT,          -- when it put the card into a browser, which it does once
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX card_link_hash ON card_link (hash);
CREATE INDEX card_link_card ON card_link (tenant, card_id, id);
CREATE INDEX card_link_due ON card_link (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX card_link_expires ON card_link (expires_at);

-- Cards that are issued to a list of people: how far that has come, and what came of each line. What a line tells of a
-- person is kept, sealed, until it is done with.
CREATE TABLE card_issue (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	name       TEXT   NOT NULL,
	source     TEXT   NOT NULL, -- SHA-256 of the list and the settings: the same list goes on where it stopped
	settings   TEXT   NOT NULL, -- JSON
	state      TEXT   NOT NULL, -- loading, running, stopped, done
	total      BIGINT NOT NULL,
	done       BIGINT NOT NULL, -- the last line that was looked at
	issued     BIGINT NOT NULL,
	had        BIGINT NOT NULL,
	rejected   BIGINT NOT NULL,
	created_by TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX card_issue_source ON card_issue (tenant, source);
CREATE INDEX card_issue_running ON card_issue (tenant, id) WHERE state = 'running';

CREATE TABLE card_issue_line (
	tenant    BYTEA  NOT NULL,
	issue_id  BYTEA  NOT NULL,
	line      BIGINT NOT NULL, -- of the list
	sealed    BYTEA,           -- null once it is done with
	outcome   TEXT   NOT NULL, -- issued, had, rejected; empty before that
	code      TEXT   NOT NULL, -- why it was rejected
	params    TEXT   NOT NULL, -- JSON: what the sentence for that names
	link      TEXT   NOT NULL, -- sent, or why no link was
	member_id BYTEA,
	card_id   BYTEA,
	PRIMARY KEY (tenant, issue_id, line)
) /*sqlite WITHOUT ROWID*/;

-- Certificates that were sold, and the entry that put on each what it is worth. One that was replaced has none any more.
CREATE TABLE certificate (
	tenant   BYTEA NOT NULL,
	card_id  BYTEA NOT NULL,
	entry_id BYTEA NOT NULL,
	PRIMARY KEY (tenant, card_id)
) /*sqlite WITHOUT ROWID*/;

-- Certificates in the order in which they were sold, and what has happened to what a card itself is good for.
CREATE UNIQUE INDEX certificate_sold ON certificate (tenant, entry_id);
CREATE INDEX event_card_value ON event (tenant, owner_id, batch_id, ordinal)
	WHERE kind IN ('card.value_changed', 'certificate.returned');
