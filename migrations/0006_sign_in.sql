-- Sign-in: whom a session stands in for, what a token may do, what the round trip to a provider leaves behind.
ALTER TABLE kdnx.session ADD COLUMN on_behalf_of uuid REFERENCES kdnx.person;
ALTER TABLE kdnx.session ADD COLUMN scopes text[];
ALTER TABLE kdnx.session ADD COLUMN provider_id uuid REFERENCES kdnx.identity_provider;
ALTER TABLE kdnx.session ADD COLUMN sign_out_hint text;
ALTER TABLE kdnx.session ADD CONSTRAINT session_somebody CHECK ((person_id IS NULL) <> (client_id IS NULL));
ALTER TABLE kdnx.session ADD CONSTRAINT session_client FOREIGN KEY (client_id) REFERENCES kdnx.client;
CREATE INDEX session_client_open ON kdnx.session (client_id) WHERE client_id IS NOT NULL;
COMMENT ON COLUMN kdnx.session.scopes IS 'machine clients: the part of the client''s scopes this token asked for; NULL for people';
COMMENT ON COLUMN kdnx.session.sign_out_hint IS 'where and how to sign out at the provider; encrypted, emptied when the session ends';

-- Counters only: lost after a crash of the server, which does no harm and saves the write-ahead log.
ALTER TABLE kdnx.rate SET UNLOGGED;

CREATE INDEX role_grant_person ON kdnx.role_grant (person_id);
CREATE INDEX role_grant_member ON kdnx.role_grant (member_id);
CREATE INDEX deputy_deputy ON kdnx.deputy (deputy_id);
CREATE INDEX deputy_person ON kdnx.deputy (person_id);
CREATE INDEX invitation_member ON kdnx.invitation (member_id);
CREATE INDEX client_member ON kdnx.client (member_id);
ALTER TABLE kdnx.deputy ADD CONSTRAINT deputy_roles CHECK (cardinality(roles) BETWEEN 1 AND 20);
ALTER TABLE kdnx.invitation ADD CONSTRAINT invitation_roles CHECK (cardinality(roles) BETWEEN 1 AND 20);
-- Sessions hold personal data: a due job removes them some weeks after their end.
GRANT DELETE ON kdnx.session TO kdnx_app;
