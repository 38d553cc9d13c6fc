-- Interest: from the first word to the offer as one thread (model.md 1.2, 2; D35).
CREATE TABLE catalog.interest (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  number text NOT NULL CONSTRAINT interest_number CHECK (length(number) BETWEEN 3 AND 40),
  offering_id uuid NOT NULL REFERENCES catalog.offering,
  provider_id uuid NOT NULL REFERENCES kdnx.member,
  title text NOT NULL, asked_version int NOT NULL,
  state text NOT NULL CONSTRAINT interest_state CHECK (state IN ('expressed', 'coordinating', 'offered', 'accepted', 'declined',
    'withdrawn', 'lapsed', 'transferred')),
  route text NOT NULL CONSTRAINT interest_route CHECK (route IN ('hub', 'direct')),
  starts_on date NOT NULL, ends_on date, note text NOT NULL DEFAULT '',
  offer_n int NOT NULL DEFAULT 0 CONSTRAINT interest_offer_n CHECK (offer_n >= 0),
  offered_version int, valid_until date,
  yearly_net_cents bigint NOT NULL CONSTRAINT interest_yearly CHECK (yearly_net_cents >= 0),
  due_on date, overdue_told_on date,
  continues_owner_id uuid, continues_id uuid,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  CONSTRAINT interest_parties CHECK (owner_id <> provider_id),
  CONSTRAINT interest_term CHECK (ends_on IS NULL OR ends_on >= starts_on),
  CONSTRAINT interest_offered CHECK ((state NOT IN ('offered', 'accepted', 'lapsed')) OR (offer_n > 0 AND offered_version IS NOT NULL AND valid_until IS NOT NULL)),
  CONSTRAINT interest_due CHECK ((due_on IS NOT NULL) = (state IN ('expressed', 'coordinating', 'offered'))),
  CONSTRAINT interest_continues CHECK ((continues_id IS NULL) = (continues_owner_id IS NULL)));
COMMENT ON TABLE catalog.interest IS 'G: owner = the asking member; what one member wants of another''s offering, until an order is made of it';
-- one thread for an offering at a time
CREATE UNIQUE INDEX interest_one_open ON catalog.interest (owner_id, offering_id) WHERE state IN ('expressed', 'coordinating', 'offered');
CREATE INDEX interest_provider ON catalog.interest (provider_id, state);
CREATE INDEX interest_lookup ON catalog.interest (id);
CREATE INDEX interest_due_on ON catalog.interest (due_on) WHERE state IN ('expressed', 'coordinating', 'offered');
CREATE INDEX interest_offering ON catalog.interest (offering_id);

CREATE TABLE catalog.interest_step (
  owner_id uuid NOT NULL, interest_id uuid NOT NULL, n int NOT NULL, event text NOT NULL, state text NOT NULL, offer_n int NOT NULL DEFAULT 0,
  by_member uuid REFERENCES kdnx.member, reason text NOT NULL DEFAULT '', due_on date, at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, interest_id, n), FOREIGN KEY (owner_id, interest_id) REFERENCES catalog.interest (owner_id, id));
COMMENT ON TABLE catalog.interest_step IS 'G A: what happened, for both houses; n is the row_version it led to, due_on until when the next step is awaited';

CREATE TABLE catalog.interest_message (
  owner_id uuid NOT NULL, interest_id uuid NOT NULL, id uuid NOT NULL, by_member uuid NOT NULL REFERENCES kdnx.member,
  body text NOT NULL CONSTRAINT interest_message_body CHECK (length(trim(body)) BETWEEN 1 AND 4000), at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, interest_id, id), FOREIGN KEY (owner_id, interest_id) REFERENCES catalog.interest (owner_id, id));
COMMENT ON TABLE catalog.interest_message IS 'G A: what the two houses write to each other; it moves no state and makes no form stale';

