-- What SES says of mails after they were handed over, each thing once, however often it is told.

-- +goose Up
CREATE TABLE observations (
    tenant      TEXT   NOT NULL,
    mail_id     TEXT   NOT NULL REFERENCES recipients (mail_id),
    attempt     BIGINT NOT NULL,
    message_id  TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    detail      TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (mail_id, attempt, message_id, kind, at)
);
-- A mail that is told of without its tags is found by the service's id.
CREATE INDEX recipients_message ON recipients (message_id) WHERE message_id <> '';

-- Addresses that nothing more is sent to, until somebody clears them. All tenants of a deployment send from one SES account, whose
-- reputation a further mail to such an address would harm, so there is one list.
CREATE TABLE suppressions (
    suppression_id TEXT   NOT NULL PRIMARY KEY,
    address        TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    detail         TEXT   NOT NULL,
    message_id     TEXT   NOT NULL,
    since          BIGINT NOT NULL,
    cleared_at     BIGINT,
    cleared_by     TEXT   NOT NULL DEFAULT '',
    cleared_why    TEXT   NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX suppressions_address ON suppressions (address) WHERE cleared_at IS NULL;
