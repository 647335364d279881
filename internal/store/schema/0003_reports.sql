-- What the desk asks of receipts and of the log.

-- One index answers the overview and finds the rows of the list of receipts without a look at the receipts themselves,
-- which are large. It is written about in the order of its keys, so that it grows at its end.
CREATE INDEX receipt_day ON receipt (tenant, business_date, occurred_at, id, kind, programme_id, store_id, member_id,
	number, payable, points, earned);

-- What people did, by its kind. The traffic of tills, which is nearly all of the log, stands in no index but its key.
CREATE INDEX event_kind ON event (tenant, kind, batch_id, ordinal) WHERE kind NOT IN ('checkout.committed',
	'checkout.returned', 'checkout.cancelled', 'member.identified', 'hold.placed', 'hold.captured', 'hold.released');

-- Copies of the whole database that were made, so that the desk can say how old the newest is.
CREATE TABLE backup (
	taken_at BIGINT NOT NULL PRIMARY KEY,
	bytes    BIGINT NOT NULL
);
