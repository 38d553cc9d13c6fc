-- Saved searches, market surveys frozen as evidence, watching, questions and answers (model.md 1.2; peers.md C25, C26).
CREATE TABLE catalog.saved_search (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, person_id uuid NOT NULL REFERENCES kdnx.person,
  name text NOT NULL CONSTRAINT saved_search_name CHECK (length(trim(name)) BETWEEN 2 AND 120),
  query jsonb NOT NULL CONSTRAINT saved_search_query CHECK (jsonb_typeof(query) = 'object'),
  is_shared boolean NOT NULL DEFAULT false, deleted_at timestamptz,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id));
COMMENT ON TABLE catalog.saved_search IS 'G: an address of the catalogue with a name, of one person or of its whole house';
CREATE INDEX saved_search_person ON catalog.saved_search (person_id);
CREATE INDEX saved_search_lookup ON catalog.saved_search (id);
CREATE INDEX saved_search_deleted ON catalog.saved_search (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE catalog.search_follow (
  owner_id uuid NOT NULL, search_id uuid NOT NULL, person_id uuid NOT NULL REFERENCES kdnx.person,
  rhythm text NOT NULL CONSTRAINT search_follow_rhythm CHECK (rhythm IN ('off', 'at_once', 'daily', 'weekly')),
  looked_at timestamptz NOT NULL, told_at timestamptz NOT NULL, due_at timestamptz,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, search_id, person_id),
  FOREIGN KEY (owner_id, search_id) REFERENCES catalog.saved_search (owner_id, id) ON DELETE CASCADE,
  CONSTRAINT search_follow_due CHECK ((due_at IS NULL) = (rhythm = 'off')));
COMMENT ON TABLE catalog.search_follow IS 'G: what one person saw of a saved search and was told; several people follow a shared one';
CREATE INDEX search_follow_due_at ON catalog.search_follow (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE catalog.survey (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  title text NOT NULL CONSTRAINT survey_title CHECK (length(trim(title)) BETWEEN 3 AND 160),
  state text NOT NULL CONSTRAINT survey_state CHECK (state IN ('draft', 'frozen', 'discarded')),
  query jsonb, stage text NOT NULL DEFAULT 'all' CONSTRAINT survey_stage CHECK (stage IN ('all', 'parts', 'corrected', 'any')),
  corrected text NOT NULL DEFAULT '', remark text NOT NULL DEFAULT '', searched_at timestamptz NOT NULL,
  compared uuid[] NOT NULL DEFAULT '{}' CONSTRAINT survey_compared CHECK (cardinality(compared) <= 4),
  quantities jsonb NOT NULL DEFAULT '{}', started_by uuid REFERENCES kdnx.person,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id));
COMMENT ON TABLE catalog.survey IS 'G: a market survey at work: from every hit to the short list; query NULL = chosen offerings without a search';
CREATE INDEX survey_lookup ON catalog.survey (id);
CREATE TABLE catalog.survey_hit (
  owner_id uuid NOT NULL, survey_id uuid NOT NULL, offering_id uuid NOT NULL REFERENCES catalog.offering,
  ordinal int NOT NULL CONSTRAINT survey_hit_ordinal CHECK (ordinal BETWEEN 1 AND 1000), version int NOT NULL,
  decision text NOT NULL CONSTRAINT survey_hit_decision CHECK (decision IN ('open', 'kept', 'excluded')),
  reason text CONSTRAINT survey_hit_reason CHECK (reason IN ('scope', 'technology', 'protection', 'service_level', 'capacity', 'price',
    'terms', 'legal_route', 'standard', 'own', 'other')),
  note text NOT NULL DEFAULT '',
  PRIMARY KEY (owner_id, survey_id, offering_id),
  FOREIGN KEY (owner_id, survey_id) REFERENCES catalog.survey (owner_id, id),
  CONSTRAINT survey_hit_reasoned CHECK ((decision = 'excluded') = (reason IS NOT NULL)),
  CONSTRAINT survey_hit_explained CHECK (reason <> 'other' OR length(trim(note)) >= 3));
