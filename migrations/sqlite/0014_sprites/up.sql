-- Pictures for the seek bar, those in use: what was made, and the number of their files.
CREATE TABLE sprites (
    video_id         BIGINT PRIMARY KEY NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    number           BIGINT NOT NULL,
    interval_seconds BIGINT NOT NULL,
    tiles            BIGINT NOT NULL,
    sheet_columns    BIGINT NOT NULL,
    sheet_rows       BIGINT NOT NULL,
    width            BIGINT NOT NULL,
    height           BIGINT NOT NULL,
    made_at          BIGINT NOT NULL
);
