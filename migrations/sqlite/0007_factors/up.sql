-- What people show besides a password, or instead of one. Times are milliseconds since 1970.
CREATE TABLE totp (
    user_id      TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Encrypted with a key of the server's secret.
    secret       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    -- None: its owner has not shown a code of it yet, so none is asked for.
    confirmed_at BIGINT,
    -- The time step of the last code that was taken: none is good twice.
    last_step    BIGINT NOT NULL
);

-- Codes on paper, for whoever lost the phone. One that was used is gone.
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- HMAC-SHA256 with the server's secret.
    hash    TEXT NOT NULL,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE passkeys (
    -- The credential's id, base64url.
    id           TEXT PRIMARY KEY NOT NULL,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    -- Public key and what else never changes, base64; no secret.
    fixed        TEXT NOT NULL,
    -- Signature counter and flags, base64.
    changing     TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at);

-- Accounts elsewhere (OpenID Connect) that log in to one here.
CREATE TABLE identities (
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What the provider calls them, to show.
    name         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (issuer, subject)
);
-- One account of a provider for each here.
CREATE UNIQUE INDEX identities_by_user ON identities (user_id, issuer);
