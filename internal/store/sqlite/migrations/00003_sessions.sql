-- Who is logged in to the pages. The token is a hash: what is kept here logs
-- nobody in.

-- +goose Up
CREATE TABLE sessions (
	token   TEXT    PRIMARY KEY,
	content BLOB    NOT NULL,
	expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_expires ON sessions (expires);
