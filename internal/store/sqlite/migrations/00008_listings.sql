-- What forges list for the searches of the portfolio, and which of their
-- repositories a row stands for: a name may change, the forge's number does not.

-- +goose Up
CREATE TABLE listings (
	search  TEXT    PRIMARY KEY,
	version INTEGER NOT NULL, -- counts every change of the row
	content BLOB    NOT NULL, -- JSON, gzip
	listed  INTEGER NOT NULL, -- when the forge last answered
	tried   INTEGER NOT NULL,
	failure TEXT    NOT NULL -- JSON, empty for none
);
ALTER TABLE repositories ADD COLUMN forge_id TEXT NOT NULL DEFAULT '';
