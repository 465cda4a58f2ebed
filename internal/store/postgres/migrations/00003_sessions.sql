-- Who is logged in to the pages. The token is a hash: what is kept here logs
-- nobody in.

-- +goose Up
CREATE TABLE sessions (
	token   TEXT COLLATE "C" PRIMARY KEY,
	content BYTEA  NOT NULL,
	expires BIGINT NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires);
