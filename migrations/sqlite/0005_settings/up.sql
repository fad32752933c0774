-- What an admin changed while the program ran; it overlays the configuration.
CREATE TABLE settings (
    -- A key of src/config/keys.rs that is marked runtime.
    key TEXT PRIMARY KEY NOT NULL,
    -- JSON.
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- Who changed it, as far as known.
    updated_by TEXT
);
