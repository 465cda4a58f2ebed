-- What the newest audit of each repository looked at, to judge it again without
-- fetching it.

-- +goose Up
CREATE TABLE evidence (
	repository_id INTEGER PRIMARY KEY REFERENCES repositories (id),
	commit_id     TEXT NOT NULL,
	scope         TEXT NOT NULL,
	content       BLOB NOT NULL
);
