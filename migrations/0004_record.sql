-- What every action leaves behind: audit chain, change feed, idempotency, numbers, tasks (model.md 1.1).
CREATE TABLE kdnx.audit_head (owner_id uuid PRIMARY KEY REFERENCES kdnx.member, seq bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE kdnx.audit_event (
  owner_id uuid NOT NULL, seq bigint NOT NULL, id uuid NOT NULL, at timestamptz NOT NULL, person_id uuid, role text NOT NULL DEFAULT '',
  on_behalf_of uuid, action text NOT NULL, object_kind text NOT NULL, object_id uuid NOT NULL, party_id uuid,
  before_hash bytea, after_hash bytea, reason text, request_id text NOT NULL, rule_ids uuid[] NOT NULL DEFAULT '{}', hash bytea NOT NULL,
  PRIMARY KEY (owner_id, seq));
CREATE INDEX audit_event_object ON kdnx.audit_event (owner_id, object_id);
CREATE INDEX audit_event_at ON kdnx.audit_event USING brin (at);
ALTER TABLE kdnx.audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_event_read ON kdnx.audit_event FOR SELECT USING (
  (SELECT kdnx.viewer_scope()) IN ('audit', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR party_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));

-- The one writer of the chain: locks the heads in owner order, numbers, hashes, appends.
CREATE FUNCTION kdnx.append_audit(rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE r jsonb; head kdnx.audit_head; h bytea; canonical text;
BEGIN
  INSERT INTO kdnx.audit_head (owner_id, seq, hash)
    SELECT DISTINCT o, 0, sha256(convert_to('kdnx.audit.v1|' || o::text, 'UTF8'))
    FROM (SELECT (e->>'owner_id')::uuid AS o FROM jsonb_array_elements(rows) e) x ORDER BY o ON CONFLICT DO NOTHING;
  PERFORM 1 FROM kdnx.audit_head WHERE owner_id IN (SELECT (e->>'owner_id')::uuid FROM jsonb_array_elements(rows) e) ORDER BY owner_id FOR UPDATE;
  FOR r IN SELECT e FROM jsonb_array_elements(rows) WITH ORDINALITY x(e, n) ORDER BY n LOOP
    SELECT * INTO head FROM kdnx.audit_head WHERE owner_id = (r->>'owner_id')::uuid;
    canonical := concat_ws('|', 'kdnx.audit.v1', head.owner_id, head.seq + 1, r->>'id', r->>'at', coalesce(r->>'person_id', ''), r->>'role',
      coalesce(r->>'on_behalf_of', ''), r->>'action', r->>'object_kind', r->>'object_id', coalesce(r->>'party_id', ''),
      coalesce(r->>'before_hash', ''), coalesce(r->>'after_hash', ''), coalesce(replace(r->>'reason', '|', '/'), ''), r->>'request_id',
      array_to_string(ARRAY(SELECT jsonb_array_elements_text(r->'rule_ids')), ','));
    h := sha256(head.hash || convert_to(canonical, 'UTF8'));
    INSERT INTO kdnx.audit_event VALUES (head.owner_id, head.seq + 1, (r->>'id')::uuid, to_timestamp((r->>'at')::numeric / 1000000),
      (r->>'person_id')::uuid, r->>'role', (r->>'on_behalf_of')::uuid, r->>'action', r->>'object_kind', (r->>'object_id')::uuid, (r->>'party_id')::uuid,
      decode(r->>'before_hash', 'hex'), decode(r->>'after_hash', 'hex'), replace(r->>'reason', '|', '/'), r->>'request_id',
      ARRAY(SELECT jsonb_array_elements_text(r->'rule_ids')::uuid), h);
    UPDATE kdnx.audit_head SET seq = head.seq + 1, hash = h WHERE owner_id = head.owner_id;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION kdnx.append_audit(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kdnx.append_audit(jsonb) TO kdnx_app;
GRANT SELECT ON kdnx.audit_event TO kdnx_app;

CREATE TABLE kdnx.change (
  owner_id uuid NOT NULL, id uuid NOT NULL, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), at timestamptz NOT NULL, kind text NOT NULL,
  object_id uuid NOT NULL, row_version int NOT NULL, op text NOT NULL CONSTRAINT change_op CHECK (op IN ('put', 'gone')),
  audience text NOT NULL CONSTRAINT change_audience CHECK (audience IN ('public', 'parties', 'owner')), party_ids uuid[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (owner_id, id));
CREATE INDEX change_feed ON kdnx.change (xid, id);
ALTER TABLE kdnx.change ENABLE ROW LEVEL SECURITY;
CREATE POLICY change_read ON kdnx.change FOR SELECT USING (
  (SELECT kdnx.viewer_sees_all()) OR (audience = 'public' AND (SELECT kdnx.viewer_scope()) <> '')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (audience = 'parties' AND party_ids && (SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY change_write ON kdnx.change FOR INSERT WITH CHECK (true);
GRANT SELECT, INSERT ON kdnx.change TO kdnx_app;

CREATE TABLE kdnx.idempotency (
  owner_id uuid NOT NULL, principal uuid NOT NULL, route text NOT NULL, key text NOT NULL, payload_hash bytea NOT NULL,
  status smallint, location text, media_type text, body bytea, created_at timestamptz NOT NULL, expires_at timestamptz,
  PRIMARY KEY (owner_id, principal, route, key));
ALTER TABLE kdnx.idempotency ENABLE ROW LEVEL SECURITY;
CREATE POLICY idempotency_own ON kdnx.idempotency USING (principal = (SELECT kdnx.viewer_person())) WITH CHECK (principal = (SELECT kdnx.viewer_person()));
GRANT SELECT, INSERT, UPDATE, DELETE ON kdnx.idempotency TO kdnx_app;

CREATE TABLE kdnx.number_series (series text NOT NULL, year int NOT NULL, last bigint NOT NULL, PRIMARY KEY (series, year));
CREATE TABLE kdnx.number (number text PRIMARY KEY, kind text NOT NULL, owner_id uuid NOT NULL, object_id uuid NOT NULL, assigned_at timestamptz NOT NULL);
GRANT SELECT, INSERT, UPDATE ON kdnx.number_series, kdnx.number TO kdnx_app;

CREATE TABLE kdnx.task (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, kind text NOT NULL, title text NOT NULL, object_kind text NOT NULL, object_id uuid NOT NULL, url text NOT NULL,
  assignee_role text NOT NULL, person_id uuid, not_person_id uuid, due_at timestamptz,
  state text NOT NULL CONSTRAINT task_state CHECK (state IN ('open', 'done', 'dropped')), dedup text NOT NULL,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, PRIMARY KEY (owner_id, id));
CREATE UNIQUE INDEX task_once ON kdnx.task (owner_id, dedup) WHERE state = 'open';
CREATE INDEX task_waiting ON kdnx.task (owner_id, assignee_role, due_at) WHERE state = 'open';
ALTER TABLE kdnx.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY task_read ON kdnx.task FOR SELECT USING (
  (SELECT kdnx.viewer_scope()) IN ('audit', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
-- an action of one party opens and closes the task of the other party (insert and close only, read stays own)
CREATE FUNCTION kdnx.open_tasks(rows jsonb, at timestamptz) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH done AS (
    INSERT INTO kdnx.task (owner_id, id, kind, title, object_kind, object_id, url, assignee_role, person_id, not_person_id, due_at, state, dedup, created_at, updated_at)
    SELECT (e->>'owner_id')::uuid, (e->>'id')::uuid, e->>'kind', e->>'title', e->>'object_kind', (e->>'object_id')::uuid, e->>'url', e->>'assignee_role',
      (e->>'person_id')::uuid, (e->>'not_person_id')::uuid, (e->>'due_at')::timestamptz, 'open', e->>'dedup', at, at
    FROM jsonb_array_elements(rows) e ON CONFLICT (owner_id, dedup) WHERE state = 'open' DO NOTHING RETURNING 1)
  SELECT count(*)::int FROM done $$;
CREATE FUNCTION kdnx.close_tasks(object uuid, kinds text[], at timestamptz) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH done AS (UPDATE kdnx.task SET state = 'done', updated_at = at WHERE object_id = object AND (kinds IS NULL OR kind = ANY (kinds)) AND state = 'open' RETURNING 1)
  SELECT count(*)::int FROM done $$;
CREATE INDEX task_object ON kdnx.task (object_id) WHERE state = 'open';
REVOKE ALL ON FUNCTION kdnx.open_tasks(jsonb, timestamptz), kdnx.close_tasks(uuid, text[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kdnx.open_tasks(jsonb, timestamptz), kdnx.close_tasks(uuid, text[], timestamptz) TO kdnx_app;
GRANT SELECT ON kdnx.task TO kdnx_app;
