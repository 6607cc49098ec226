CREATE TABLE executions (
    number      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    workflow    TEXT NOT NULL,
    version     INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    status      TEXT NOT NULL,
    run         INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    owner       TEXT,
    due         INTEGER,
    retries     TEXT,
    events      INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    ended       INTEGER
) STRICT;

CREATE INDEX executions_by_creation ON executions (created);
CREATE INDEX executions_by_workflow ON executions (workflow, created);
CREATE INDEX executions_by_status ON executions (status, created) WHERE status <> 'completed';
CREATE INDEX executions_by_end ON executions (ended) WHERE ended IS NOT NULL;
CREATE INDEX executions_by_owner ON executions (owner) WHERE owner IS NOT NULL;
CREATE INDEX executions_due ON executions (workflow, due)
    WHERE owner IS NULL AND due IS NOT NULL AND status IN ('running', 'waiting', 'compensating');

CREATE TABLE payloads (
    key       INTEGER PRIMARY KEY,
    execution INTEGER GENERATED ALWAYS AS (key >> 2) VIRTUAL,
    name      TEXT GENERATED ALWAYS AS (CASE key & 3 WHEN 1 THEN 'input' WHEN 2 THEN 'result' ELSE 'error' END) VIRTUAL,
    data      TEXT NOT NULL
) STRICT;

CREATE TABLE journal (
    number    INTEGER PRIMARY KEY,
    execution INTEGER NOT NULL,
    revision  INTEGER NOT NULL,
    run       INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    events    TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX journal_by_execution ON journal (execution, revision);

CREATE TABLE messages (
    number    INTEGER PRIMARY KEY,
    execution INTEGER NOT NULL,
    id        TEXT NOT NULL,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    data      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    consumed  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (execution, id)
) STRICT;

CREATE INDEX messages_unread ON messages (execution) WHERE consumed = 0;

CREATE TABLE owners (
    owner       TEXT PRIMARY KEY,
    lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    position  INTEGER PRIMARY KEY AUTOINCREMENT,
    execution TEXT NOT NULL,
    name      TEXT NOT NULL,
    data      TEXT NOT NULL,
    at        INTEGER NOT NULL
) STRICT;

CREATE TABLE subscribers (
    name     TEXT PRIMARY KEY,
    owner    TEXT,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schedules (
    name     TEXT PRIMARY KEY,
    data     TEXT NOT NULL,
    next     INTEGER,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW overview AS
SELECT e.id, e.workflow, e.version, e.status, e.run, e.owner,
       datetime(e.created / 1000, 'unixepoch') AS created,
       datetime(e.due / 1000, 'unixepoch') AS due,
       datetime(e.ended / 1000, 'unixepoch') AS ended,
       e.retries, i.data AS input, r.data AS result, x.data AS error
FROM executions e
LEFT JOIN payloads i ON i.key = e.number * 4 + 1
LEFT JOIN payloads r ON r.key = e.number * 4 + 2
LEFT JOIN payloads x ON x.key = e.number * 4 + 3;

CREATE VIEW history AS
SELECT e.id, j.run, j.seq - json_array_length(j.events) + 1 + v.key AS seq,
       strftime('%Y-%m-%d %H:%M:%f', j.at / 1000.0, 'unixepoch') AS at,
       v.value ->> 0 AS kind, v.value ->> 1 AS path, coalesce(v.value ->> 3, v.value -> 2) AS data
FROM executions e
JOIN journal j ON j.execution = e.number
JOIN json_each(j.events) v
ORDER BY j.execution, j.revision, v.key;
