-- Answered from an index alone, without the rows, of which a library of thousands has tens of megabytes.

-- Whose an uploaded file is, and all that the start asks of every video.
CREATE INDEX videos_by_source ON videos (source_key, source_kept, id);
-- How many videos a viewer's list has.
DROP INDEX videos_by_published;
CREATE INDEX videos_by_published ON videos (published_at DESC, id DESC, status, visibility) WHERE published_at IS NOT NULL;
-- Which manifests are out of date: as a rule none. The conditions are those of the queries, word by word.
CREATE INDEX sprites_not_shown ON sprites (video_id) WHERE shown_number IS NULL OR shown_number <> number;
CREATE INDEX transcripts_not_shown ON transcripts (video_id)
    WHERE number <> shown_number OR (number IS NULL AND shown_number IS NOT NULL)
        OR (number IS NOT NULL AND shown_number IS NULL);
