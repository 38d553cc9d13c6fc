-- Requests ("Wer kann das?"): a need with criteria, sealed answers of other members, points, one choice, frozen evidence.
CREATE TABLE catalog.request (
  id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES kdnx.member,
  number text CONSTRAINT request_number UNIQUE,
  title text NOT NULL CONSTRAINT request_title CHECK (length(trim(title)) BETWEEN 3 AND 160),
  need text NOT NULL CONSTRAINT request_need CHECK (length(trim(need)) BETWEEN 10 AND 5000),
  category_id uuid NOT NULL REFERENCES catalog.category,
  starts_on date, place text NOT NULL DEFAULT '',
  protection_level text CONSTRAINT request_protection CHECK (protection_level IN ('normal', 'high', 'very_high')),
  audience text NOT NULL CONSTRAINT request_audience CHECK (audience IN ('all', 'members', 'region')),
  member_ids uuid[] NOT NULL DEFAULT '{}', regions text[] NOT NULL DEFAULT '{}', audience_keys text[] NOT NULL DEFAULT '{}',
  compare_years int NOT NULL CONSTRAINT request_compare_years CHECK (compare_years BETWEEN 1 AND 10),
  price_formula text NOT NULL CONSTRAINT request_price_formula CHECK (price_formula IN ('ratio', 'linear')),
  shows_count boolean NOT NULL DEFAULT false,
  closes_at timestamptz NOT NULL, first_closes_at timestamptz, extension_reason text, cancel_reason text,
  announced_at timestamptz, reminded_at timestamptz, closed_at timestamptz, decided_at timestamptz,
  outcome text CONSTRAINT request_outcome CHECK (outcome IN ('chosen', 'none')), decision_reason text, interest_id uuid,
  state text NOT NULL CONSTRAINT request_state CHECK (state IN ('draft', 'open', 'closed', 'decided', 'cancelled')),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT request_announced CHECK (state IN ('draft', 'cancelled') OR (announced_at IS NOT NULL AND number IS NOT NULL)),
  CONSTRAINT request_decided CHECK ((state = 'decided') = (outcome IS NOT NULL AND decided_at IS NOT NULL AND decision_reason IS NOT NULL)),
  CONSTRAINT request_named CHECK (CASE audience WHEN 'members' THEN cardinality(member_ids) > 0 WHEN 'region' THEN cardinality(regions) > 0 ELSE true END));
COMMENT ON TABLE catalog.request IS 'R: what a member looks for and found nowhere; read by those it asks';
CREATE INDEX request_list ON catalog.request (closes_at, id);
CREATE INDEX request_owner ON catalog.request (owner_id, state);
CREATE INDEX request_due ON catalog.request (closes_at) WHERE state = 'open';

CREATE TABLE catalog.request_criterion (
  request_id uuid NOT NULL REFERENCES catalog.request, ordinal int NOT NULL CONSTRAINT request_criterion_ordinal CHECK (ordinal BETWEEN 1 AND 20),
  kind text NOT NULL CONSTRAINT request_criterion_kind CHECK (kind IN ('must', 'points', 'price')),
  name text NOT NULL CONSTRAINT request_criterion_name CHECK (length(trim(name)) BETWEEN 2 AND 120),
  description text NOT NULL DEFAULT '',
  weight numeric(5,2) NOT NULL DEFAULT 0 CONSTRAINT request_criterion_weight CHECK (weight BETWEEN 0 AND 100 AND weight <> 'NaN'),
  PRIMARY KEY (request_id, ordinal), CONSTRAINT request_criterion_weighted CHECK ((kind = 'must') = (weight = 0)));
COMMENT ON TABLE catalog.request_criterion IS 'R: by what answers are compared; weighted ones sum to 100 when the request opens';
CREATE UNIQUE INDEX request_criterion_one_price ON catalog.request_criterion (request_id) WHERE kind = 'price';
CREATE TABLE catalog.request_item (
  request_id uuid NOT NULL REFERENCES catalog.request, ordinal int NOT NULL CONSTRAINT request_item_ordinal CHECK (ordinal BETWEEN 1 AND 20),
  label text NOT NULL CONSTRAINT request_item_label CHECK (length(trim(label)) BETWEEN 2 AND 120),
  base text NOT NULL CONSTRAINT request_item_base CHECK (base IN ('inhabitant', 'workplace', 'user', 'case', 'page', 'hour', 'day', 'gb', 'device', 'flat', 'key')),
  quantity numeric(18,4) NOT NULL CONSTRAINT request_item_quantity CHECK (quantity > 0 AND quantity <> 'NaN'),
  PRIMARY KEY (request_id, ordinal));
