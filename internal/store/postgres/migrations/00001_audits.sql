-- Times are microseconds since 1970 in UTC, 0 for none. There is no way down: it
-- would lose audits. Restore a backup instead.

-- +goose Up
CREATE TABLE repositories (
	id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	challenge  TEXT COLLATE "C" NOT NULL,
	repository TEXT COLLATE "C" NOT NULL,
	latest     BIGINT,
	tried      BIGINT NOT NULL,
	succeeded  BIGINT NOT NULL,
	failure    TEXT    NOT NULL,
	UNIQUE (challenge, repository)
);

-- The ids of the checks that an audit asked, sorted, one a line: the same few
-- lists for all audits.
CREATE TABLE questions (
	id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	digest TEXT NOT NULL UNIQUE,
	checks TEXT NOT NULL
);

CREATE TABLE audits (
	id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	repository_id BIGINT NOT NULL REFERENCES repositories (id),
	commit_id     TEXT    NOT NULL,
	catalogue     TEXT    NOT NULL,
	policy        TEXT    NOT NULL,
	questions_id  BIGINT NOT NULL REFERENCES questions (id),
	answers       TEXT    NOT NULL, -- one letter for each question
	taken         BIGINT NOT NULL,
	seen          BIGINT NOT NULL,
	took_ns       BIGINT NOT NULL,
	continuity    DOUBLE PRECISION,
	actions       INTEGER NOT NULL,
	axes          TEXT    NOT NULL,
	UNIQUE (repository_id, commit_id, catalogue, policy, questions_id, answers)
);

-- Apart from audits, so that reading many scores does not pass by them.
CREATE TABLE results (
	audit_id BIGINT PRIMARY KEY REFERENCES audits (id) ON DELETE CASCADE,
	content  BYTEA NOT NULL -- JSON, gzip
);

-- Compressing what is compressed costs time and saves nothing.
ALTER TABLE results ALTER COLUMN content SET STORAGE EXTERNAL;

-- When which audit became what is known; an earlier one may come back.
CREATE TABLE steps (
	id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	repository_id BIGINT NOT NULL REFERENCES repositories (id),
	audit_id      BIGINT NOT NULL REFERENCES audits (id),
	at            BIGINT NOT NULL
);
CREATE INDEX steps_repository ON steps (repository_id, at);
CREATE INDEX steps_audit ON steps (audit_id);

CREATE TABLE changes (
	id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	challenge   TEXT COLLATE "C" NOT NULL,
	repository  TEXT COLLATE "C" NOT NULL,
	check_id    TEXT    NOT NULL,
	was         TEXT    NOT NULL,
	became      TEXT    NOT NULL,
	from_commit TEXT    NOT NULL,
	to_commit   TEXT    NOT NULL,
	at          BIGINT NOT NULL
);
CREATE INDEX changes_at ON changes (at, id);
CREATE INDEX changes_challenge ON changes (challenge, at, id);

ALTER TABLE repositories ADD FOREIGN KEY (latest) REFERENCES audits (id);
CREATE INDEX repositories_latest ON repositories (latest);

-- Written and emptied again to find out whether there is room.
CREATE TABLE probes (
	id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	content BYTEA NOT NULL
);
