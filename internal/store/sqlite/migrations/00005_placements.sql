-- What people decided about actions. Each decision is a row of its own; the one
-- with the highest id is in force.

-- +goose Up
CREATE TABLE placements (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	challenge  TEXT    NOT NULL,
	repository TEXT    NOT NULL, -- empty for a question about the challenge as a whole
	check_id   TEXT    NOT NULL,
	quadrant   TEXT    NOT NULL,
	side       TEXT    NOT NULL,
	assignee   TEXT    NOT NULL,
	due        INTEGER NOT NULL,
	progress   TEXT    NOT NULL,
	reason     TEXT    NOT NULL,
	author     TEXT    NOT NULL,
	at         INTEGER NOT NULL
);
CREATE INDEX placements_action ON placements (challenge, repository, check_id, id);
