-- When a bank card last made its member known at a till; null for one that has not.
ALTER TABLE payment_card ADD COLUMN used_at BIGINT;

-- A store that sells on the internet is no place: it has an address there, and none on a map.
ALTER TABLE store ADD COLUMN online BIGINT NOT NULL DEFAULT 0; -- 1 for an online shop
ALTER TABLE store ADD COLUMN web_address TEXT NOT NULL DEFAULT '';
