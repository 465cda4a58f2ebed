-- Times are microseconds since 1970 in UTC, 0 for none. There is no way down: it
-- would lose audits. Restore a backup instead.

-- +goose Up
CREATE TABLE repositories (
	id         INTEGER PRIMARY KEY,
	challenge  TEXT    NOT NULL,
	repository TEXT    NOT NULL,
	latest     INTEGER REFERENCES audits (id),
	tried      INTEGER NOT NULL,
	succeeded  INTEGER NOT NULL,
	failure    TEXT    NOT NULL,
	UNIQUE (challenge, repository)
);

-- The ids of the checks that an audit asked, sorted, one a line: the same few
-- lists for all audits.
CREATE TABLE questions (
	id     INTEGER PRIMARY KEY,
	digest TEXT NOT NULL UNIQUE,
	checks TEXT NOT NULL
);

CREATE TABLE audits (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	commit_id     TEXT    NOT NULL,
	catalogue     TEXT    NOT NULL,
	policy        TEXT    NOT NULL,
	questions_id  INTEGER NOT NULL REFERENCES questions (id),
	answers       TEXT    NOT NULL, -- one letter for each question
	taken         INTEGER NOT NULL,
	seen          INTEGER NOT NULL,
	took_ns       INTEGER NOT NULL,
	continuity    REAL,
	actions       INTEGER NOT NULL,
	axes          TEXT    NOT NULL,
	UNIQUE (repository_id, commit_id, catalogue, policy, questions_id, answers)
);

-- Apart from audits, so that reading many scores does not pass by them.
CREATE TABLE results (
	audit_id INTEGER PRIMARY KEY REFERENCES audits (id) ON DELETE CASCADE,
	content  BLOB NOT NULL -- JSON, gzip
);

-- When which audit became what is known; an earlier one may come back.
CREATE TABLE steps (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	repository_id INTEGER NOT NULL REFERENCES repositories (id),
	audit_id      INTEGER NOT NULL REFERENCES audits (id),
	at            INTEGER NOT NULL
);
CREATE INDEX steps_repository ON steps (repository_id, at);
CREATE INDEX steps_audit ON steps (audit_id);

CREATE TABLE changes (
	id          INTEGER PRIMARY KEY,
	challenge   TEXT    NOT NULL,
	repository  TEXT    NOT NULL,
	check_id    TEXT    NOT NULL,
	was         TEXT    NOT NULL,
	became      TEXT    NOT NULL,
	from_commit TEXT    NOT NULL,
	to_commit   TEXT    NOT NULL,
	at          INTEGER NOT NULL
);
CREATE INDEX changes_at ON changes (at, id);
CREATE INDEX changes_challenge ON changes (challenge, at, id);
CREATE INDEX repositories_latest ON repositories (latest);

-- Written and emptied again to find out whether there is room.
CREATE TABLE probes (
	id      INTEGER PRIMARY KEY,
	content BLOB NOT NULL
);
