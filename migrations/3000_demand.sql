-- Demand calls, their positions and invitations, and what each member answers (model.md 1.3, 2).
CREATE TABLE procurement.demand_call (
  id uuid PRIMARY KEY,
  number text CONSTRAINT demand_call_number UNIQUE,
  lead_id uuid NOT NULL REFERENCES kdnx.member,
  title text NOT NULL CONSTRAINT demand_call_title CHECK (length(trim(title)) BETWEEN 3 AND 200),
  description text NOT NULL DEFAULT '',
  audience text NOT NULL CONSTRAINT demand_call_audience CHECK (audience IN ('all', 'chosen')),
  binding text NOT NULL CONSTRAINT demand_call_binding CHECK (binding IN ('interest', 'non_binding', 'binding', 'purchase_obligation')),
  first_year int NOT NULL, last_year int NOT NULL,
  closes_at timestamptz NOT NULL,
  first_closes_at timestamptz,
  extension_reason text, cancel_reason text,
  announced_at timestamptz, closed_at timestamptz,
  state text NOT NULL CONSTRAINT demand_call_state CHECK (state IN ('draft', 'open', 'closed', 'bundled', 'cancelled')),
  row_version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT demand_call_years CHECK (first_year BETWEEN 2000 AND 2100 AND last_year BETWEEN first_year AND first_year + 9),
  CONSTRAINT demand_call_announced CHECK (state IN ('draft', 'cancelled') OR (announced_at IS NOT NULL AND number IS NOT NULL)));
COMMENT ON TABLE procurement.demand_call IS 'R: one question to the members what they need, with a deadline';
CREATE INDEX demand_call_due ON procurement.demand_call (closes_at) WHERE state = 'open';

CREATE TABLE procurement.call_position (
  call_id uuid NOT NULL REFERENCES procurement.demand_call, ordinal int NOT NULL CONSTRAINT call_position_ordinal CHECK (ordinal > 0),
  title text NOT NULL CONSTRAINT call_position_title CHECK (length(trim(title)) BETWEEN 2 AND 200),
  cpv text NOT NULL CONSTRAINT call_position_cpv CHECK (cpv ~ '^[0-9]{8}$'),
  unit text NOT NULL CONSTRAINT call_position_unit CHECK (length(trim(unit)) BETWEEN 1 AND 40),
  spec text NOT NULL DEFAULT '', spec_hash bytea NOT NULL,
  PRIMARY KEY (call_id, ordinal));
CREATE TABLE procurement.call_invitation (
  call_id uuid NOT NULL REFERENCES procurement.demand_call, member_id uuid NOT NULL REFERENCES kdnx.member,
  lead_id uuid NOT NULL REFERENCES kdnx.member, invited_at timestamptz, reminded_at timestamptz, reminders int NOT NULL DEFAULT 0,
  PRIMARY KEY (call_id, member_id));

CREATE TABLE procurement.demand_response (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  call_id uuid REFERENCES procurement.demand_call, lead_id uuid REFERENCES kdnx.member,
  title text NOT NULL DEFAULT '',
  state text NOT NULL CONSTRAINT demand_response_state CHECK (state IN ('draft', 'awaiting_release', 'submitted', 'missed', 'withdrawn')),
  version int NOT NULL DEFAULT 0, submitted_version int, edition int NOT NULL DEFAULT 0,
  written_by uuid, requested_by uuid, released_by uuid, submitted_at timestamptz, receipt_hash bytea, return_reason text,
  row_version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  CONSTRAINT demand_response_submitted CHECK (state <> 'submitted' OR (submitted_version IS NOT NULL AND receipt_hash IS NOT NULL)),
  CONSTRAINT demand_response_four_eyes CHECK (released_by IS NULL OR released_by IS DISTINCT FROM requested_by),
  CONSTRAINT demand_response_lead CHECK ((call_id IS NULL) = (lead_id IS NULL)));
COMMENT ON TABLE procurement.demand_response IS 'G: what one member needs; without a call a free demand';
CREATE UNIQUE INDEX demand_response_once ON procurement.demand_response (owner_id, call_id) WHERE call_id IS NOT NULL;
CREATE INDEX demand_response_call ON procurement.demand_response (call_id);

