"""The ledger's schema, as the steps that made it: step n leads from version n - 1 to version n.

A step that was ever released is never edited; a new version is a new step at the end. The version
stands in the file itself (`PRAGMA user_version`).
"""

FIRST = """
CREATE TABLE texts (
    hash TEXT PRIMARY KEY,   -- SHA-256 of the content
    content TEXT NOT NULL
);
CREATE TABLE records (
    number INTEGER PRIMARY KEY,  -- 1, 2, 3, ... without gaps
    id TEXT NOT NULL UNIQUE,     -- hash of inputs and results
    scenario TEXT NOT NULL,
    as_of TEXT NOT NULL,
    model TEXT NOT NULL,
    seed TEXT NOT NULL,          -- digits, for it may be longer than an INTEGER
    interval REAL NOT NULL,
    settings TEXT NOT NULL,      -- JSON, as are versions, results and diagnostics
    versions TEXT NOT NULL,
    belief TEXT NOT NULL,
    results TEXT NOT NULL,
    diagnostics TEXT NOT NULL,
    model_text TEXT NOT NULL REFERENCES texts (hash),
    inputs TEXT NOT NULL REFERENCES texts (hash),
    known TEXT NOT NULL REFERENCES texts (hash),
    written TEXT NOT NULL,       -- UTC
    chain TEXT NOT NULL          -- hash of the chain before and of this row
);
CREATE INDEX records_by_day ON records (scenario, as_of);
CREATE TABLE head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL,     -- how many records there are
    chain TEXT NOT NULL          -- the chain of the last
);
INSERT INTO head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
"""

SEALS = """
CREATE TABLE seals (
    number INTEGER PRIMARY KEY,  -- counted along with the records, so that both are one chain
    scenario TEXT NOT NULL,
    what TEXT NOT NULL,          -- own: the analyst's numbers; read: those of others were read
    as_of TEXT NOT NULL,
    content TEXT NOT NULL,       -- JSON
    written TEXT NOT NULL,       -- UTC
    chain TEXT NOT NULL
);
CREATE INDEX seals_by_scenario ON seals (scenario, number);
"""

MIGRATIONS = (FIRST, SEALS)
