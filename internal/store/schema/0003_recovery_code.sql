-- What lets somebody in once who has lost their authenticator app.
CREATE TABLE recovery_code (
	tenant   BYTEA  NOT NULL,
	staff_id BYTEA  NOT NULL,
	hash     BYTEA  NOT NULL, -- keyed: whoever has the database alone cannot try codes
	used_at  BIGINT,
	PRIMARY KEY (tenant, staff_id, hash)
);