COMMENT ON TABLE catalog.survey_hit IS 'G: one hit of a survey at work with what was decided about it';
CREATE INDEX survey_hit_offering ON catalog.survey_hit (offering_id);

-- The evidence: `content` is canonical JSON, and the hash is that of its bytes; both are what people download.
CREATE TABLE catalog.frozen_search (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  number text NOT NULL, title text NOT NULL, frozen_at timestamptz NOT NULL, frozen_by uuid REFERENCES kdnx.person,
  hits int NOT NULL CONSTRAINT frozen_search_hits CHECK (hits >= 0), kept int NOT NULL,
  content text NOT NULL, sha256 bytea NOT NULL,
  PRIMARY KEY (owner_id, id), CONSTRAINT frozen_search_number UNIQUE (owner_id, number),
  FOREIGN KEY (owner_id, id) REFERENCES catalog.survey (owner_id, id),
  CONSTRAINT frozen_search_kept CHECK (kept BETWEEN 0 AND hits),
  CONSTRAINT frozen_search_sha256 CHECK (sha256 = sha256(convert_to(content, 'UTF8'))));
COMMENT ON TABLE catalog.frozen_search IS 'G A: a market survey as evidence, by the id of its survey; never changed, never deleted';
CREATE INDEX frozen_search_lookup ON catalog.frozen_search (id);

CREATE TABLE catalog.watch (
  owner_id uuid NOT NULL REFERENCES kdnx.member, offering_id uuid NOT NULL REFERENCES catalog.offering,
  person_id uuid NOT NULL REFERENCES kdnx.person, created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, offering_id, person_id));
COMMENT ON TABLE catalog.watch IS 'G: a person wants to hear of an offering';
CREATE INDEX watch_person ON catalog.watch (person_id, created_at);
CREATE INDEX watch_offering ON catalog.watch (offering_id);
CREATE TABLE catalog.offering_event (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, offering_id uuid NOT NULL REFERENCES catalog.offering,
  at timestamptz NOT NULL, version int, note text NOT NULL DEFAULT '',
  kind text NOT NULL CONSTRAINT offering_event_kind CHECK (kind IN ('published', 'price_scheduled', 'price_cancelled', 'price_effective',
    'retire_planned', 'retire_cancelled', 'suspended', 'resumed', 'retired', 'succeeded', 'answered')),
  PRIMARY KEY (owner_id, id));
COMMENT ON TABLE catalog.offering_event IS 'G A: owner = the providing member at that time; what happened to a published offering, for everybody who may see it';
CREATE INDEX offering_event_of ON catalog.offering_event (offering_id, at DESC, id DESC);

CREATE TABLE catalog.question (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, offering_id uuid NOT NULL REFERENCES catalog.offering,
  provider_id uuid NOT NULL REFERENCES kdnx.member, asked_by uuid REFERENCES kdnx.person,
  state text NOT NULL CONSTRAINT question_state CHECK (state IN ('open', 'overdue', 'answered', 'withdrawn')),
  visibility text NOT NULL CONSTRAINT question_visibility CHECK (visibility IN ('public', 'private', 'published')),
  is_named boolean NOT NULL DEFAULT false,
  question text NOT NULL CONSTRAINT question_text CHECK (length(trim(question)) BETWEEN 5 AND 2000),
  answer text NOT NULL DEFAULT '', public_question text NOT NULL DEFAULT '', public_answer text NOT NULL DEFAULT '',
  due_on date NOT NULL, answered_at timestamptz, answered_by uuid REFERENCES kdnx.person,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  CONSTRAINT question_parties CHECK (owner_id <> provider_id),
  CONSTRAINT question_answered CHECK ((state = 'answered') = (answered_at IS NOT NULL AND length(trim(answer)) > 0)),
  CONSTRAINT question_published CHECK ((visibility = 'published') = (length(trim(public_question)) > 0 AND length(trim(public_answer)) > 0)),
  CONSTRAINT question_published_answered CHECK (visibility <> 'published' OR state = 'answered'));
