-- Among equals in priority, jobs take turns: see src/db/tasks.rs.
ALTER TABLE tasks ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;
-- Set while a task runs a second time beside itself: the row whose work this one does.
ALTER TABLE tasks ADD COLUMN twin_of BIGINT;
DROP INDEX tasks_to_claim;
-- The order of claiming within a kind, and all that a claim looks at before it has its row.
CREATE INDEX tasks_to_claim ON tasks (state, kind, priority DESC, turn, id, run_at, requires, job_id);
-- When the next one may run.
CREATE INDEX tasks_due ON tasks (state, kind, run_at, requires, job_id);
-- Nothing runs three times at once.
CREATE UNIQUE INDEX tasks_twins ON tasks (twin_of) WHERE twin_of IS NOT NULL;
-- Attempts of which nobody was heard any more, or whose ffmpeg was ended from outside: not the task's fault as a rule, so
-- more of them are borne.
ALTER TABLE tasks ADD COLUMN machine_faults BIGINT NOT NULL DEFAULT 0;