COMMENT ON TABLE catalog.request_item IS 'R: the quantities that every answer is priced with';
CREATE TABLE catalog.request_budget (
  owner_id uuid NOT NULL REFERENCES kdnx.member, request_id uuid NOT NULL REFERENCES catalog.request,
  budget_cents bigint NOT NULL CONSTRAINT request_budget_amount CHECK (budget_cents >= 0),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, request_id));
COMMENT ON TABLE catalog.request_budget IS 'G: what the asking house means to spend; only for itself';

CREATE TABLE catalog.request_answer (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  request_id uuid NOT NULL REFERENCES catalog.request, asker_id uuid NOT NULL REFERENCES kdnx.member,
  state text NOT NULL CONSTRAINT request_answer_state CHECK (state IN ('draft', 'submitted', 'withdrawn', 'missed', 'chosen', 'not_chosen', 'void')),
  version int NOT NULL DEFAULT 0, submitted_version int, submitted_at timestamptz, receipt_hash bytea, outcome_reason text,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id), CONSTRAINT request_answer_once UNIQUE (owner_id, request_id),
  CONSTRAINT request_answer_other CHECK (owner_id <> asker_id OR state = 'void'),
  CONSTRAINT request_answer_submitted CHECK (state NOT IN ('submitted', 'chosen', 'not_chosen') OR (submitted_version IS NOT NULL AND receipt_hash IS NOT NULL)),
  CONSTRAINT request_answer_told CHECK (state NOT IN ('chosen', 'not_chosen') OR length(trim(outcome_reason)) >= 5));
COMMENT ON TABLE catalog.request_answer IS 'G: one member''s offer to a request; sealed until the request is closed';
CREATE INDEX request_answer_request ON catalog.request_answer (request_id);
CREATE TABLE catalog.request_answer_version (
  owner_id uuid NOT NULL, answer_id uuid NOT NULL, version int NOT NULL,
  summary text NOT NULL, conditions text NOT NULL DEFAULT '', offering_id uuid REFERENCES catalog.offering, offering_version int,
  valid_until date NOT NULL, author uuid, created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, answer_id, version),
  FOREIGN KEY (owner_id, answer_id) REFERENCES catalog.request_answer (owner_id, id),
  CONSTRAINT request_answer_version_offering CHECK ((offering_id IS NULL) = (offering_version IS NULL)));
COMMENT ON TABLE catalog.request_answer_version IS 'G A: every saving writes a new version, the newest submitted one counts';
CREATE TABLE catalog.request_answer_reply (
  owner_id uuid NOT NULL, answer_id uuid NOT NULL, version int NOT NULL, criterion int NOT NULL, is_met boolean, said text NOT NULL DEFAULT '',
  PRIMARY KEY (owner_id, answer_id, version, criterion),
  FOREIGN KEY (owner_id, answer_id, version) REFERENCES catalog.request_answer_version (owner_id, answer_id, version));
CREATE TABLE catalog.request_answer_price (
  owner_id uuid NOT NULL, answer_id uuid NOT NULL, version int NOT NULL, ordinal int NOT NULL CONSTRAINT request_answer_price_ordinal CHECK (ordinal BETWEEN 1 AND 40),
  label text NOT NULL DEFAULT '', item int NOT NULL CONSTRAINT request_answer_price_item CHECK (item >= 0),
  per text NOT NULL CONSTRAINT request_answer_price_per CHECK (per IN ('once', 'month', 'quarter', 'year', 'use')),
  unit_price_micro bigint NOT NULL CONSTRAINT request_answer_price_amount CHECK (unit_price_micro >= 0),
  PRIMARY KEY (owner_id, answer_id, version, ordinal),
  FOREIGN KEY (owner_id, answer_id, version) REFERENCES catalog.request_answer_version (owner_id, answer_id, version));
