-- What the three faces need: what a merchant looks like, the texts that members agree to, the ways by which people join,
-- and the sessions of members in their own phones.

CREATE TABLE brand (
	tenant     BYTEA  NOT NULL PRIMARY KEY,
	business   TEXT   NOT NULL, -- cafe, shop, pharmacy, any: what examples are about
	accent     TEXT   NOT NULL, -- #rrggbb; empty for Verno's own
	logo       BYTEA,           -- PNG, at most 512 pixels wide and high
	logo_hash  TEXT   NOT NULL, -- for its address; empty where there is none
	setup      TEXT   NOT NULL, -- JSON object: which steps of the beginning are done, which were put off
	revision   BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);

-- A text that members agree to is never changed: a new version takes its place.
CREATE TABLE legal_text (
	tenant       BYTEA  NOT NULL,
	purpose      TEXT   NOT NULL, -- terms, personal_data, advertising
	language     TEXT   NOT NULL,
	version      BIGINT NOT NULL,
	title        TEXT   NOT NULL,
	body         TEXT   NOT NULL,
	hash         BYTEA  NOT NULL, -- SHA-256 of the body
	published_at BIGINT NOT NULL,
	published_by TEXT   NOT NULL,
	PRIMARY KEY (tenant, purpose, language, version)
);

-- A channel is one way to join: a poster, a till, a site. Its code stands in its address.
CREATE TABLE channel (
	tenant       BYTEA  NOT NULL,
	id           BYTEA  NOT NULL,
	code         TEXT   NOT NULL,
	name         TEXT   NOT NULL,
	programme_id BYTEA  NOT NULL,
	store_id     BYTEA,
	fields       TEXT   NOT NULL, -- JSON object: field to asked or required
	proof        TEXT   NOT NULL, -- code: a phone is proved by a one-time code; none: it is taken as it is told
	wallet_form  BIGINT NOT NULL DEFAULT 0, -- 1 where people may also join by the form of Apple Wallet
	revision     BIGINT NOT NULL,
	created_at   BIGINT NOT NULL,
	updated_at   BIGINT NOT NULL,
	closed_at    BIGINT,
	PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX channel_code ON channel (code);

-- A visit is somebody who came to a channel's page, without saying who.
CREATE TABLE visit (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	channel_id BYTEA  NOT NULL,
	source     TEXT   NOT NULL, -- JSON object: the utm parameters of the address
	member_id  BYTEA,           -- who joined by it
	created_at BIGINT NOT NULL,
	joined_at  BIGINT,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX visit_channel ON visit (tenant, channel_id, id);

-- A one-time code proves a phone, for the request that it was made for and no other. The code itself is nowhere: it
-- follows from what is here by a key that lies elsewhere.
CREATE TABLE one_time_code (
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL, -- of the request
	token      BYTEA  NOT NULL, -- blind index of the phone
	tries      BIGINT NOT NULL, -- that are left
	sent       BIGINT NOT NULL, -- how many codes the request has had
	sent_at    BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at    BIGINT,
	PRIMARY KEY (tenant, id)
);
CREATE INDEX one_time_code_expires ON one_time_code (expires_at);

-- A member's session is a phone that has the card.
CREATE TABLE member_session (
	hash       BYTEA  NOT NULL PRIMARY KEY,
	tenant     BYTEA  NOT NULL,
	id         BYTEA  NOT NULL,
	member_id  BYTEA,           -- null for a card that is nobody's
	card_id    BYTEA  NOT NULL,
	device     TEXT   NOT NULL, -- what the phone says it is, for the member's own list
	created_at BIGINT NOT NULL,
	seen_at    BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	kept_at    BIGINT,          -- since when the phone has the card's secret, which is not given out again
	ended_at   BIGINT
);
CREATE INDEX member_session_member ON member_session (tenant, member_id);
CREATE INDEX member_session_card ON member_session (tenant, card_id);

-- The one-time address by which the first owner sets Verno up.
CREATE TABLE setup_token (
	hash       BYTEA  NOT NULL PRIMARY KEY,
	tenant     BYTEA,           -- what it has set up; null before that
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at    BIGINT
);