CREATE TABLE catalog.interest_offer (
  owner_id uuid NOT NULL, interest_id uuid NOT NULL, n int NOT NULL CONSTRAINT interest_offer_first CHECK (n >= 1),
  offering_version int NOT NULL, starts_on date NOT NULL, ends_on date, valid_until date NOT NULL,
  notice_months int NOT NULL CONSTRAINT interest_offer_notice CHECK (notice_months BETWEEN 0 AND 60),
  billing text NOT NULL CONSTRAINT interest_offer_billing CHECK (billing IN ('month', 'quarter', 'half', 'year', 'once', 'usage')),
  legal_basis text NOT NULL CONSTRAINT interest_offer_legal_basis CHECK (legal_basis IN
    ('gwb_108_1', 'gwb_108_3', 'gwb_108_4', 'gwb_108_6', 'public_law_agreement', 'task_transfer', 'tendered', 'below_threshold')),
  legal_reason text NOT NULL CONSTRAINT interest_offer_legal_reason CHECK (length(trim(legal_reason)) >= 3),
  entrustment text NOT NULL DEFAULT '', activity_group text NOT NULL DEFAULT '',
  tax_code_1 text NOT NULL CONSTRAINT interest_offer_tax_1 CHECK (tax_code_1 IN ('U19', 'F29', 'FX', 'N2B', 'NALT', 'KU', 'OPEN')),
  tax_code_2 text NOT NULL CONSTRAINT interest_offer_tax_2 CHECK (tax_code_2 IN ('U19', 'F29', 'FX', 'N2B', 'NALT', 'KU', 'OPEN')),
  note text NOT NULL DEFAULT '', yearly_net_cents bigint NOT NULL CONSTRAINT interest_offer_yearly CHECK (yearly_net_cents >= 0),
  once_net_cents bigint NOT NULL CONSTRAINT interest_offer_once CHECK (once_net_cents >= 0),
  author_id uuid, by_member uuid NOT NULL REFERENCES kdnx.member, at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, interest_id, n), FOREIGN KEY (owner_id, interest_id) REFERENCES catalog.interest (owner_id, id),
  CONSTRAINT interest_offer_term CHECK (ends_on IS NULL OR ends_on >= starts_on));
COMMENT ON TABLE catalog.interest_offer IS 'G A: every offer ever made; a new one takes the place of the one before, which stays readable';

CREATE TABLE catalog.interest_line (
  owner_id uuid NOT NULL, interest_id uuid NOT NULL, offer_n int NOT NULL CONSTRAINT interest_line_offer CHECK (offer_n >= 0),
  ordinal int NOT NULL CONSTRAINT interest_line_ordinal CHECK (ordinal BETWEEN 1 AND 100),
  price_ordinal int, label text NOT NULL, unit text NOT NULL DEFAULT '',
  period text NOT NULL CONSTRAINT interest_line_period CHECK (period IN ('once', 'month', 'quarter', 'half', 'year', 'usage')),
  quantity numeric(18,4) NOT NULL CONSTRAINT interest_line_quantity CHECK (quantity >= 0 AND quantity <> 'NaN'),
  unit_price_micro bigint NOT NULL CONSTRAINT interest_line_price CHECK (unit_price_micro >= 0),
  net_cents bigint NOT NULL CONSTRAINT interest_line_net CHECK (net_cents >= 0),
  PRIMARY KEY (owner_id, interest_id, offer_n, ordinal), FOREIGN KEY (owner_id, interest_id) REFERENCES catalog.interest (owner_id, id));
COMMENT ON TABLE catalog.interest_line IS 'G A: offer_n 0 = what was asked for at the catalogue''s prices of that day, else the lines of that offer; net_cents for one period';

ALTER TABLE catalog.interest ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.interest_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.interest_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.interest_offer ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.interest_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY interest_read ON catalog.interest FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR provider_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
-- the office reads along; it writes only as a party or when it carries out a succession
CREATE POLICY interest_new ON catalog.interest FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office') AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY interest_move ON catalog.interest FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
    AND (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR provider_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY interest_step_read ON catalog.interest_step FOR SELECT USING (EXISTS (
  SELECT 1 FROM catalog.interest i WHERE i.owner_id = interest_step.owner_id AND i.id = interest_step.interest_id));
CREATE POLICY interest_step_write ON catalog.interest_step FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR ((SELECT kdnx.viewer_scope()) IN ('member', 'office') AND EXISTS (
    SELECT 1 FROM catalog.interest i WHERE i.owner_id = interest_step.owner_id AND i.id = interest_step.interest_id
      AND (i.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR i.provider_id = ANY ((SELECT kdnx.viewer_members())::uuid[])))));
