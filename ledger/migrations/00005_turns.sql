-- Who wants to send, and who had the last turn: mail that asks for an action goes first, and tenants take turns.

-- +goose Up
CREATE TABLE turns (
    name       TEXT   NOT NULL,
    tenant     TEXT   NOT NULL,
    urgent     BIGINT NOT NULL,
    asked_at   BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (name, urgent, tenant)
);