COMMENT ON TABLE catalog.question IS 'G: owner = the asking member; published = a private one that the provider shows to all without its asker, in its own words';
CREATE INDEX question_offering ON catalog.question (offering_id, created_at);
CREATE INDEX question_provider ON catalog.question (provider_id, state);
CREATE INDEX question_lookup ON catalog.question (id);
CREATE INDEX question_due ON catalog.question (due_on) WHERE state = 'open';

ALTER TABLE catalog.saved_search ENABLE ROW LEVEL SECURITY;
CREATE POLICY saved_search_read ON catalog.saved_search FOR SELECT USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND (is_shared OR person_id = (SELECT kdnx.viewer_person()))));
CREATE POLICY saved_search_own ON catalog.saved_search USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND person_id = (SELECT kdnx.viewer_person())));
ALTER TABLE catalog.search_follow ENABLE ROW LEVEL SECURITY;
CREATE POLICY search_follow_own ON catalog.search_follow USING ((SELECT kdnx.viewer_scope()) = 'system' OR (person_id = (SELECT kdnx.viewer_person())
  AND EXISTS (SELECT 1 FROM catalog.saved_search s WHERE s.owner_id = search_follow.owner_id AND s.id = search_id)));
ALTER TABLE catalog.survey ENABLE ROW LEVEL SECURITY;
CREATE POLICY survey_house ON catalog.survey USING ((SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.survey_hit ENABLE ROW LEVEL SECURITY;
CREATE POLICY survey_hit_house ON catalog.survey_hit USING ((SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.frozen_search ENABLE ROW LEVEL SECURITY;
CREATE POLICY frozen_search_read ON catalog.frozen_search FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY frozen_search_new ON catalog.frozen_search FOR INSERT WITH CHECK (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.watch ENABLE ROW LEVEL SECURITY;
CREATE POLICY watch_own ON catalog.watch USING ((SELECT kdnx.viewer_scope()) = 'system' OR person_id = (SELECT kdnx.viewer_person()))
  WITH CHECK (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND person_id = (SELECT kdnx.viewer_person()));
ALTER TABLE catalog.offering_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY offering_event_read ON catalog.offering_event FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.offering o WHERE o.id = offering_id));
CREATE POLICY offering_event_new ON catalog.offering_event FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.question ENABLE ROW LEVEL SECURITY;
CREATE POLICY question_read ON catalog.question FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR provider_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY question_new ON catalog.question FOR INSERT WITH CHECK (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY question_change ON catalog.question FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR provider_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.saved_search, catalog.search_follow TO kdnx_app;
GRANT SELECT, INSERT, UPDATE ON catalog.survey TO kdnx_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.survey_hit TO kdnx_app;
GRANT SELECT, INSERT ON catalog.frozen_search, catalog.offering_event TO kdnx_app;
GRANT SELECT, INSERT, DELETE ON catalog.watch TO kdnx_app;
GRANT SELECT, INSERT ON catalog.question TO kdnx_app;
GRANT UPDATE (state, visibility, is_named, question, answer, public_question, public_answer, answered_at, answered_by, row_version, updated_at)
  ON catalog.question TO kdnx_app;

-- The evidence with the name of who froze it, which the bytes do not hold (a person can be erased, evidence cannot).
CREATE VIEW catalog.visible_frozen_search AS
SELECT f.owner_id, f.id, f.number, f.title, f.frozen_at, f.frozen_by, p.display_name AS frozen_by_name, f.hits, f.kept, f.content, f.sha256
FROM catalog.frozen_search f LEFT JOIN kdnx.person p ON p.id = f.frozen_by AND p.erased_at IS NULL
WHERE (SELECT kdnx.viewer_scope()) IN ('audit', 'system') OR f.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]);
CREATE VIEW catalog.public_frozen_search AS
SELECT owner_id, id, number, title, frozen_at, hits, kept, content, sha256 FROM catalog.visible_frozen_search;
-- A survey under way with the name of who began it.
CREATE VIEW catalog.visible_survey AS
SELECT s.*, p.display_name AS started_by_name FROM catalog.survey s LEFT JOIN kdnx.person p ON p.id = s.started_by AND p.erased_at IS NULL
WHERE s.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]);
-- A saved search with the name of whom it belongs to.
CREATE VIEW catalog.visible_search AS
SELECT s.*, p.display_name AS person_name FROM catalog.saved_search s LEFT JOIN kdnx.person p ON p.id = s.person_id AND p.erased_at IS NULL
WHERE s.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND (s.is_shared OR s.person_id = (SELECT kdnx.viewer_person()));

