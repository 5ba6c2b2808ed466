-- What a plan knew of its recipients: the column, the rule, the holder's state, the groups. Most people of a plan have it in common, so
-- it is written down once for all of them. 0 is for what was planned before anybody kept it.

-- +goose Up
CREATE TABLE whys (
    event_key BIGINT NOT NULL REFERENCES events (event_key),
    why       BIGINT NOT NULL,
    knew      TEXT   NOT NULL,
    PRIMARY KEY (event_key, why)
);
ALTER TABLE recipients ADD COLUMN why BIGINT NOT NULL DEFAULT 0;
