-- Gifts that were taken for points: the coupon, and the entry that took the points for it. A coupon that another has
-- replaced has none any more.
CREATE TABLE gift (
	tenant   BYTEA NOT NULL,
	card_id  BYTEA NOT NULL,
	entry_id BYTEA NOT NULL,
	PRIMARY KEY (tenant, card_id)
) /*sqlite WITHOUT ROWID*/;