-- Questions as a reader may see them: who asks stays hidden where the asker wants it so; the two parties see everything.
CREATE VIEW catalog.visible_question AS
SELECT q.id, q.offering_id, q.provider_id, q.state, q.visibility, q.is_named, q.due_on, q.answered_at, q.created_at, q.row_version, x.party AS is_party,
  CASE WHEN x.party OR (q.is_named AND q.visibility = 'public') THEN q.owner_id END AS owner_id,
  CASE WHEN x.party OR q.visibility = 'public' THEN q.question ELSE q.public_question END AS question,
  CASE WHEN x.party OR q.visibility = 'public' THEN q.answer ELSE q.public_answer END AS answer,
  q.public_question, q.public_answer
FROM catalog.question q CROSS JOIN LATERAL (SELECT (SELECT kdnx.viewer_sees_all()) OR q.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR q.provider_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) AS party) x
WHERE x.party OR (q.visibility <> 'private' AND q.state <> 'withdrawn'
  AND EXISTS (SELECT 1 FROM catalog.visible_offering o WHERE o.id = q.offering_id AND o.published_version IS NOT NULL));
GRANT SELECT ON catalog.visible_frozen_search, catalog.public_frozen_search, catalog.visible_survey, catalog.visible_search, catalog.visible_question TO kdnx_app;

-- Who watches an offering of mine and may see it: told by the owner's act, read by nobody else. Who uses it and is told for
-- that in one of `told_roles` is left out. A watch of a merged member counts for its successor.
CREATE FUNCTION catalog.watchers_of(offering uuid, told_roles text[], on_day date) RETURNS TABLE (owner_id uuid, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT DISTINCT f.final_id, w.person_id FROM catalog.watch w JOIN catalog.offering o ON o.id = w.offering_id
    JOIN kdnx.public_final_successor f ON f.member_id = w.owner_id
  WHERE w.offering_id = offering AND (kdnx.viewer_sees_all() OR o.owner_id = ANY (kdnx.viewer_members()))
    AND (o.owner_id = f.final_id OR (o.published_version IS NOT NULL AND (o.audience_keys && catalog.audience_keys_of(ARRAY[f.final_id, w.owner_id])
      OR EXISTS (SELECT 1 FROM kdnx.public_hub h WHERE h.member_id = f.final_id AND h.valid_from <= on_day AND (h.valid_to IS NULL OR h.valid_to > on_day)))))
    AND NOT EXISTS (SELECT 1 FROM catalog.offering_use u JOIN kdnx.role_grant g ON g.member_id = u.recipient_id AND g.person_id = w.person_id
      WHERE u.offering_id = offering AND u.recipient_id = f.final_id AND u.valid_from <= on_day AND (u.valid_to IS NULL OR u.valid_to > on_day)
        AND g.role = ANY (told_roles) AND g.valid_from <= on_day AND (g.valid_to IS NULL OR g.valid_to > on_day)) $$;
REVOKE ALL ON FUNCTION catalog.watchers_of(uuid, text[], date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.watchers_of(uuid, text[], date) TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('answer_period', 'offering_question', '2000-01-01', 1, '{"days": 10}',
   'Vorgabe des Hauses: Fragen zu einer Leistung werden binnen zehn Kalendertagen beantwortet; endet die Frist an einem freien Tag, am nächsten Werktag (§ 193 BGB)');
