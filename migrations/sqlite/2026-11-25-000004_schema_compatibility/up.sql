-- expand
--
-- What a program must know to work on this schema, so that one of an older version can tell whether
-- it may go on beside a newer one, or after it: docs/upgrades.md.

CREATE TABLE schema_compatibility (
    -- There is one row.
    only_row         INTEGER NOT NULL PRIMARY KEY DEFAULT 1 CHECK (only_row = 1),
    -- The version of the newest migration that a program can't do without. One that takes something
    -- away writes here the one whose programs have stopped to use it; others leave this alone.
    oldest_migration TEXT NOT NULL
) STRICT;

INSERT INTO schema_compatibility (oldest_migration) VALUES ('20261125000004');
