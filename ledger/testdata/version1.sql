INSERT INTO ledger (name, value)
	VALUES ('id', '3fLnb7vs7BKEOxJpmzDIWg');
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'activationRequests', 'r1', 'h1', '{"principal":{"id":"u7","displayName":"Alain Charon","mail":"alain@contoso.example"},"justification":"restore drill"}', '{"tenant":"contoso"}', 'Granted', 1, 'K_zDvO3dB0hZtMqP75ByiQ', 1795435200000000, 1795435201000000, 1795600820545570);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'activationRequests', 'r2', 'h1', '{"principal":{"id":"u8","displayName":"Zoë O''Neill"},"justification":"née \"Ngũgĩ\"; -- 100 %"}', '{"tenant":"contoso"}', 'PendingApproval', 0, NULL, 1795435200000000, NULL, 1795600820547747);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'activationRequests', 'r3', 'h1', '{"principal":{"id":"u7","displayName":"Alain Charon","mail":"alain@contoso.example"},"justification":"restore drill"}', '{"tenant":"contoso"}', 'Failed', 1, NULL, 1795435200000000, NULL, 1795600820555855);
INSERT INTO proposals (proposal_id, tenant, collection, resource_id, review_result, justification, reviewer_id, reviewer_name, reviewer_mail, reviewer_type, reviewed_at, updated_at)
	VALUES ('K_zDvO3dB0hZtMqP75ByiQ', 'contoso', 'activationRequests', 'r1', 'Approve', 'it''s ok', 'u2', 'Isabella Simonsen', 'isabella@contoso.example', 'user', 1795435260000000, 1795600820542061);
INSERT INTO proposals (proposal_id, tenant, collection, resource_id, review_result, justification, reviewer_id, reviewer_name, reviewer_mail, reviewer_type, reviewed_at, updated_at)
	VALUES ('RwW06T4kEz-D6agkU-zEjQ', 'contoso', 'activationRequests', 'r1', 'Deny', 'it''s ok', 'u3', '', '', '', 1795435260000000, 1795600820542739);
INSERT INTO proposals (proposal_id, tenant, collection, resource_id, review_result, justification, reviewer_id, reviewer_name, reviewer_mail, reviewer_type, reviewed_at, updated_at)
	VALUES ('DdfmagRtt2E9sALMrzGMnQ', 'contoso', 'activationRequests', 'r3', '', 'the quota of roles was reached', '', '', '', '', -62135596800000000, 1795600820554489);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r1', 0, 1795435200000000, 'requested', 'PendingApproval', NULL, '{"seq":0,"at":"2026-11-23T12:00:00Z","what":"requested","status":"PendingApproval","by":"u7","schedule":[{"event":{"id":"activation.r1.pendingApproval","kind":"activation.pendingApproval","dueDateTime":"2026-11-23T12:03:00Z"},"part":"all","dueDateTime":"2026-11-23T12:03:00Z"}]}', 1795600820525810);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r1', 1, 1795435260000000, 'approved', 'Granted', 'K_zDvO3dB0hZtMqP75ByiQ', '{"seq":1,"at":"2026-11-23T12:01:00Z","what":"approved","status":"Granted","by":"u2","decisionId":"K_zDvO3dB0hZtMqP75ByiQ","withdraw":[{"id":"activation.r1.pendingApproval","kind":"activation.pendingApproval","dueDateTime":"2026-11-23T12:03:00Z"}],"schedule":[{"event":{"id":"activation.r1.approved","kind":"activation.approved","dueDateTime":"2026-11-23T12:01:00Z"},"part":"requestor","dueDateTime":"2026-11-23T12:01:00Z"},{"event":{"id":"activation.r1.approved","kind":"activation.approved","dueDateTime":"2026-11-23T12:09:00Z"},"part":"others","dueDateTime":"2026-11-23T12:09:00Z"}]}', 1795600820545442);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r2', 0, 1795435200000000, 'requested', 'PendingApproval', NULL, '{"seq":0,"at":"2026-11-23T12:00:00Z","what":"requested","status":"PendingApproval","by":"u8","schedule":[{"event":{"id":"activation.r2.pendingApproval","kind":"activation.pendingApproval","dueDateTime":"2026-11-23T12:03:00Z"},"part":"all","dueDateTime":"2026-11-23T12:03:00Z"}]}', 1795600820548369);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r3', 0, 1795435200000000, 'requested', 'PendingApproval', NULL, '{"seq":0,"at":"2026-11-23T12:00:00Z","what":"requested","status":"PendingApproval","by":"u7","schedule":[{"event":{"id":"activation.r3.pendingApproval","kind":"activation.pendingApproval","dueDateTime":"2026-11-23T12:03:00Z"},"part":"all","dueDateTime":"2026-11-23T12:03:00Z"}]}', 1795600820553002);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r3', 1, 1795435260000000, 'failed', 'Failed', 'DdfmagRtt2E9sALMrzGMnQ', '{"seq":1,"at":"2026-11-23T12:01:00Z","what":"failed","status":"Failed","decisionId":"DdfmagRtt2E9sALMrzGMnQ"}', 1795600820555661);
