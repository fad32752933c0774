-- Files of watched folders that became videos, so that each is taken once.
CREATE TABLE imports (
    -- Path, size and time of change, as src/watch writes them.
    fingerprint TEXT PRIMARY KEY NOT NULL,
    imported_at BIGINT NOT NULL
);
