-- What leaves with people, beside the audit: it changes with who leaves, while the
-- commit and the answers do not. Null where nobody asked.

-- +goose Up
ALTER TABLE audits ADD COLUMN known_files INTEGER;
ALTER TABLE audits ADD COLUMN orphaned_files INTEGER;
ALTER TABLE results ADD COLUMN handover BLOB; -- JSON, gzip