COMMENT ON TABLE catalog.request_answer_price IS 'G A: item 0 is a flat amount, else the ordinal of the quantity asked for';

CREATE TABLE catalog.request_score (
  owner_id uuid NOT NULL REFERENCES kdnx.member, request_id uuid NOT NULL REFERENCES catalog.request, answer_id uuid NOT NULL, criterion int NOT NULL,
  answer_owner_id uuid NOT NULL REFERENCES kdnx.member,
  points numeric(4,2) CONSTRAINT request_score_points CHECK (points BETWEEN 0 AND 10 AND points <> 'NaN'), is_met boolean,
  reason text NOT NULL CONSTRAINT request_score_reason CHECK (length(trim(reason)) >= 5),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, request_id, answer_id, criterion), CONSTRAINT request_score_one CHECK ((points IS NULL) <> (is_met IS NULL)));
COMMENT ON TABLE catalog.request_score IS 'G: what the asking member thinks of an answer, criterion by criterion, with its reason';
CREATE TABLE catalog.request_evidence (
  owner_id uuid NOT NULL REFERENCES kdnx.member, request_id uuid NOT NULL REFERENCES catalog.request,
  body text NOT NULL, hash bytea NOT NULL, created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, request_id), CONSTRAINT request_evidence_hash CHECK (hash = sha256(convert_to(body, 'UTF8'))));
COMMENT ON TABLE catalog.request_evidence IS 'G A: request, answers, points and reasons as they were at the decision';

ALTER TABLE catalog.request ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_read ON catalog.request FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (announced_at IS NOT NULL AND (SELECT kdnx.viewer_scope()) = 'member' AND audience_keys && (SELECT catalog.viewer_keys())::text[]));
CREATE POLICY request_new ON catalog.request FOR INSERT WITH CHECK (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY request_change ON catalog.request FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))
  WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('system', 'office') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.request_criterion ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_criterion_read ON catalog.request_criterion FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.request r WHERE r.id = request_id));
CREATE POLICY request_criterion_new ON catalog.request_criterion FOR INSERT WITH CHECK (EXISTS (SELECT 1 FROM catalog.request r
  WHERE r.id = request_id AND r.state = 'draft' AND r.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY request_criterion_drop ON catalog.request_criterion FOR DELETE USING (EXISTS (SELECT 1 FROM catalog.request r
  WHERE r.id = request_id AND r.state = 'draft' AND r.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
ALTER TABLE catalog.request_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_item_read ON catalog.request_item FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.request r WHERE r.id = request_id));
CREATE POLICY request_item_new ON catalog.request_item FOR INSERT WITH CHECK (EXISTS (SELECT 1 FROM catalog.request r
  WHERE r.id = request_id AND r.state = 'draft' AND r.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY request_item_drop ON catalog.request_item FOR DELETE USING (EXISTS (SELECT 1 FROM catalog.request r
  WHERE r.id = request_id AND r.state = 'draft' AND r.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
ALTER TABLE catalog.request_budget ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_budget_read ON catalog.request_budget FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY request_budget_new ON catalog.request_budget FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY request_budget_change ON catalog.request_budget FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY request_budget_drop ON catalog.request_budget FOR DELETE USING (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));

-- Sealed: until the request is closed an answer exists for nobody but its own house, not for the asker and not for the office.
ALTER TABLE catalog.request_answer ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_answer_read ON catalog.request_answer FOR SELECT USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (state IN ('submitted', 'chosen', 'not_chosen') AND EXISTS (SELECT 1 FROM catalog.request r WHERE r.id = request_id AND r.state IN ('closed', 'decided'))
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'audit') OR asker_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY request_answer_new ON catalog.request_answer FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('system', 'office')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY request_answer_change ON catalog.request_answer FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('system', 'office')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR asker_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.request_answer_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_answer_version_read ON catalog.request_answer_version FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.request_answer a
  WHERE a.owner_id = request_answer_version.owner_id AND a.id = answer_id AND ((SELECT kdnx.viewer_scope()) = 'system'
    OR a.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR a.submitted_version = request_answer_version.version)));
CREATE POLICY request_answer_version_new ON catalog.request_answer_version FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.request_answer_reply ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_answer_reply_read ON catalog.request_answer_reply FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.request_answer a
  WHERE a.owner_id = request_answer_reply.owner_id AND a.id = answer_id AND ((SELECT kdnx.viewer_scope()) = 'system'
    OR a.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR a.submitted_version = request_answer_reply.version)));
CREATE POLICY request_answer_reply_new ON catalog.request_answer_reply FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.request_answer_price ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_answer_price_read ON catalog.request_answer_price FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.request_answer a
  WHERE a.owner_id = request_answer_price.owner_id AND a.id = answer_id AND ((SELECT kdnx.viewer_scope()) = 'system'
    OR a.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR a.submitted_version = request_answer_price.version)));
