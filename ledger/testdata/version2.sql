INSERT INTO ledger (name, value)
	VALUES ('id', 'oJP4K-E4RYpMeTB5uJdm8w');
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'activationRequests', 'r1', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u7","displayName":"Alain Charon"},"role":{"id":"role1","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Revoked', 3, NULL, 1794819600000000, NULL, 1795611377747525);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'activationRequests', 'r2', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u8","displayName":"Alain Charon"},"role":{"id":"role1","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 1, NULL, 1794906000000000, NULL, 1795611377749375);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'activationRequests', 'r3', 'h1', '{"action":"adminAssign","resourceKind":"azureResource","principal":{"id":"u8","displayName":"Alain Charon"},"role":{"id":"role1","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 1, NULL, 1794906000000000, NULL, 1795611377751572);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'activationRequests', 'r4', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u8","displayName":"Alain Charon"},"role":{"id":"role1","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'TimedOut', 1, NULL, 1794992400000000, NULL, 1795611377752922);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'activationRequests', 'r5', 'h1', '{"resourceKind":"directoryRole","principal":"nobody"', '{"tenant":"contoso"}', 'Provisioned', 1, NULL, 1794906000000000, NULL, 1795611377754148);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'assignments', 'a1', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u7","displayName":"Alain Charon"},"role":{"id":"role1","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 1, NULL, 1794816000000000, NULL, 1795611377755477);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'assignments', 'a2', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u8","displayName":"Alain Charon"},"role":{"id":"role2","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Revoked', 2, NULL, 1794816000000000, NULL, 1795611377756857);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'assignments', 'a3', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u8","displayName":"Alain Charon"},"role":{"id":"role2","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 0, NULL, 1795161600000000, NULL, 1795611377757293);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'assignments', 'a4', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u8","displayName":"Alain Charon"},"role":{"id":"role2","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 0, NULL, 1795334400000000, NULL, 1795611377758010);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'assignments', 'a5', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u9","displayName":"Alain Charon"},"role":{"id":"role1","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 0, NULL, 1795075200000000, NULL, 1795611377758813);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'assignments', 'a6', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u9","displayName":"Alain Charon"},"role":{"id":"role2","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 0, NULL, 1795075200000000, NULL, 1795611377759844);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('contoso', 'assignments', 'a7', 'h1', '{"action":"adminAssign","resourceKind":"group","principal":{"id":"u9","displayName":"Alain Charon"},"role":{"id":"member","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 0, NULL, 1795075200000000, NULL, 1795611377760747);
INSERT INTO requests (tenant, collection, resource_id, hash, body, input, status, seq, decision_id, accepted_at, started_at, updated_at)
	VALUES ('fabrikam', 'assignments', 'a1', 'h1', '{"action":"adminAssign","resourceKind":"directoryRole","principal":{"id":"u9","displayName":"Alain Charon"},"role":{"id":"role2","displayName":"Security Reader"},"scope":{"id":"/"},"justification":"on call"}', '{"tenant":"contoso"}', 'Provisioned', 0, NULL, 1795075200000000, NULL, 1795611377761468);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r1', 0, 1794819600000000, 'requested', 'PendingApproval', NULL, '{"seq":0,"at":"2026-11-16T09:00:00Z","what":"requested","status":"PendingApproval"}', 1795611377745999);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r1', 1, 1794823200000000, 'approved', 'Granted', NULL, '{"seq":1,"at":"2026-11-16T10:00:00Z","what":"approved","status":"Granted"}', 1795611377747314);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r1', 2, 1794823200000000, 'activated', 'Provisioned', NULL, '{"seq":2,"at":"2026-11-16T10:00:00Z","what":"activated","status":"Provisioned"}', 1795611377747398);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r1', 3, 1794830400000000, 'deactivated', 'Revoked', NULL, '{"seq":3,"at":"2026-11-16T12:00:00Z","what":"deactivated","status":"Revoked"}', 1795611377747492);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r2', 0, 1794906000000000, 'requested', 'Granted', NULL, '{"seq":0,"at":"2026-11-17T09:00:00Z","what":"requested","status":"Granted"}', 1795611377748109);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r2', 1, 1794906000000000, 'activated', 'Provisioned', NULL, '{"seq":1,"at":"2026-11-17T09:00:00Z","what":"activated","status":"Provisioned"}', 1795611377749051);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r3', 0, 1794906000000000, 'requested', 'Granted', NULL, '{"seq":0,"at":"2026-11-17T09:00:00Z","what":"requested","status":"Granted"}', 1795611377749865);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r3', 1, 1794906000000000, 'activated', 'Provisioned', NULL, '{"seq":1,"at":"2026-11-17T09:00:00Z","what":"activated","status":"Provisioned"}', 1795611377751479);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r4', 0, 1794992400000000, 'requested', 'PendingApproval', NULL, '{"seq":0,"at":"2026-11-18T09:00:00Z","what":"requested","status":"PendingApproval"}', 1795611377752149);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r4', 1, 1795078800000000, 'timedOut', 'TimedOut', NULL, '{"seq":1,"at":"2026-11-19T09:00:00Z","what":"timedOut","status":"TimedOut"}', 1795611377752872);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r5', 0, 1794906000000000, 'requested', 'Granted', NULL, '{"seq":0,"at":"2026-11-17T09:00:00Z","what":"requested","status":"Granted"}', 1795611377753447);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'activationRequests', 'r5', 1, 1794906000000000, 'activated', 'Provisioned', NULL, '{"seq":1,"at":"2026-11-17T09:00:00Z","what":"activated","status":"Provisioned"}', 1795611377754125);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a1', 0, 1794816000000000, 'assigned', 'Provisioned', NULL, '{"seq":0,"at":"2026-11-16T08:00:00Z","what":"assigned","status":"Provisioned","by":"u1","assignment":{"assignmentType":"eligible","term":{"number":1,"startDateTime":"2026-11-16T08:00:00Z"}}}', 1795611377754711);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a1', 1, 1794988800000000, 'madePermanent', 'Provisioned', NULL, '{"seq":1,"at":"2026-11-18T08:00:00Z","what":"madePermanent","status":"Provisioned","by":"u1","assignment":{"assignmentType":"active","term":{"number":1,"startDateTime":"2026-11-18T08:00:00Z"}}}', 1795611377755452);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a2', 0, 1794816000000000, 'assigned', 'Provisioned', NULL, '{"seq":0,"at":"2026-11-16T08:00:00Z","what":"assigned","status":"Provisioned","by":"u1","assignment":{"assignmentType":"eligible","term":{"number":1,"startDateTime":"2026-11-16T08:00:00Z","endDateTime":"2027-02-14T08:00:00Z"}}}', 1795611377755947);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a2', 1, 1794902400000000, 'updated', 'Provisioned', NULL, '{"seq":1,"at":"2026-11-17T08:00:00Z","what":"updated","status":"Provisioned","by":"u1","assignment":{"assignmentType":"eligible","term":{"number":1,"startDateTime":"2026-11-17T08:00:00Z"}}}', 1795611377756767);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a2', 2, 1795248000000000, 'removed', 'Revoked', NULL, '{"seq":2,"at":"2026-11-21T08:00:00Z","what":"removed","status":"Revoked","by":"u1","assignment":{"assignmentType":"eligible","term":{"number":1,"startDateTime":"2026-11-21T08:00:00Z"}}}', 1795611377756811);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a3', 0, 1795161600000000, 'assigned', 'Provisioned', NULL, '{"seq":0,"at":"2026-11-20T08:00:00Z","what":"assigned","status":"Provisioned","by":"u1","assignment":{"assignmentType":"active","term":{"number":1,"startDateTime":"2026-11-20T08:00:00Z"}}}', 1795611377757322);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a4', 0, 1795334400000000, 'assigned', 'Provisioned', NULL, '{"seq":0,"at":"2026-11-22T08:00:00Z","what":"assigned","status":"Provisioned","by":"u1","assignment":{"assignmentType":"active","term":{"number":1,"startDateTime":"2026-11-22T08:00:00Z"}}}', 1795611377758069);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a5', 0, 1795075200000000, 'assignedOutsidePim', 'Provisioned', NULL, '{"seq":0,"at":"2026-11-19T08:00:00Z","what":"assignedOutsidePim","status":"Provisioned","by":"u1","assignment":{"assignmentType":"active","term":{"number":1,"startDateTime":"2026-11-19T08:00:00Z"}}}', 1795611377758843);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a6', 0, 1795075200000000, 'assignedOutsidePim', 'Provisioned', NULL, '{"seq":0,"at":"2026-11-19T08:00:00Z","what":"assignedOutsidePim","status":"Provisioned","by":"u1","assignment":{"assignmentType":"active","term":{"number":1,"startDateTime":"2026-11-19T08:00:00Z","endDateTime":"2027-02-13T00:00:00Z"}}}', 1795611377759878);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('contoso', 'assignments', 'a7', 0, 1795075200000000, 'assigned', 'Provisioned', NULL, '{"seq":0,"at":"2026-11-19T08:00:00Z","what":"assigned","status":"Provisioned","by":"u1","assignment":{"assignmentType":"eligible","term":{"number":1,"startDateTime":"2026-11-19T08:00:00Z"}}}', 1795611377760778);
INSERT INTO timeline (tenant, collection, resource_id, seq, at, what, status, decision_id, change, updated_at)
	VALUES ('fabrikam', 'assignments', 'a1', 0, 1795075200000000, 'assigned', 'Provisioned', NULL, '{"seq":0,"at":"2026-11-19T08:00:00Z","what":"assigned","status":"Provisioned","by":"u1","assignment":{"assignmentType":"eligible","term":{"number":1,"startDateTime":"2026-11-19T08:00:00Z"}}}', 1795611377761541);
