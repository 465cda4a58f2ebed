-- Which processes work, and when each last said so, by the database's clock.

-- +goose Up
CREATE TABLE processes (
	id   TEXT COLLATE "C" PRIMARY KEY,
	seen BIGINT NOT NULL
);
