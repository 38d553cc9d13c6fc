-- Notices to people, the outbox of what leaves the house, and the job queue (D26).
CREATE TABLE kdnx.notice (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  person_id uuid NOT NULL REFERENCES kdnx.person,
  kind text NOT NULL, title text NOT NULL, url text NOT NULL CONSTRAINT notice_url CHECK (url LIKE '/%' AND url NOT LIKE '//%'),
  object_kind text NOT NULL, object_id uuid NOT NULL,
  mail text NOT NULL CONSTRAINT notice_mail CHECK (mail IN ('off', 'at_once', 'daily')),
  mailed_at timestamptz, read_at timestamptz, created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id));
COMMENT ON TABLE kdnx.notice IS 'G: what a person of the owner is told; title stays in the application, mail carries the kind only';
CREATE INDEX notice_of_person ON kdnx.notice (person_id, created_at DESC, id DESC);
CREATE INDEX notice_unread ON kdnx.notice (person_id) WHERE read_at IS NULL;
CREATE INDEX notice_digest ON kdnx.notice (person_id) WHERE mail = 'daily' AND mailed_at IS NULL;
ALTER TABLE kdnx.notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY notice_own ON kdnx.notice USING (
  (SELECT kdnx.viewer_scope()) = 'system' OR person_id = (SELECT kdnx.viewer_person()));
GRANT SELECT ON kdnx.notice TO kdnx_app;
GRANT UPDATE (read_at, mailed_at) ON kdnx.notice TO kdnx_app;

CREATE TABLE kdnx.notice_setting (
  person_id uuid NOT NULL REFERENCES kdnx.person, topic text NOT NULL,
  mail text NOT NULL CONSTRAINT notice_setting_mail CHECK (mail IN ('off', 'at_once', 'daily')),
  updated_at timestamptz NOT NULL, PRIMARY KEY (person_id, topic));
COMMENT ON TABLE kdnx.notice_setting IS 'R: how a person wants to be mailed about a topic (first word of the kind); absent = its default';
ALTER TABLE kdnx.notice_setting ENABLE ROW LEVEL SECURITY;
CREATE POLICY notice_setting_own ON kdnx.notice_setting USING (
  (SELECT kdnx.viewer_scope()) = 'system' OR person_id = (SELECT kdnx.viewer_person()));
GRANT SELECT, INSERT, UPDATE ON kdnx.notice_setting TO kdnx_app;

CREATE TABLE kdnx.outbox (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  kind text NOT NULL CONSTRAINT outbox_kind CHECK (kind IN ('mail', 'digest', 'webhook')),
  person_id uuid REFERENCES kdnx.person, body jsonb NOT NULL, dedup text NOT NULL,
  due timestamptz NOT NULL, attempts int NOT NULL DEFAULT 0, last_error text NOT NULL DEFAULT '',
  state text NOT NULL CONSTRAINT outbox_state CHECK (state IN ('waiting', 'sent', 'given_up', 'not_needed')),
  done_at timestamptz, created_at timestamptz NOT NULL, PRIMARY KEY (owner_id, id));
COMMENT ON TABLE kdnx.outbox IS 'G: what leaves the house after the commit; due moves on as a lease while it is being sent';
CREATE UNIQUE INDEX outbox_once ON kdnx.outbox (owner_id, dedup) WHERE state = 'waiting';
CREATE INDEX outbox_due ON kdnx.outbox (due) WHERE state = 'waiting';
ALTER TABLE kdnx.outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY outbox_system ON kdnx.outbox USING ((SELECT kdnx.viewer_scope()) = 'system');
GRANT SELECT, INSERT ON kdnx.outbox TO kdnx_app;
GRANT UPDATE (due, attempts, last_error, state, done_at) ON kdnx.outbox TO kdnx_app;