CREATE TABLE procurement.demand_line (
  owner_id uuid NOT NULL, response_id uuid NOT NULL, version int NOT NULL, ordinal int NOT NULL CONSTRAINT demand_line_ordinal CHECK (ordinal > 0),
  call_position int, title text NOT NULL, cpv text NOT NULL CONSTRAINT demand_line_cpv CHECK (cpv ~ '^[0-9]{8}$'), unit text NOT NULL,
  spec text NOT NULL DEFAULT '', spec_hash bytea NOT NULL,
  qty_min numeric(18,4) NOT NULL, qty_expected numeric(18,4) NOT NULL, qty_max numeric(18,4) NOT NULL,
  needed_from date, needed_to date, place text NOT NULL DEFAULT '',
  price_today_cents bigint CONSTRAINT demand_line_price CHECK (price_today_cents >= 0),
  existing_contract_end date,
  binding text NOT NULL CONSTRAINT demand_line_binding CHECK (binding IN ('interest', 'non_binding', 'binding', 'purchase_obligation')),
  budget_confirmed boolean NOT NULL DEFAULT false, deviation_reason text NOT NULL DEFAULT '', created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, response_id, version, ordinal),
  FOREIGN KEY (owner_id, response_id) REFERENCES procurement.demand_response (owner_id, id),
  CONSTRAINT demand_line_order CHECK (qty_min >= 0 AND qty_min <= qty_expected AND qty_expected <= qty_max AND qty_max <> 'NaN'),
  CONSTRAINT demand_line_needed CHECK (needed_to IS NULL OR needed_from IS NULL OR needed_to >= needed_from));
COMMENT ON TABLE procurement.demand_line IS 'G A: one position of an answer; every saving writes a new version';
CREATE TABLE procurement.demand_line_year (
  owner_id uuid NOT NULL, response_id uuid NOT NULL, version int NOT NULL, ordinal int NOT NULL, year int NOT NULL,
  qty_min numeric(18,4) NOT NULL, qty_expected numeric(18,4) NOT NULL, qty_max numeric(18,4) NOT NULL,
  PRIMARY KEY (owner_id, response_id, version, ordinal, year),
  FOREIGN KEY (owner_id, response_id, version, ordinal) REFERENCES procurement.demand_line (owner_id, response_id, version, ordinal),
  CONSTRAINT demand_line_year_order CHECK (qty_min >= 0 AND qty_min <= qty_expected AND qty_expected <= qty_max AND qty_max <> 'NaN'));
CREATE TABLE procurement.inhouse_match (
  owner_id uuid NOT NULL, response_id uuid NOT NULL, ordinal int NOT NULL, offering_id uuid NOT NULL, offering_version int NOT NULL,
  offering_title text NOT NULL, provider_id uuid NOT NULL REFERENCES kdnx.member,
  outcome text NOT NULL CONSTRAINT inhouse_match_outcome CHECK (outcome IN ('suits', 'partly', 'not_suitable')),
  reason text NOT NULL DEFAULT '', row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, response_id, ordinal, offering_id),
  FOREIGN KEY (owner_id, response_id) REFERENCES procurement.demand_response (owner_id, id),
  CONSTRAINT inhouse_match_reason CHECK (outcome = 'suits' OR length(trim(reason)) >= 5));
COMMENT ON TABLE procurement.inhouse_match IS 'G: what the members'' own catalogue offers for a line, and why it is not taken (D16)';

ALTER TABLE procurement.demand_call ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.call_position ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.call_invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.demand_response ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.demand_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.demand_line_year ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.inhouse_match ENABLE ROW LEVEL SECURITY;
CREATE POLICY demand_call_read ON procurement.demand_call FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (announced_at IS NOT NULL AND (SELECT kdnx.viewer_scope()) = 'member' AND (audience = 'all'
    OR EXISTS (SELECT 1 FROM procurement.call_invitation i WHERE i.call_id = id AND i.member_id = ANY ((SELECT kdnx.viewer_members())::uuid[])))));
