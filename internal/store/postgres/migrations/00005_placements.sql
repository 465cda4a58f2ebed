-- What people decided about actions. Each decision is a row of its own; the one
-- with the highest id is in force.

-- +goose Up
CREATE TABLE placements (
	id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	challenge  TEXT COLLATE "C" NOT NULL,
	repository TEXT COLLATE "C" NOT NULL, -- empty for a question about the challenge as a whole
	check_id   TEXT COLLATE "C" NOT NULL,
	quadrant   TEXT   NOT NULL,
	side       TEXT   NOT NULL,
	assignee   TEXT   NOT NULL,
	due        BIGINT NOT NULL,
	progress   TEXT   NOT NULL,
	reason     TEXT   NOT NULL,
	author     TEXT   NOT NULL,
	at         BIGINT NOT NULL
);
CREATE INDEX placements_action ON placements (challenge, repository, check_id, id);
