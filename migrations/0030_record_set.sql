-- Recording in sets: the audit head moves once a batch, tasks of many objects close in one go, and
-- the functions keep their plans for the length of a connection (SQL functions plan at every call).
CREATE OR REPLACE FUNCTION kdnx.append_audit(rows jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE r record; head kdnx.audit_head; canonical text;
BEGIN
  INSERT INTO kdnx.audit_head (owner_id, seq, hash)
    SELECT o, 0, sha256(convert_to('kdnx.audit.v1|' || o::text, 'UTF8'))
    FROM (SELECT DISTINCT (e->>'owner_id')::uuid AS o FROM jsonb_array_elements(rows) e) x
    WHERE NOT EXISTS (SELECT 1 FROM kdnx.audit_head h WHERE h.owner_id = x.o) ORDER BY o ON CONFLICT DO NOTHING;
  PERFORM 1 FROM kdnx.audit_head WHERE owner_id = ANY (ARRAY(SELECT (e->>'owner_id')::uuid FROM jsonb_array_elements(rows) e)) ORDER BY owner_id FOR UPDATE;
  FOR r IN SELECT (e->>'owner_id')::uuid AS owner_id, e FROM jsonb_array_elements(rows) WITH ORDINALITY x(e, n) ORDER BY (e->>'owner_id')::uuid, n LOOP
    IF head.owner_id IS DISTINCT FROM r.owner_id THEN
      UPDATE kdnx.audit_head SET seq = head.seq, hash = head.hash WHERE owner_id = head.owner_id;
      SELECT * INTO head FROM kdnx.audit_head WHERE owner_id = r.owner_id;
    END IF;
    head.seq := head.seq + 1;
    canonical := concat_ws('|', 'kdnx.audit.v1', head.owner_id, head.seq, r.e->>'id', r.e->>'at', coalesce(r.e->>'person_id', ''), r.e->>'role',
      coalesce(r.e->>'on_behalf_of', ''), r.e->>'action', r.e->>'object_kind', r.e->>'object_id', coalesce(r.e->>'party_id', ''),
      coalesce(r.e->>'before_hash', ''), coalesce(r.e->>'after_hash', ''), coalesce(replace(r.e->>'reason', '|', '/'), ''), r.e->>'request_id',
      array_to_string(ARRAY(SELECT jsonb_array_elements_text(r.e->'rule_ids')), ','));
    head.hash := sha256(head.hash || convert_to(canonical, 'UTF8'));
    INSERT INTO kdnx.audit_event VALUES (head.owner_id, head.seq, (r.e->>'id')::uuid, to_timestamp((r.e->>'at')::numeric / 1000000),
      (r.e->>'person_id')::uuid, r.e->>'role', (r.e->>'on_behalf_of')::uuid, r.e->>'action', r.e->>'object_kind', (r.e->>'object_id')::uuid, (r.e->>'party_id')::uuid,
      decode(r.e->>'before_hash', 'hex'), decode(r.e->>'after_hash', 'hex'), replace(r.e->>'reason', '|', '/'), r.e->>'request_id',
      ARRAY(SELECT jsonb_array_elements_text(r.e->'rule_ids')::uuid), head.hash);
  END LOOP;
  UPDATE kdnx.audit_head SET seq = head.seq, hash = head.hash WHERE owner_id = head.owner_id;
END $$;

CREATE OR REPLACE FUNCTION kdnx.close_tasks(object uuid, kinds text[], at timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE closed int;
BEGIN
  UPDATE kdnx.task SET state = 'done', updated_at = at WHERE object_id = object AND (kinds IS NULL OR kind = ANY (kinds)) AND state = 'open';
  GET DIAGNOSTICS closed = ROW_COUNT;
  RETURN closed;
END $$;
CREATE FUNCTION kdnx.close_tasks_of(objects uuid[], at timestamptz) RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE closed int;
BEGIN
  UPDATE kdnx.task SET state = 'done', updated_at = at WHERE object_id = ANY (objects) AND state = 'open';
  GET DIAGNOSTICS closed = ROW_COUNT;
  RETURN closed;
END $$;
REVOKE ALL ON FUNCTION kdnx.close_tasks_of(uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kdnx.close_tasks_of(uuid[], timestamptz) TO kdnx_app;