CREATE POLICY interest_message_read ON catalog.interest_message FOR SELECT USING (EXISTS (
  SELECT 1 FROM catalog.interest i WHERE i.owner_id = interest_message.owner_id AND i.id = interest_message.interest_id));
CREATE POLICY interest_message_write ON catalog.interest_message FOR INSERT WITH CHECK (
  by_member = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND EXISTS (
    SELECT 1 FROM catalog.interest i WHERE i.owner_id = interest_message.owner_id AND i.id = interest_message.interest_id
      AND interest_message.by_member IN (i.owner_id, i.provider_id)));
CREATE POLICY interest_offer_read ON catalog.interest_offer FOR SELECT USING (EXISTS (
  SELECT 1 FROM catalog.interest i WHERE i.owner_id = interest_offer.owner_id AND i.id = interest_offer.interest_id));
-- only the provider offers
CREATE POLICY interest_offer_write ON catalog.interest_offer FOR INSERT WITH CHECK (
  by_member = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND EXISTS (
    SELECT 1 FROM catalog.interest i WHERE i.owner_id = interest_offer.owner_id AND i.id = interest_offer.interest_id AND i.provider_id = interest_offer.by_member));
CREATE POLICY interest_line_read ON catalog.interest_line FOR SELECT USING (EXISTS (
  SELECT 1 FROM catalog.interest i WHERE i.owner_id = interest_line.owner_id AND i.id = interest_line.interest_id));
CREATE POLICY interest_line_write ON catalog.interest_line FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM catalog.interest i WHERE i.owner_id = interest_line.owner_id AND i.id = interest_line.interest_id
    AND (CASE WHEN interest_line.offer_n = 0 THEN i.owner_id ELSE i.provider_id END) = ANY ((SELECT kdnx.viewer_members())::uuid[])));
GRANT SELECT, INSERT ON catalog.interest, catalog.interest_step, catalog.interest_message, catalog.interest_offer, catalog.interest_line TO kdnx_app;
GRANT UPDATE (provider_id, state, offer_n, offered_version, valid_until, yearly_net_cents, due_on, overdue_told_on, row_version, updated_at)
  ON catalog.interest TO kdnx_app;

-- An interest with the names of its parties and how the offering stands now; shows what its reader may see.
CREATE VIEW catalog.interest_row WITH (security_invoker = true) AS
SELECT i.*, a.code AS asker_code, a.name AS asker_name, a.short_name AS asker_short,
  p.code AS provider_code, p.name AS provider_name, p.short_name AS provider_short,
  o.number AS offering_number, o.state AS offering_state, o.published_version
FROM catalog.interest i
JOIN kdnx.public_member a ON a.id = i.owner_id
JOIN kdnx.public_member p ON p.id = i.provider_id
LEFT JOIN catalog.offering o ON o.id = i.offering_id;
GRANT SELECT ON catalog.interest_row TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('answer_period', 'interest', '2000-01-01', 1, '{"days": 10}', 'Vorgabe des Hauses: eine Interessenbekundung wird innerhalb von zehn Tagen aufgenommen (Art. 3 Abs. 4 VO 1182/71 für Wochenende und Feiertag)'),
  ('answer_period', 'offer', '2000-01-01', 1, '{"days": 20}', 'Vorgabe des Hauses: nach Aufnahme der Abstimmung folgt innerhalb von zwanzig Tagen ein Angebot'),
  ('answer_period', 'approval', '2000-01-01', 1, '{"days": 30}', 'Vorgabe des Hauses: nach der Annahme bleiben mindestens dreißig Tage für Prüfung und Freigaben'),
  ('answer_period', 'termination', '2000-01-01', 1, '{"days": 14}', 'Vorgabe des Hauses: eine Kündigung wird innerhalb von vierzehn Tagen beantwortet');
