-- Rows that change in place stay in place: room for the next version of a hot row on its own page.
ALTER TABLE owner SET (fillfactor = 70);
ALTER TABLE account SET (fillfactor = 70);
ALTER TABLE lot SET (fillfactor = 80);
ALTER TABLE counter SET (fillfactor = 50);

-- Receipts are compact already; trying to compress them costs more than it saves.
ALTER TABLE receipt ALTER COLUMN facts SET STORAGE EXTERNAL;
ALTER TABLE receipt ALTER COLUMN outcome SET STORAGE EXTERNAL;
ALTER TABLE receipt ALTER COLUMN postings SET STORAGE EXTERNAL;
ALTER TABLE receipt ALTER COLUMN returned SET STORAGE EXTERNAL;
ALTER TABLE batch ALTER COLUMN leaves SET STORAGE EXTERNAL;
