-- What the latest audit follows from, as a digest; empty for unknown. A repository
-- of which nothing has changed is not judged again.

-- +goose Up
ALTER TABLE repositories ADD COLUMN basis TEXT NOT NULL DEFAULT '';
