-- Rows that change in place stay in place: room for the next version of a hot row on its own page. A page is cleaned on
-- sight while less than this room, or a tenth, is free; so much room that a few versions fit, and no more. An owner's row
-- grows with the first sales.
ALTER TABLE owner SET (fillfactor = 70);
ALTER TABLE account SET (fillfactor = 90);
ALTER TABLE lot SET (fillfactor = 90);
ALTER TABLE counter SET (fillfactor = 50);

-- Receipts are compact already; trying to compress them costs more than it saves.
ALTER TABLE receipt ALTER COLUMN facts SET STORAGE EXTERNAL;
ALTER TABLE receipt ALTER COLUMN outcome SET STORAGE EXTERNAL;
ALTER TABLE receipt ALTER COLUMN postings SET STORAGE EXTERNAL;
ALTER TABLE receipt ALTER COLUMN returned SET STORAGE EXTERNAL;
ALTER TABLE batch ALTER COLUMN leaves SET STORAGE EXTERNAL;

-- A receipt of some lines stays whole in its row: a second row for its facts costs as much again as the first.
ALTER TABLE receipt SET (toast_tuple_target = 4080);
