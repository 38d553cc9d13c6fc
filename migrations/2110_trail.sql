-- Audits: samples drawn from the ledger so that anybody can draw them again, with a finding for each item; how long a right to audit lasts.
CREATE TABLE exchange.audit_sample (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, number text NOT NULL,
  title text NOT NULL CONSTRAINT audit_sample_title CHECK (length(trim(title)) BETWEEN 3 AND 200),
  purpose text NOT NULL DEFAULT '',
  method text NOT NULL CONSTRAINT audit_sample_method CHECK (method IN ('random', 'money_unit')),
  wanted int NOT NULL CONSTRAINT audit_sample_wanted CHECK (wanted BETWEEN 1 AND 1000),
  seed text NOT NULL CONSTRAINT audit_sample_seed CHECK (length(seed) BETWEEN 4 AND 100),
  service_year int NOT NULL, provider_id uuid REFERENCES kdnx.member, recipient_id uuid REFERENCES kdnx.member, category_id uuid,
  heads jsonb NOT NULL,
  population_rows bigint NOT NULL CONSTRAINT audit_sample_rows CHECK (population_rows > 0),
  population_cents bigint NOT NULL CONSTRAINT audit_sample_cents CHECK (population_cents > 0),
  population_hash bytea NOT NULL CONSTRAINT audit_sample_population CHECK (length(population_hash) = 32),
  evidence bytea NOT NULL CONSTRAINT audit_sample_evidence CHECK (length(evidence) = 32),
  drawn_person uuid NOT NULL, drawn_at timestamptz NOT NULL,
  state text NOT NULL CONSTRAINT audit_sample_state CHECK (state IN ('open', 'closed')),
  result text NOT NULL DEFAULT '', closed_person uuid, closed_at timestamptz, sheet_hash bytea,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  CONSTRAINT audit_sample_number UNIQUE (owner_id, number),
  CONSTRAINT audit_sample_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL AND sheet_hash IS NOT NULL)));
COMMENT ON TABLE exchange.audit_sample IS 'G mixed: how a sample was drawn never changes, only its state and result; owner = member the auditor works for';

CREATE TABLE exchange.audit_sample_item (
  owner_id uuid NOT NULL, sample_id uuid NOT NULL, n int NOT NULL CONSTRAINT audit_sample_item_n CHECK (n >= 1),
  transfer_owner_id uuid NOT NULL, transfer_id uuid NOT NULL, transfer_seq bigint NOT NULL, recipient_id uuid NOT NULL,
  cents bigint NOT NULL CONSTRAINT audit_sample_item_cents CHECK (cents > 0), sign smallint NOT NULL,
  hits int NOT NULL CONSTRAINT audit_sample_item_hits CHECK (hits >= 1), transfer_hash bytea NOT NULL,
  finding text NOT NULL CONSTRAINT audit_sample_item_finding CHECK (finding IN ('open', 'clean', 'minor', 'major')),
  note text NOT NULL DEFAULT '', difference_cents bigint NOT NULL DEFAULT 0,
  found_person uuid, found_at timestamptz,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, sample_id, n),
  FOREIGN KEY (owner_id, sample_id) REFERENCES exchange.audit_sample (owner_id, id),
  CONSTRAINT audit_sample_item_once UNIQUE (owner_id, sample_id, transfer_id),
  CONSTRAINT audit_sample_item_reason CHECK (finding NOT IN ('minor', 'major') OR length(trim(note)) >= 3),
  CONSTRAINT audit_sample_item_difference CHECK (abs(difference_cents) <= cents AND (difference_cents = 0 OR finding IN ('minor', 'major'))));
COMMENT ON TABLE exchange.audit_sample_item IS 'G mixed: one drawn ledger row, its finding; the row is named by both ids and proved by its hash';

ALTER TABLE exchange.audit_sample ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.audit_sample_item ENABLE ROW LEVEL SECURITY;
-- what is being audited, and how, is for the auditors alone
CREATE POLICY audit_sample_read ON exchange.audit_sample FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('audit', 'system'));
CREATE POLICY audit_sample_draw ON exchange.audit_sample FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'audit'
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY audit_sample_close ON exchange.audit_sample FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'audit');
CREATE POLICY audit_sample_item_read ON exchange.audit_sample_item FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('audit', 'system'));
CREATE POLICY audit_sample_item_draw ON exchange.audit_sample_item FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'audit'
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY audit_sample_item_find ON exchange.audit_sample_item FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'audit');
GRANT SELECT, INSERT ON exchange.audit_sample, exchange.audit_sample_item TO kdnx_app;
GRANT UPDATE (state, result, closed_person, closed_at, sheet_hash, row_version, updated_at) ON exchange.audit_sample TO kdnx_app;
GRANT UPDATE (finding, note, difference_cents, found_person, found_at, row_version, updated_at) ON exchange.audit_sample_item TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('audit_term', 'auditor', '2000-01-01', 1, '{"days": 366}',
   'Prüfrechte nur so lange wie erforderlich (Art. 5 Abs. 1 Buchst. c DSGVO); Höchstdauer: Festlegung des Hauses, durch die Allianz zu ändern');

-- Sheets with the names of those who audited; a person erased later is shown as such.
CREATE VIEW exchange.audit_sample_row WITH (security_invoker = true) AS
SELECT s.*, coalesce(d.display_name, '–') AS drawn_by, coalesce(c.display_name, '') AS closed_by, x.items, x.open_items
FROM exchange.audit_sample s LEFT JOIN kdnx.person d ON d.id = s.drawn_person AND d.erased_at IS NULL
LEFT JOIN kdnx.person c ON c.id = s.closed_person AND c.erased_at IS NULL
CROSS JOIN LATERAL (SELECT count(*)::int AS items, (count(*) FILTER (WHERE i.finding = 'open'))::int AS open_items FROM exchange.audit_sample_item i
  WHERE i.owner_id = s.owner_id AND i.sample_id = s.id) x;
CREATE VIEW exchange.audit_sample_line WITH (security_invoker = true) AS
SELECT i.*, coalesce(f.display_name, '') AS found_by, p.short_name AS provider_name, r.short_name AS recipient_name, t.service_year, t.service_month,
  b.id AS booking_id, o.number || '/' || b.ordinal AS booking_number, b.order_id
FROM exchange.audit_sample_item i JOIN exchange.transfer t ON t.owner_id = i.transfer_owner_id AND t.id = i.transfer_id
JOIN kdnx.public_member p ON p.id = i.transfer_owner_id JOIN kdnx.public_member r ON r.id = i.recipient_id
LEFT JOIN kdnx.person f ON f.id = i.found_person AND f.erased_at IS NULL
LEFT JOIN exchange.booking b ON b.owner_id = t.owner_id AND b.id = t.source_id
LEFT JOIN exchange.service_order o ON o.owner_id = b.owner_id AND o.id = b.order_id;
GRANT SELECT ON exchange.audit_sample_row, exchange.audit_sample_line TO kdnx_app;
