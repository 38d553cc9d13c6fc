-- Cooperations after § 108 (6) GWB, reminders of declarations, and who reads amounts of other houses (domain.md 3, model.md 4).

-- Amounts of other houses: the legal officer of the office (or whoever stands in), audit and the system; no other person of the office.
CREATE FUNCTION exchange.viewer_reads_amounts() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT kdnx.viewer_scope() IN ('audit', 'system') OR (kdnx.viewer_scope() = 'office' AND (
    EXISTS (SELECT 1 FROM kdnx.role_grant g WHERE g.person_id = kdnx.viewer_person() AND g.role = 'legal_officer' AND g.member_id = ANY (kdnx.viewer_members())
      AND g.valid_from <= (now() AT TIME ZONE 'Europe/Berlin')::date AND (g.valid_to IS NULL OR g.valid_to > (now() AT TIME ZONE 'Europe/Berlin')::date))
    OR EXISTS (SELECT 1 FROM kdnx.deputy d WHERE d.deputy_id = kdnx.viewer_person() AND 'legal_officer' = ANY (d.roles) AND d.ended_at IS NULL
      AND d.member_id = ANY (kdnx.viewer_members()) AND d.valid_from <= (now() AT TIME ZONE 'Europe/Berlin')::date
      AND d.valid_to > (now() AT TIME ZONE 'Europe/Berlin')::date))) $$;
GRANT EXECUTE ON FUNCTION exchange.viewer_reads_amounts() TO kdnx_app;

