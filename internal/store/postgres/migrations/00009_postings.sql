-- What perenne writes to forges: one issue or status each. claimed is until when a
-- process may write it, by the database's clock.

-- +goose Up
CREATE TABLE postings (
	challenge  TEXT COLLATE "C" NOT NULL,
	repository TEXT COLLATE "C" NOT NULL, -- empty for the challenge as a whole
	kind       TEXT COLLATE "C" NOT NULL,
	number     BIGINT NOT NULL,
	url        TEXT   NOT NULL,
	digest     TEXT   NOT NULL,
	seen       TEXT   NOT NULL,
	written    BIGINT NOT NULL,
	tried      BIGINT NOT NULL,
	failure    TEXT   NOT NULL,
	claimed    BIGINT NOT NULL,
	PRIMARY KEY (challenge, repository, kind)
);
