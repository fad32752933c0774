-- Times are milliseconds since 1970, JSON is text. AUTOINCREMENT: an id names a directory and is never used again.
CREATE TABLE videos (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    slug               TEXT NOT NULL UNIQUE,
    title              TEXT NOT NULL,
    -- The title in lower case, for sorting bytewise on every database.
    title_key          TEXT NOT NULL,
    description        TEXT NOT NULL DEFAULT '',
    status             TEXT NOT NULL,
    error_code         TEXT,
    error_message      TEXT,
    warnings           TEXT NOT NULL DEFAULT '[]',
    source_key         TEXT NOT NULL,
    source_name        TEXT NOT NULL,
    source_size_bytes  BIGINT NOT NULL,
    source_kept        BOOLEAN NOT NULL DEFAULT TRUE,
    media              TEXT NOT NULL,
    duration_seconds   DOUBLE NOT NULL DEFAULT 0,
    width              BIGINT NOT NULL DEFAULT 0,
    height             BIGINT NOT NULL DEFAULT 0,
    generation         BIGINT,
    renditions         TEXT NOT NULL DEFAULT '[]',
    max_quality        TEXT,
    placeholder        TEXT,
    thumbnail_widths   TEXT NOT NULL DEFAULT '[]',
    created_at         BIGINT NOT NULL,
    published_at       BIGINT,
    -- Set once: a video that an admin took back is not published again by its next job.
    first_published_at BIGINT
);
CREATE INDEX videos_by_published ON videos (published_at DESC, id DESC) WHERE published_at IS NOT NULL;
CREATE INDEX videos_by_title ON videos (title_key, id) WHERE published_at IS NOT NULL;
CREATE INDEX videos_by_duration ON videos (duration_seconds, id) WHERE published_at IS NOT NULL;
CREATE INDEX videos_by_created ON videos (created_at DESC, id DESC);
CREATE INDEX videos_by_status ON videos (status, created_at DESC, id DESC);

CREATE VIRTUAL TABLE videos_fts USING fts5 (
    title, description, content='videos', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER videos_fts_insert AFTER INSERT ON videos BEGIN
    INSERT INTO videos_fts (rowid, title, description) VALUES (new.id, new.title, new.description);
END;
CREATE TRIGGER videos_fts_delete AFTER DELETE ON videos BEGIN
    INSERT INTO videos_fts (videos_fts, rowid, title, description) VALUES ('delete', old.id, old.title, old.description);
END;
CREATE TRIGGER videos_fts_update AFTER UPDATE OF title, description ON videos BEGIN
    INSERT INTO videos_fts (videos_fts, rowid, title, description) VALUES ('delete', old.id, old.title, old.description);
    INSERT INTO videos_fts (rowid, title, description) VALUES (new.id, new.title, new.description);
END;