CREATE POLICY demand_call_add ON procurement.demand_call FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY demand_call_change ON procurement.demand_call FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY call_position_read ON procurement.call_position FOR SELECT USING (EXISTS (SELECT 1 FROM procurement.demand_call c WHERE c.id = call_id));
CREATE POLICY call_position_add ON procurement.call_position FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR EXISTS (SELECT 1 FROM procurement.demand_call c WHERE c.id = call_id AND c.lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY call_position_drop ON procurement.call_position FOR DELETE USING (
  EXISTS (SELECT 1 FROM procurement.demand_call c WHERE c.id = call_id AND c.state = 'draft'
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR c.lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY call_invitation_read ON procurement.call_invitation FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR member_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY call_invitation_add ON procurement.call_invitation FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY call_invitation_change ON procurement.call_invitation FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY call_invitation_drop ON procurement.call_invitation FOR DELETE USING (invited_at IS NULL AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
-- the lead sees that and when a member answers; quantities only of what was released (line policies)
CREATE POLICY demand_response_read ON procurement.demand_response FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY demand_response_add ON procurement.demand_response FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY demand_response_change ON procurement.demand_response FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY demand_line_read ON procurement.demand_line FOR SELECT USING (EXISTS (SELECT 1 FROM procurement.demand_response r
  WHERE r.owner_id = demand_line.owner_id AND r.id = response_id AND ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
    OR r.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR r.submitted_version = demand_line.version)));
CREATE POLICY demand_line_add ON procurement.demand_line FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY demand_line_year_read ON procurement.demand_line_year FOR SELECT USING (EXISTS (SELECT 1 FROM procurement.demand_response r
  WHERE r.owner_id = demand_line_year.owner_id AND r.id = response_id AND ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
    OR r.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR r.submitted_version = demand_line_year.version)));
CREATE POLICY demand_line_year_add ON procurement.demand_line_year FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY inhouse_match_read ON procurement.inhouse_match FOR SELECT USING (EXISTS (SELECT 1 FROM procurement.demand_response r
  WHERE r.owner_id = inhouse_match.owner_id AND r.id = response_id AND ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
    OR r.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR r.submitted_version IS NOT NULL)));
CREATE POLICY inhouse_match_write ON procurement.inhouse_match FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY inhouse_match_change ON procurement.inhouse_match FOR UPDATE USING (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (SELECT kdnx.viewer_scope()) = 'system');

GRANT SELECT, INSERT ON procurement.demand_call, procurement.call_position, procurement.call_invitation, procurement.demand_response,
  procurement.demand_line, procurement.demand_line_year, procurement.inhouse_match TO kdnx_app;
GRANT UPDATE ON procurement.demand_call TO kdnx_app;
GRANT DELETE ON procurement.call_position, procurement.call_invitation TO kdnx_app;
GRANT UPDATE (invited_at, reminded_at, reminders) ON procurement.call_invitation TO kdnx_app;
GRANT UPDATE (title, state, version, submitted_version, edition, written_by, requested_by, released_by, submitted_at, receipt_hash, return_reason,
  row_version, updated_at) ON procurement.demand_response TO kdnx_app;
GRANT UPDATE (outcome, reason, offering_version, offering_title, row_version, updated_at) ON procurement.inhouse_match TO kdnx_app;

-- Holds a call while an answer is released: closing (FOR UPDATE) waits for it, and it for the closing.
CREATE FUNCTION procurement.hold_call(call uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT 1 FROM procurement.demand_call WHERE id = call FOR KEY SHARE $$;
REVOKE ALL ON FUNCTION procurement.hold_call(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION procurement.hold_call(uuid) TO kdnx_app;

-- What everybody invited may know while others answer: how many did, and totals of positions that at least three members need.
CREATE VIEW procurement.public_call_coverage AS
SELECT c.id AS call_id, (SELECT count(*)::int FROM procurement.call_invitation i WHERE i.call_id = c.id AND i.invited_at IS NOT NULL) AS invited,
  (SELECT count(*)::int FROM procurement.demand_response r WHERE r.call_id = c.id AND r.submitted_version IS NOT NULL) AS answered
FROM procurement.demand_call c
WHERE (SELECT kdnx.viewer_sees_all()) OR c.lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (c.announced_at IS NOT NULL AND (SELECT kdnx.viewer_scope()) = 'member' AND (c.audience = 'all'
    OR EXISTS (SELECT 1 FROM procurement.call_invitation i WHERE i.call_id = c.id AND i.member_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE VIEW procurement.public_position_total AS
SELECT x.call_id, x.ordinal, x.members >= 3 AS is_shown, CASE WHEN x.members >= 3 THEN x.members END AS members,
  CASE WHEN x.members >= 3 THEN x.qty_min END AS qty_min, CASE WHEN x.members >= 3 THEN x.qty_expected END AS qty_expected,
  CASE WHEN x.members >= 3 THEN x.qty_max END AS qty_max
FROM (SELECT p.call_id, p.ordinal, count(DISTINCT l.owner_id)::int AS members, coalesce(sum(l.qty_min), 0) AS qty_min,
    coalesce(sum(l.qty_expected), 0) AS qty_expected, coalesce(sum(l.qty_max), 0) AS qty_max
  FROM procurement.call_position p JOIN procurement.public_call_coverage v ON v.call_id = p.call_id
  LEFT JOIN procurement.demand_response r ON r.call_id = p.call_id AND r.submitted_version IS NOT NULL
  LEFT JOIN procurement.demand_line l ON l.owner_id = r.owner_id AND l.response_id = r.id AND l.version = r.submitted_version
    AND l.call_position = p.ordinal AND l.qty_max > 0
  GROUP BY p.call_id, p.ordinal) x;
GRANT SELECT ON procurement.public_call_coverage, procurement.public_position_total TO kdnx_app;