INSERT INTO events (event_key, tenant, collection, resource_id, kind, occurrence, display_id, due_at, withdrawn, updated_at)
	VALUES (7983265140179507700, 'contoso', 'activationRequests', 'r1', 'activation.pendingApproval', '', 'activation.r1.pendingApproval', 1795435380000000, 'withdrawn:approved', 1795600820545627);
INSERT INTO events (event_key, tenant, collection, resource_id, kind, occurrence, display_id, due_at, withdrawn, updated_at)
	VALUES (5931548595311332165, 'contoso', 'activationRequests', 'r1', 'activation.approved', '', 'activation.r1.approved', 1795435260000000, '', 1795600820545819);
INSERT INTO events (event_key, tenant, collection, resource_id, kind, occurrence, display_id, due_at, withdrawn, updated_at)
	VALUES (1675131041389028197, 'contoso', 'activationRequests', 'r2', 'activation.pendingApproval', '', 'activation.r2.pendingApproval', 1795435380000000, '', 1795600820548947);
INSERT INTO events (event_key, tenant, collection, resource_id, kind, occurrence, display_id, due_at, withdrawn, updated_at)
	VALUES (8766985952906344593, 'contoso', 'activationRequests', 'r3', 'activation.pendingApproval', '', 'activation.r3.pendingApproval', 1795435380000000, '', 1795600820553124);
INSERT INTO parts (event_key, part, due_at, planned_at, updated_at)
	VALUES (7983265140179507700, 'all', 1795435200000000, 1795435200000000, 1795600820528764);
INSERT INTO parts (event_key, part, due_at, planned_at, updated_at)
	VALUES (5931548595311332165, 'requestor', 1795435260000000, NULL, 1795600820545985);
INSERT INTO parts (event_key, part, due_at, planned_at, updated_at)
	VALUES (5931548595311332165, 'others', 1795435740000000, NULL, 1795600820546001);
INSERT INTO parts (event_key, part, due_at, planned_at, updated_at)
	VALUES (1675131041389028197, 'all', 1795435380000000, NULL, 1795600820549498);
INSERT INTO parts (event_key, part, due_at, planned_at, updated_at)
	VALUES (8766985952906344593, 'all', 1795435380000000, NULL, 1795600820553248);
INSERT INTO recipients (mail_id, event_key, part, position, ord, address, principal_id, display_name, audience, recipient_type, status, reason, detail, message_id, subject, attempt, claimed_by, lease_until, unknown_since, due_at, sent_at, updated_at)
	VALUES ('S0vQW9UMKKf1CqlQhqkBxw', 7983265140179507700, 'all', 0, 1, 'u1@contoso.example', 'u1', 'User 1', 'approver', 'Approver', 'sent', '', '', 'm-S0vQW9UMKKf1CqlQhqkBxw', 'PIM: Review a request', 1, 'w1', NULL, NULL, 1795435200000000, 1795435201000000, 1795600820540320);
INSERT INTO recipients (mail_id, event_key, part, position, ord, address, principal_id, display_name, audience, recipient_type, status, reason, detail, message_id, subject, attempt, claimed_by, lease_until, unknown_since, due_at, sent_at, updated_at)
	VALUES ('7VYFfA2LWD3PSYKlh1SqeA', 7983265140179507700, 'all', 1, 2, 'u2@contoso.example', 'u2', 'User 2', 'approver', 'Approver', 'cancelled', 'withdrawn:approved', '', '', '', 0, '', NULL, NULL, 1795435200000000, NULL, 1795600820545669);
