-- Addresses elsewhere that are told what happens here.
CREATE TABLE webhooks (
    id              TEXT PRIMARY KEY NOT NULL,
    name            TEXT NOT NULL,
    -- Scheme, host and port; the rest of the address may hold a key of its own.
    origin          TEXT NOT NULL,
    -- Address, secrets and headers, sealed.
    target          TEXT NOT NULL,
    -- What it is told of: a JSON list.
    events          TEXT NOT NULL,
    active          BOOLEAN NOT NULL,
    -- Kept as alerts.webhook_url says.
    managed         BOOLEAN NOT NULL,
    -- Why the server itself switched it off.
    disabled_reason TEXT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    tried_at        BIGINT NOT NULL DEFAULT 0,
    last_success_at BIGINT,
    last_failure_at BIGINT,
    -- In a row.
    failures        BIGINT NOT NULL DEFAULT 0,
    -- It is left alone until then.
    rest_until      BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX webhooks_managed ON webhooks (managed) WHERE managed;

-- What each of them is told: written together with what it tells, sent later.
CREATE TABLE webhook_deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    webhook_id      TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    -- The same at each attempt.
    message_id      TEXT NOT NULL,
    event           TEXT NOT NULL,
    payload         TEXT NOT NULL,
    status          TEXT NOT NULL,
    -- Attempts that ended.
    attempts        BIGINT NOT NULL DEFAULT 0,
    -- When it is due; while it is sent, when its lease ends.
    run_at          BIGINT NOT NULL,
    lease_token     TEXT,
    created_at      BIGINT NOT NULL,
    tried_at        BIGINT,
    finished_at     BIGINT,
    response_status BIGINT,
    response_body   TEXT,
    duration_ms     BIGINT,
    error_code      TEXT,
    error_message   TEXT
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, run_at) WHERE status IN ('pending', 'sending');
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created_at);
