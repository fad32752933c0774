-- What is said in videos. Words with their times, and captions, stand in files.
CREATE TABLE transcripts (
    video_id         BIGINT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
    -- The directory of its files. None: it was deleted, and must not come back by itself.
    number           BIGINT,
    -- The one that manifests name; another than `number` while they are about to be written.
    shown_number     BIGINT,
    language         TEXT,
    -- How sure that is; none where somebody said so.
    probability      DOUBLE PRECISION,
    text             TEXT NOT NULL,
    word_count       BIGINT NOT NULL,
    duration_seconds DOUBLE PRECISION NOT NULL,
    -- A person changed what was heard.
    edited           BOOLEAN NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);
