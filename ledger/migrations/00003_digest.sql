-- What a weekly digest counts. All of it follows from the timeline, and is about Microsoft Entra roles alone. It is written down
-- apart, in the order in which it is counted, so that a count reads a range of an index and nothing else.

-- +goose Up
CREATE TABLE facts (
    tenant      TEXT   NOT NULL,
    tile        TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    resource_id TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    PRIMARY KEY (tenant, tile, at, resource_id, seq)
);

-- Assignments that were active for good from the first. They make somebody permanent who was eligible for the same at that moment.
-- That is looked up when they are counted, so that it does not matter in which order the record learned of the two.
CREATE TABLE permanents (
    tenant       TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    principal_id TEXT   NOT NULL,
    role_id      TEXT   NOT NULL,
    scope_id     TEXT   NOT NULL,
    resource_id  TEXT   NOT NULL,
    PRIMARY KEY (tenant, at, principal_id, role_id, scope_id, resource_id)
);

-- From when until when an assignment left its principal eligible, as the change seq of it said. The last moment is no part of it.
CREATE TABLE eligibilities (
    tenant       TEXT   NOT NULL,
    resource_id  TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    principal_id TEXT   NOT NULL,
    role_id      TEXT   NOT NULL,
    scope_id     TEXT   NOT NULL,
    since        BIGINT NOT NULL,
    until        BIGINT NOT NULL,
    PRIMARY KEY (tenant, resource_id, seq)
);
CREATE INDEX eligibilities_principal ON eligibilities (tenant, principal_id, role_id, scope_id, until, since, resource_id);

-- The numbers of a digest as they were told.
CREATE TABLE digests (
    tenant  TEXT   NOT NULL,
    slot    TEXT   NOT NULL,
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL,
    figures TEXT   NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, slot)
);
CREATE INDEX digests_to ON digests (tenant, to_at);
