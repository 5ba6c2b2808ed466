-- One set of statements for SQLite and PostgreSQL: times are BIGINT microseconds since 1970 (UTC), keys are chosen by the
-- program, and everything foreign is TEXT, JSON included, because PostgreSQL's jsonb refuses \u0000.

-- +goose Up
CREATE TABLE ledger (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- A request as it was accepted, and what it is after the change with the highest seq.
CREATE TABLE requests (
    tenant      TEXT   NOT NULL,
    collection  TEXT   NOT NULL,
    resource_id TEXT   NOT NULL,
    hash        TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    input       TEXT   NOT NULL,
    status      TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    decision_id TEXT,
    accepted_at BIGINT NOT NULL,
    started_at  BIGINT,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, collection, resource_id)
);
CREATE INDEX requests_unstarted ON requests (accepted_at) WHERE started_at IS NULL;

-- Decisions and reports as they were proposed. The one that a row of the timeline names was accepted; the others were refused.
CREATE TABLE proposals (
    proposal_id   TEXT   NOT NULL PRIMARY KEY,
    tenant        TEXT   NOT NULL,
    collection    TEXT   NOT NULL,
    resource_id   TEXT   NOT NULL,
    review_result TEXT   NOT NULL,
    justification TEXT   NOT NULL,
    reviewer_id   TEXT   NOT NULL,
    reviewer_name TEXT   NOT NULL,
    reviewer_mail TEXT   NOT NULL,
    reviewer_type TEXT   NOT NULL,
    reviewed_at   BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    FOREIGN KEY (tenant, collection, resource_id) REFERENCES requests (tenant, collection, resource_id)
);
CREATE INDEX proposals_resource ON proposals (tenant, collection, resource_id);

CREATE TABLE timeline (
    tenant      TEXT   NOT NULL,
    collection  TEXT   NOT NULL,
    resource_id TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    what        TEXT   NOT NULL,
    status      TEXT   NOT NULL,
    decision_id TEXT,
    change      TEXT   NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, collection, resource_id, seq),
    FOREIGN KEY (tenant, collection, resource_id) REFERENCES requests (tenant, collection, resource_id)
);

-- An event needs no request: the mark that it is withdrawn may come first, and some resources have none.
CREATE TABLE events (
    event_key   BIGINT NOT NULL PRIMARY KEY,
    tenant      TEXT   NOT NULL,
    collection  TEXT   NOT NULL,
    resource_id TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    occurrence  TEXT   NOT NULL,
    display_id  TEXT   NOT NULL,
    due_at      BIGINT NOT NULL,
    withdrawn   TEXT   NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (tenant, collection, resource_id, kind, occurrence)
);
CREATE INDEX events_display ON events (tenant, display_id);

CREATE TABLE parts (
    event_key  BIGINT NOT NULL REFERENCES events (event_key),
    part       TEXT   NOT NULL,
    due_at     BIGINT NOT NULL,
    planned_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (event_key, part)
);

-- One row per recipient of an event. position is the place in the plan, skipped ones included; ord the order told, 0 for none.
CREATE TABLE recipients (
    mail_id        TEXT   NOT NULL PRIMARY KEY,
    event_key      BIGINT NOT NULL REFERENCES events (event_key),
    part           TEXT   NOT NULL,
    position       BIGINT NOT NULL,
    ord            BIGINT NOT NULL,
    address        TEXT   NOT NULL,
    principal_id   TEXT   NOT NULL,
    display_name   TEXT   NOT NULL,
    audience       TEXT   NOT NULL,
    recipient_type TEXT   NOT NULL,
    status         TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    detail         TEXT   NOT NULL,
    message_id     TEXT   NOT NULL,
    subject        TEXT   NOT NULL,
    attempt        BIGINT NOT NULL,
    claimed_by     TEXT   NOT NULL,
    lease_until    BIGINT,
    unknown_since  BIGINT,
    due_at         BIGINT NOT NULL,
    sent_at        BIGINT,
    updated_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX recipients_event ON recipients (event_key, position);
CREATE INDEX recipients_open ON recipients (event_key, ord, position) WHERE status IN ('planned', 'sending', 'unknown');

-- When the next send of a limit may leave.
CREATE TABLE pace (
    name       TEXT   NOT NULL PRIMARY KEY,
    next_at    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
