-- What was done to the record, transaction by transaction, each chained to the one before it. Rows are added and never changed.

-- +goose Up
CREATE TABLE audit (
    seq     BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    key_id  TEXT   NOT NULL,
    before  TEXT   NOT NULL,
    body    TEXT   NOT NULL,
    hash    TEXT   NOT NULL
);

-- The latest of them: what the next one follows, and for whose lock those who write wait in turn.
CREATE TABLE audit_head (
    name   TEXT   NOT NULL PRIMARY KEY,
    seq    BIGINT NOT NULL,
    key_id TEXT   NOT NULL,
    hash   TEXT   NOT NULL
);
INSERT INTO audit_head (name, seq, key_id, hash) VALUES ('head', 0, '', '');
