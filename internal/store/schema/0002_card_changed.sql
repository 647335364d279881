-- Cards that were changed since they were made: what a till that was offline must hear of.
CREATE INDEX card_changed ON card (tenant, updated_at, id) WHERE revision > 1;