DROP POLICY declaration_read ON exchange.declaration;
CREATE POLICY declaration_read ON exchange.declaration FOR SELECT USING ((SELECT exchange.viewer_reads_amounts())
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office') AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
DROP POLICY inhouse_check_read ON exchange.inhouse_check;
CREATE POLICY inhouse_check_read ON exchange.inhouse_check FOR SELECT USING ((SELECT exchange.viewer_reads_amounts())
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office') AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
DROP POLICY inhouse_check_new ON exchange.inhouse_check;
CREATE POLICY inhouse_check_new ON exchange.inhouse_check FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office') AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));

-- the last of the three years that were counted: before the day of the last year's declaration it may be one less
ALTER TABLE exchange.inhouse_check ADD COLUMN last_year int;
UPDATE exchange.inhouse_check SET last_year = award_year - 1;
ALTER TABLE exchange.inhouse_check ALTER COLUMN last_year SET NOT NULL,
  ADD CONSTRAINT inhouse_check_last_year CHECK (last_year IN (award_year - 1, award_year - 2));
CREATE OR REPLACE VIEW exchange.public_inhouse_light AS
SELECT DISTINCT ON (owner_id, award_year) owner_id, award_year, light, checked_at, last_year FROM exchange.inhouse_check
WHERE (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system') ORDER BY owner_id, award_year, checked_at DESC, id DESC;

CREATE TABLE exchange.cooperation (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  title text NOT NULL CONSTRAINT cooperation_title CHECK (length(trim(title)) BETWEEN 3 AND 200),
  activities text NOT NULL, goals text NOT NULL, public_interest text NOT NULL, no_advantage text NOT NULL,
  agreement text NOT NULL, agreed_on date, valid_from date NOT NULL, valid_to date,
  party_ids uuid[] NOT NULL CONSTRAINT cooperation_parties CHECK (cardinality(party_ids) BETWEEN 2 AND 60 AND owner_id = ANY (party_ids)),
  state text NOT NULL CONSTRAINT cooperation_state CHECK (state IN ('draft', 'proposed', 'active', 'ended', 'withdrawn')),
  round int NOT NULL DEFAULT 0, end_reason text NOT NULL DEFAULT '', author_id uuid,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  CONSTRAINT cooperation_term CHECK (valid_to IS NULL OR valid_to >= valid_from),
  CONSTRAINT cooperation_end CHECK (state <> 'ended' OR valid_to IS NOT NULL));
COMMENT ON TABLE exchange.cooperation IS 'G V: a cooperation agreement (§ 108 (6) GWB); owner = the house that keeps the file; the other parties read it once it was proposed (round > 0); valid_to is the last day, inclusive';
CREATE INDEX cooperation_by_id ON exchange.cooperation (id);
CREATE INDEX cooperation_party ON exchange.cooperation USING gin (party_ids);
ALTER TABLE exchange.cooperation ENABLE ROW LEVEL SECURITY;
CREATE POLICY cooperation_read ON exchange.cooperation FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
    OR (round > 0 AND party_ids && (SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY cooperation_new ON exchange.cooperation FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY cooperation_change ON exchange.cooperation FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office') AND party_ids && (SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.cooperation TO kdnx_app;
GRANT UPDATE (title, activities, goals, public_interest, no_advantage, agreement, agreed_on, valid_from, valid_to, party_ids, state, round, end_reason,
  author_id, row_version, updated_at) ON exchange.cooperation TO kdnx_app;

CREATE TABLE exchange.cooperation_consent (
  owner_id uuid NOT NULL, cooperation_id uuid NOT NULL, round int NOT NULL, member_id uuid NOT NULL REFERENCES kdnx.member,
  person_id uuid NOT NULL, agreed_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, cooperation_id, round, member_id),
  FOREIGN KEY (owner_id, cooperation_id) REFERENCES exchange.cooperation (owner_id, id));
COMMENT ON TABLE exchange.cooperation_consent IS 'G A: which party agreed to the text that was proposed in that round';
ALTER TABLE exchange.cooperation_consent ENABLE ROW LEVEL SECURITY;
CREATE POLICY cooperation_consent_read ON exchange.cooperation_consent FOR SELECT USING (
  EXISTS (SELECT 1 FROM exchange.cooperation c WHERE c.owner_id = cooperation_consent.owner_id AND c.id = cooperation_consent.cooperation_id));
CREATE POLICY cooperation_consent_new ON exchange.cooperation_consent FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
  AND member_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.cooperation_consent TO kdnx_app;

CREATE TABLE exchange.cooperation_year (
  owner_id uuid NOT NULL REFERENCES kdnx.member, cooperation_id uuid NOT NULL,
  year int NOT NULL CONSTRAINT cooperation_year_year CHECK (year BETWEEN 2000 AND 2200),
  version int NOT NULL CONSTRAINT cooperation_year_version CHECK (version >= 1), id uuid NOT NULL,
  basis text NOT NULL CONSTRAINT cooperation_year_basis CHECK (basis IN ('turnover', 'cost', 'forecast')),
  market_cents bigint NOT NULL, total_cents bigint NOT NULL, evidence text NOT NULL,
  state text NOT NULL CONSTRAINT cooperation_year_state CHECK (state IN ('entered', 'signed', 'superseded')),
  author_id uuid NOT NULL, signer_id uuid, signed_at timestamptz,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, cooperation_id, year, version),
  CONSTRAINT cooperation_year_amounts CHECK (market_cents >= 0 AND total_cents >= market_cents),
  CONSTRAINT cooperation_year_two_people CHECK (signer_id <> author_id),
  CONSTRAINT cooperation_year_signed CHECK ((state = 'entered') = (signer_id IS NULL) AND (signer_id IS NULL) = (signed_at IS NULL)));
COMMENT ON TABLE exchange.cooperation_year IS 'G V: owner = the party; what it did in the covered activities in a year, in all and on the market';
CREATE UNIQUE INDEX cooperation_year_one_open ON exchange.cooperation_year (owner_id, cooperation_id, year) WHERE state = 'entered';
CREATE UNIQUE INDEX cooperation_year_one_signed ON exchange.cooperation_year (owner_id, cooperation_id, year) WHERE state = 'signed';
CREATE INDEX cooperation_year_of ON exchange.cooperation_year (cooperation_id);
ALTER TABLE exchange.cooperation_year ENABLE ROW LEVEL SECURITY;
CREATE POLICY cooperation_year_read ON exchange.cooperation_year FOR SELECT USING ((SELECT exchange.viewer_reads_amounts())
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office') AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY cooperation_year_new ON exchange.cooperation_year FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY cooperation_year_change ON exchange.cooperation_year FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.cooperation_year TO kdnx_app;
GRANT UPDATE (basis, market_cents, total_cents, evidence, state, author_id, signer_id, signed_at, row_version, updated_at) ON exchange.cooperation_year TO kdnx_app;

CREATE TABLE exchange.cooperation_check (
  owner_id uuid NOT NULL, cooperation_id uuid NOT NULL, award_year int NOT NULL, id uuid NOT NULL, checked_at timestamptz NOT NULL,
  market_cents bigint NOT NULL, total_cents bigint NOT NULL, worst_id uuid, worst_market_cents bigint, worst_total_cents bigint,
  headroom_cents bigint, last_year int NOT NULL, party_ids uuid[] NOT NULL,
  light text NOT NULL CONSTRAINT cooperation_check_light CHECK (light IN ('green', 'amber', 'red', 'grey')), rule_ids uuid[] NOT NULL,
  PRIMARY KEY (owner_id, cooperation_id, award_year, id),
  FOREIGN KEY (owner_id, cooperation_id) REFERENCES exchange.cooperation (owner_id, id),
  CONSTRAINT cooperation_check_last_year CHECK (last_year IN (award_year - 1, award_year - 2)));
COMMENT ON TABLE exchange.cooperation_check IS 'G A: the joint test for an award year, written by the system when a party has signed a year';
ALTER TABLE exchange.cooperation_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY cooperation_check_read ON exchange.cooperation_check FOR SELECT USING ((SELECT exchange.viewer_reads_amounts()));
CREATE POLICY cooperation_check_new ON exchange.cooperation_check FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system');
GRANT SELECT, INSERT ON exchange.cooperation_check TO kdnx_app;

-- The light and nothing it was computed from, for the parties, office, audit and committee. Owner's rights; the viewer is asked here instead.
CREATE VIEW exchange.public_cooperation_light AS
SELECT DISTINCT ON (k.owner_id, k.cooperation_id, k.award_year) k.owner_id, k.cooperation_id, k.award_year, k.light, k.checked_at, k.last_year
FROM exchange.cooperation_check k JOIN exchange.cooperation c ON c.owner_id = k.owner_id AND c.id = k.cooperation_id
WHERE (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND c.party_ids && (SELECT kdnx.viewer_members())::uuid[])
ORDER BY k.owner_id, k.cooperation_id, k.award_year, k.checked_at DESC, k.id DESC;
-- what the committee may know of a cooperation: that it is there and until when
CREATE VIEW exchange.public_cooperation AS
SELECT owner_id, id, title, state, valid_from, valid_to FROM exchange.cooperation
WHERE (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system') AND state IN ('active', 'ended');
GRANT SELECT ON exchange.public_cooperation_light, exchange.public_cooperation TO kdnx_app;

-- An order that needs no tender because of a cooperation names it; the light is kept when it is reviewed.
CREATE TABLE exchange.order_cooperation (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, version int NOT NULL, recipient_id uuid NOT NULL REFERENCES kdnx.member,
  cooperation_owner_id uuid NOT NULL, cooperation_id uuid NOT NULL, title text NOT NULL, named_by uuid NOT NULL, named_at timestamptz NOT NULL,
  light text CONSTRAINT order_cooperation_light CHECK (light IN ('green', 'amber', 'red', 'grey')),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, order_id, version),
  FOREIGN KEY (owner_id, order_id, version) REFERENCES exchange.order_version (owner_id, order_id, version));
COMMENT ON TABLE exchange.order_cooperation IS 'G V: the cooperation a version of an order rests on; light NULL until its review';
ALTER TABLE exchange.order_cooperation ENABLE ROW LEVEL SECURITY;
CREATE POLICY order_cooperation_read ON exchange.order_cooperation FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY order_cooperation_new ON exchange.order_cooperation FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'office'
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY order_cooperation_change ON exchange.order_cooperation FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'office'
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
GRANT SELECT, INSERT ON exchange.order_cooperation TO kdnx_app;
GRANT UPDATE (cooperation_owner_id, cooperation_id, title, named_by, named_at, light, row_version, updated_at) ON exchange.order_cooperation TO kdnx_app;

-- The test kept at review: of the provider, or of the cooperation (then no party reads the joint amounts).
ALTER TABLE exchange.order_inhouse ADD COLUMN cooperation_id uuid, ADD COLUMN worst_market_cents bigint, ADD COLUMN worst_total_cents bigint;
DROP POLICY order_inhouse_read ON exchange.order_inhouse;
CREATE POLICY order_inhouse_read ON exchange.order_inhouse FOR SELECT USING ((SELECT exchange.viewer_reads_amounts())
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office') AND cooperation_id IS NULL AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));

CREATE TABLE exchange.declaration_reminder (
  owner_id uuid NOT NULL REFERENCES kdnx.member, object_id uuid NOT NULL, year int NOT NULL, stage int NOT NULL, sent_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, object_id, year, stage));
COMMENT ON TABLE exchange.declaration_reminder IS 'G A: stage = days to the day (negative before it); object = the house, or the cooperation';
ALTER TABLE exchange.declaration_reminder ENABLE ROW LEVEL SECURITY;
CREATE POLICY declaration_reminder_all ON exchange.declaration_reminder USING ((SELECT kdnx.viewer_scope()) = 'system') WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system');
GRANT SELECT, INSERT ON exchange.declaration_reminder TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('inhouse_policy', 'declaration_day', '2000-01-01', 1, '{"month": 6, "day": 30}',
   'Vorgabe des Hauses: bis 30. Juni des Folgejahres, wenn der Jahresabschluss in der Regel vorliegt; eine gesetzliche Frist gibt es nicht'),
  ('inhouse_policy', 'grey_light', '2000-01-01', 1, '{"effect": "warn"}',
   'Vorgabe des Hauses: Fehlen Erklärungen, warnt die Prüfung und hält die Begründung fest; § 108 Abs. 8 GWB lässt eine nachvollziehbare Prognose zu'),
  ('reminder', 'inhouse_declaration', '2000-01-01', 1, '{"first_days": 60, "second_days": 30, "last_days": 7}',
   'Vorgabe des Hauses: Erinnerung so viele Tage vor und, solange die Erklärung fehlt, nach dem Termin');
