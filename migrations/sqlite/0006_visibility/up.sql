-- Who may see a video, and who may see one that is private.
ALTER TABLE videos ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public';
-- Counts changes of who may see it: links to its files that were handed out before are void.
ALTER TABLE videos ADD COLUMN sharing_version BIGINT NOT NULL DEFAULT 0;

-- A row names an account, or everybody who has a role (or a higher one).
CREATE TABLE video_shares (
    video_id BIGINT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    user_id  TEXT REFERENCES users (id) ON DELETE CASCADE,
    role     TEXT,
    CHECK ((user_id IS NULL) <> (role IS NULL)),
    UNIQUE (video_id, user_id),
    UNIQUE (video_id, role)
);
CREATE INDEX video_shares_by_user ON video_shares (user_id);