-- An action of one party tells people of the other: they are found, and their settings read, in here only.
CREATE FUNCTION kdnx.tell(notice jsonb, owner uuid, roles text[], people uuid[], at timestamptz, digest_at timestamptz)
RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH told AS (
    SELECT DISTINCT ON (p.id) p.id AS person_id, g.member_id AS owner_id
    FROM kdnx.role_grant g JOIN kdnx.person p ON p.id = g.person_id AND p.erased_at IS NULL
    WHERE g.member_id = owner AND (g.role = ANY (roles) OR p.id = ANY (people))
      AND g.valid_from <= (at AT TIME ZONE 'Europe/Berlin')::date AND (g.valid_to IS NULL OR g.valid_to > (at AT TIME ZONE 'Europe/Berlin')::date)
      AND p.id IS DISTINCT FROM (notice->>'not_person_id')::uuid
    ORDER BY p.id, g.member_id),
  made AS (
    INSERT INTO kdnx.notice (owner_id, id, person_id, kind, title, url, object_kind, object_id, mail, created_at)
    SELECT t.owner_id, md5(t.person_id::text || (notice->>'id'))::uuid, t.person_id, notice->>'kind', notice->>'title', notice->>'url',
      notice->>'object_kind', (notice->>'object_id')::uuid, coalesce(s.mail, notice->>'mail'), at
    FROM told t LEFT JOIN kdnx.notice_setting s ON s.person_id = t.person_id AND s.topic = split_part(notice->>'kind', '.', 1)
    ON CONFLICT DO NOTHING RETURNING owner_id, id, person_id, mail),
  sent AS (
    INSERT INTO kdnx.outbox (owner_id, id, kind, person_id, body, dedup, due, state, created_at)
    SELECT owner_id, id, CASE mail WHEN 'daily' THEN 'digest' ELSE 'mail' END, person_id,
      CASE mail WHEN 'daily' THEN '{}'::jsonb ELSE jsonb_build_object('notice_id', id, 'kind', notice->>'kind', 'url', notice->>'url') END,
      CASE mail WHEN 'daily' THEN 'digest:' || person_id::text ELSE 'mail:' || id::text END,
      CASE mail WHEN 'daily' THEN digest_at ELSE at END, 'waiting', at
    FROM made WHERE mail <> 'off' ON CONFLICT DO NOTHING)
  SELECT count(*)::int FROM made $$;
REVOKE ALL ON FUNCTION kdnx.tell(jsonb, uuid, text[], uuid[], timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kdnx.tell(jsonb, uuid, text[], uuid[], timestamptz, timestamptz) TO kdnx_app;

-- The queue of pgqueuer 1.6 in a schema of its own, as its installer writes it; no business row refers to it.

CREATE SCHEMA IF NOT EXISTS jobs;

CREATE TYPE jobs.pgqueuer_status AS ENUM ('queued', 'picked', 'successful', 'exception', 'canceled', 'deleted', 'failed');

CREATE TABLE jobs.pgqueuer (
    id bigserial NOT NULL PRIMARY KEY,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone NOT NULL DEFAULT now(),
    updated timestamp with time zone NOT NULL DEFAULT now(),
    heartbeat timestamp with time zone NOT NULL DEFAULT now(),
    execute_after timestamp with time zone NOT NULL DEFAULT now(),
    status jobs.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer NOT NULL DEFAULT 0,
    slot bigint
);

CREATE TABLE jobs.pgqueuer_log (
    id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY,
    created timestamp with time zone NOT NULL DEFAULT now(),
    job_id bigint NOT NULL,
    status jobs.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

CREATE TABLE jobs.pgqueuer_schedules (
    id bigserial NOT NULL PRIMARY KEY,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone NOT NULL DEFAULT now(),
    created timestamp with time zone NOT NULL DEFAULT now(),
    updated timestamp with time zone NOT NULL DEFAULT now(),
    next_run timestamp with time zone NOT NULL DEFAULT now(),
    last_run timestamp with time zone,
    status jobs.pgqueuer_status DEFAULT 'queued'::jobs.pgqueuer_status,
    UNIQUE (expression, entrypoint)
);

CREATE TABLE jobs.pgqueuer_statistics (
    id bigserial NOT NULL PRIMARY KEY,
    created timestamp with time zone NOT NULL DEFAULT date_trunc('sec'::text, now()),
    count bigint NOT NULL,
    priority integer NOT NULL,
    status jobs.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE INDEX pgqueuer_ep_ea_idx ON jobs.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON jobs.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON jobs.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON jobs.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON jobs.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON jobs.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON jobs.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::jobs.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON jobs.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::jobs.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON jobs.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::jobs.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON jobs.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON jobs.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON jobs.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::jobs.pgqueuer_status, 'picked'::jobs.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON jobs.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::jobs.pgqueuer_status);

CREATE FUNCTION jobs.fn_pgqueuer_changed() RETURNS TRIGGER AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER tg_pgqueuer_changed
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON jobs.pgqueuer
EXECUTE FUNCTION jobs.fn_pgqueuer_changed();

GRANT USAGE ON SCHEMA jobs TO kdnx_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO kdnx_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO kdnx_app;
