-- What is proposed can have a name, under which its caller asks for it again once it was accepted, and a body, where it says
-- more than a decision does.

-- +goose Up
ALTER TABLE proposals ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE proposals ADD COLUMN hash TEXT NOT NULL DEFAULT '';
ALTER TABLE proposals ADD COLUMN body TEXT NOT NULL DEFAULT '';
CREATE INDEX proposals_name ON proposals (tenant, collection, resource_id, name) WHERE name <> '';

-- From a proposal to the change that accepted it: an assignment can have thousands of them.
CREATE INDEX timeline_decision ON timeline (decision_id) WHERE decision_id IS NOT NULL;
