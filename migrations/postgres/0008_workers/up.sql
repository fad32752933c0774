-- Machines that lend their CPU. Ids are UUIDs of version 7, times milliseconds since 1970.
CREATE TABLE workers (
    id           TEXT PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL,
    -- The part of its key that is no secret, by which it is found.
    prefix       TEXT NOT NULL UNIQUE,
    -- HMAC-SHA256 of the whole key, with the server's secret.
    hash         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    disabled_at  BIGINT,
    revoked_at   BIGINT,
    -- It may finish what it has, and gets nothing more.
    draining     BOOLEAN NOT NULL DEFAULT FALSE,
    -- When it last showed up; when it said that it goes, if it did not come back since.
    seen_at      BIGINT,
    left_at      BIGINT,
    version      TEXT,
    -- JSON of what it can do, and of how busy it is.
    capabilities TEXT,
    load         TEXT
);
-- A name can be given again once its key is revoked.
CREATE UNIQUE INDEX workers_by_name ON workers (name) WHERE revoked_at IS NULL;
