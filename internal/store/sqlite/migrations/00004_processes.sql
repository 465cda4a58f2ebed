-- Which processes work, and when each last said so, by the database's clock.

-- +goose Up
CREATE TABLE processes (
	id   TEXT    PRIMARY KEY,
	seen INTEGER NOT NULL
) WITHOUT ROWID;
