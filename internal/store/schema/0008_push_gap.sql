-- When the devices of a pass were last told that it had changed: what changes soon after is gathered, and told once.
ALTER TABLE pass ADD COLUMN told_at BIGINT;
