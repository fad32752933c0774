-- The pictures that manifests name; others than `number` while they are about to be written.
ALTER TABLE sprites ADD COLUMN shown_number BIGINT;
