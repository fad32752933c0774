-- What happened to the programs of machines, and what is to happen: a command is an event that a worker has not finished.
CREATE TABLE deployment_events (
    id           INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- None: the server itself.
    worker_id    TEXT REFERENCES workers (id) ON DELETE SET NULL,
    worker_name  TEXT NOT NULL,
    event_type   TEXT NOT NULL,
    old_version  TEXT,
    new_version  TEXT,
    status       TEXT NOT NULL,
    triggered_by TEXT NOT NULL,
    details      TEXT,
    created_at   BIGINT NOT NULL,
    completed_at BIGINT
);
CREATE INDEX deployment_events_by_worker ON deployment_events (worker_id, id);
-- One command at a time.
CREATE UNIQUE INDEX deployment_events_open ON deployment_events (worker_id) WHERE status IN ('pending', 'in_progress');

-- The last lines of each worker's log.
CREATE TABLE worker_logs (
    worker_id TEXT NOT NULL REFERENCES workers (id) ON DELETE CASCADE,
    number    BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    level     TEXT NOT NULL,
    text      TEXT NOT NULL,
    PRIMARY KEY (worker_id, number)
);
