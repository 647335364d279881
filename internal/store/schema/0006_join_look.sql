-- What the form of a way to join looks like: JSON, empty where it looks as forms do of themselves.
ALTER TABLE channel ADD COLUMN look TEXT NOT NULL DEFAULT '';
