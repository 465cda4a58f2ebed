-- What perenne writes to forges: one issue or status each. claimed is until when a
-- process may write it, by the database's clock.

-- +goose Up
CREATE TABLE postings (
	challenge  TEXT    NOT NULL,
	repository TEXT    NOT NULL, -- empty for the challenge as a whole
	kind       TEXT    NOT NULL,
	number     INTEGER NOT NULL,
	url        TEXT    NOT NULL,
	digest     TEXT    NOT NULL,
	seen       TEXT    NOT NULL,
	written    INTEGER NOT NULL,
	tried      INTEGER NOT NULL,
	failure    TEXT    NOT NULL,
	claimed    INTEGER NOT NULL,
	PRIMARY KEY (challenge, repository, kind)
) WITHOUT ROWID;
