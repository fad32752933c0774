-- A job is what was asked for; a task is what one claimer runs. See src/db/tasks.rs for the queue's statements.
CREATE TABLE jobs (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind          TEXT NOT NULL,
    video_id      BIGINT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    generation    BIGINT NOT NULL,
    state         TEXT NOT NULL,
    priority      INTEGER NOT NULL DEFAULT 0,
    plan          TEXT,
    error_code    TEXT,
    error_message TEXT,
    created_at    BIGINT NOT NULL,
    started_at    BIGINT,
    finished_at   BIGINT
);
-- One job of a kind at a time for each video.
CREATE UNIQUE INDEX jobs_active ON jobs (video_id, kind) WHERE state = 'active';
CREATE INDEX jobs_by_video ON jobs (video_id, id);
CREATE INDEX jobs_by_state ON jobs (state, id);

CREATE TABLE tasks (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    job_id        BIGINT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    video_id      BIGINT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,
    spec          TEXT NOT NULL,
    state         TEXT NOT NULL,
    priority      INTEGER NOT NULL DEFAULT 0,
    requires      TEXT NOT NULL DEFAULT '[]',
    attempt       BIGINT NOT NULL DEFAULT 0,
    max_attempts  BIGINT NOT NULL DEFAULT 5,
    -- Times it was given back by no fault of its own (restart, drain).
    interruptions BIGINT NOT NULL DEFAULT 0,
    run_at        BIGINT NOT NULL,
    lease_owner   TEXT,
    lease_token   TEXT,
    lease_until   BIGINT,
    progress      DOUBLE NOT NULL DEFAULT 0,
    speed         DOUBLE,
    error_code    TEXT,
    error_message TEXT,
    error_command TEXT,
    error_stderr  TEXT,
    outcome       TEXT,
    created_at    BIGINT NOT NULL,
    started_at    BIGINT,
    finished_at   BIGINT
);
-- The order of claiming, and all that the claim and the look before it need.
CREATE INDEX tasks_to_claim ON tasks (state, priority DESC, id, kind, run_at);
CREATE INDEX tasks_to_expire ON tasks (state, lease_until);
CREATE INDEX tasks_by_job ON tasks (job_id, state);
CREATE INDEX tasks_by_video ON tasks (video_id);