CREATE POLICY request_answer_price_new ON catalog.request_answer_price FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
-- points stay with the asker until it decides; then each answering member reads its own
ALTER TABLE catalog.request_score ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_score_read ON catalog.request_score FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (answer_owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND EXISTS (SELECT 1 FROM catalog.request r WHERE r.id = request_id AND r.state = 'decided')));
CREATE POLICY request_score_new ON catalog.request_score FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY request_score_change ON catalog.request_score FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
    AND EXISTS (SELECT 1 FROM catalog.request r WHERE r.id = request_id AND r.state = 'closed')));
ALTER TABLE catalog.request_evidence ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_evidence_read ON catalog.request_evidence FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY request_evidence_new ON catalog.request_evidence FOR INSERT WITH CHECK (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
-- a house reads the sealed documents of its own answers again; nobody else does before the seal is opened
CREATE POLICY document_read_own_sealed ON kdnx.document FOR SELECT USING (visibility = 'sealed' AND object_kind = 'request_answer' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));

GRANT SELECT, INSERT, UPDATE ON catalog.request TO kdnx_app;
GRANT SELECT, INSERT, DELETE ON catalog.request_criterion, catalog.request_item TO kdnx_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.request_budget TO kdnx_app;
GRANT SELECT, INSERT ON catalog.request_answer, catalog.request_answer_version, catalog.request_answer_reply, catalog.request_answer_price, catalog.request_score,
  catalog.request_evidence TO kdnx_app;
GRANT UPDATE (state, version, submitted_version, submitted_at, receipt_hash, outcome_reason, asker_id, row_version, updated_at) ON catalog.request_answer TO kdnx_app;
GRANT UPDATE (points, is_met, reason, row_version, updated_at) ON catalog.request_score TO kdnx_app;

-- Keeps a request from closing while an answer is written: closing (FOR UPDATE) waits for it, and it for the closing.
CREATE FUNCTION catalog.hold_request(request uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT 1 FROM catalog.request WHERE id = $1 FOR KEY SHARE $$;
REVOKE ALL ON FUNCTION catalog.hold_request(uuid) FROM PUBLIC;
-- How many offers were submitted: for the asker, the office and audit; for others only where the request says so.
CREATE FUNCTION catalog.count_answers(ids uuid[]) RETURNS TABLE (request_id uuid, answers int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT r.id, (SELECT count(*)::int FROM catalog.request_answer a WHERE a.request_id = r.id AND a.submitted_version IS NOT NULL AND a.state NOT IN ('withdrawn', 'void'))
  FROM catalog.request r WHERE r.id = ANY (ids) AND (kdnx.viewer_sees_all() OR r.owner_id = ANY (kdnx.viewer_members())
    OR (r.shows_count AND r.announced_at IS NOT NULL AND kdnx.viewer_scope() = 'member' AND r.audience_keys && catalog.viewer_keys())) $$;
REVOKE ALL ON FUNCTION catalog.count_answers(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.hold_request(uuid), catalog.count_answers(uuid[]) TO kdnx_app;
-- The face other domains read: who looked for what and how it ended, under the same policy as the table.
CREATE VIEW catalog.public_request AS
SELECT id, owner_id, number, title, category_id, state, outcome, decided_at FROM catalog.request
WHERE (SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (announced_at IS NOT NULL AND (SELECT kdnx.viewer_scope()) = 'member' AND audience_keys && (SELECT catalog.viewer_keys())::text[]);
GRANT SELECT ON catalog.public_request TO kdnx_app;
