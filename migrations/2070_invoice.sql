-- Invoices and credit notes: issued once with number, VAT and stored bytes, never changed (model.md 1.4, 2, 3.2; EN 16931).
CREATE TABLE exchange.invoice_profile (
  owner_id uuid PRIMARY KEY REFERENCES kdnx.member,
  contact text NOT NULL CONSTRAINT invoice_profile_contact CHECK (length(trim(contact)) BETWEEN 2 AND 120),
  phone text NOT NULL CONSTRAINT invoice_profile_phone CHECK (phone ~ '[0-9].*[0-9].*[0-9]'),
  email text NOT NULL CONSTRAINT invoice_profile_email CHECK (position('@' IN email) > 1),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
COMMENT ON TABLE exchange.invoice_profile IS 'G: the function mailbox and telephone a member names on its invoices (BT-41 to BT-43), never a private person';

CREATE TABLE exchange.invoice_series (
  owner_id uuid NOT NULL REFERENCES kdnx.member, year int NOT NULL, last int NOT NULL CONSTRAINT invoice_series_positive CHECK (last >= 0),
  PRIMARY KEY (owner_id, year));
COMMENT ON TABLE exchange.invoice_series IS 'G: last number of an issuer and year; its row is the lock of issuing, so numbers have no gap';

CREATE TABLE exchange.invoice (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, number text NOT NULL,
  type text NOT NULL CONSTRAINT invoice_type CHECK (type IN ('380', '381')),
  leg smallint NOT NULL CONSTRAINT invoice_leg CHECK (leg IN (1, 2)), direct boolean NOT NULL,
  seller_id uuid NOT NULL REFERENCES kdnx.member, buyer_id uuid NOT NULL REFERENCES kdnx.member,
  leitweg_id text NOT NULL, period_from date NOT NULL, period_to date NOT NULL, issued_on date NOT NULL, due_on date NOT NULL,
  net_cents bigint NOT NULL, vat_cents bigint NOT NULL, gross_cents bigint NOT NULL,
  currency char(3) NOT NULL DEFAULT 'EUR' CONSTRAINT invoice_currency CHECK (currency = 'EUR'),
  refers_to uuid, refers_number text NOT NULL DEFAULT '', reason text NOT NULL DEFAULT '',
  xml bytea NOT NULL, xml_sha256 bytea NOT NULL, evidence bytea NOT NULL CONSTRAINT invoice_evidence CHECK (length(evidence) = 32),
  state text NOT NULL CONSTRAINT invoice_state CHECK (state IN ('draft', 'issued', 'settled', 'credited')),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id), CONSTRAINT invoice_number UNIQUE (owner_id, number),
  FOREIGN KEY (owner_id, refers_to) REFERENCES exchange.invoice (owner_id, id),
  CONSTRAINT invoice_parties CHECK (seller_id <> buyer_id),
  CONSTRAINT invoice_sum CHECK (gross_cents = net_cents + vat_cents),
  CONSTRAINT invoice_credit CHECK (type <> '381' OR net_cents <= 0),
  CONSTRAINT invoice_bytes CHECK (xml_sha256 = sha256(xml)),
  CONSTRAINT invoice_days CHECK (period_from <= period_to AND due_on >= issued_on));
COMMENT ON TABLE exchange.invoice IS 'G mixed: content never changes, only state, row_version, updated_at; owner = issuer; a credit note carries negative amounts';
CREATE INDEX invoice_buyer ON exchange.invoice (buyer_id, issued_on);
CREATE INDEX invoice_seller ON exchange.invoice (seller_id, issued_on);
CREATE INDEX invoice_id ON exchange.invoice (id);
CREATE INDEX invoice_refers ON exchange.invoice (owner_id, refers_to) WHERE refers_to IS NOT NULL;

CREATE TABLE exchange.invoice_line (
  owner_id uuid NOT NULL, invoice_id uuid NOT NULL, n int NOT NULL,
  booking_owner_id uuid NOT NULL, booking_id uuid NOT NULL, leg smallint NOT NULL CONSTRAINT invoice_line_leg CHECK (leg IN (1, 2)),
  round int NOT NULL CONSTRAINT invoice_line_round CHECK (round >= 1),
  net_cents bigint NOT NULL, tax_code text NOT NULL,
  category text NOT NULL CONSTRAINT invoice_line_category CHECK (category IN ('S', 'E', 'O')), rate_pct numeric(7,4) NOT NULL,
  title text NOT NULL, order_number text NOT NULL, contract_ref text NOT NULL DEFAULT '', booking_number text NOT NULL,
  service_from date NOT NULL, service_to date NOT NULL,
  PRIMARY KEY (owner_id, invoice_id, n), FOREIGN KEY (owner_id, invoice_id) REFERENCES exchange.invoice (owner_id, id),
  CONSTRAINT invoice_line_once UNIQUE (owner_id, booking_owner_id, booking_id, leg, round));
COMMENT ON TABLE exchange.invoice_line IS 'G A: a booking on an invoice (odd round) or taken back by a credit note (even round); the key lets nothing be billed twice';
CREATE INDEX invoice_line_booking ON exchange.invoice_line (booking_id, leg);

CREATE TABLE exchange.invoice_tax (
  owner_id uuid NOT NULL, invoice_id uuid NOT NULL,
  category text NOT NULL CONSTRAINT invoice_tax_category CHECK (category IN ('S', 'E', 'O')), rate_pct numeric(7,4) NOT NULL,
  basis_cents bigint NOT NULL, vat_cents bigint NOT NULL, reason_code text NOT NULL DEFAULT '', reason text NOT NULL DEFAULT '',
  PRIMARY KEY (owner_id, invoice_id, category, rate_pct), FOREIGN KEY (owner_id, invoice_id) REFERENCES exchange.invoice (owner_id, id),
  CONSTRAINT invoice_tax_only_s CHECK (category = 'S' OR vat_cents = 0));
COMMENT ON TABLE exchange.invoice_tax IS 'G A: one row a tax group of an invoice (BG-23)';

ALTER TABLE exchange.invoice_profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.invoice_series ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.invoice ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.invoice_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.invoice_tax ENABLE ROW LEVEL SECURITY;
CREATE POLICY invoice_profile_read ON exchange.invoice_profile FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY invoice_profile_write ON exchange.invoice_profile FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'member', 'system')
  AND ((SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY invoice_profile_change ON exchange.invoice_profile FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY invoice_series_all ON exchange.invoice_series USING ((SELECT kdnx.viewer_scope()) IN ('office', 'member', 'system')
  AND ((SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY invoice_read ON exchange.invoice FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR seller_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR buyer_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY invoice_issue ON exchange.invoice FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
-- credited by its issuer, settled by the hub's office
CREATE POLICY invoice_move ON exchange.invoice FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY invoice_line_read ON exchange.invoice_line FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.invoice i WHERE i.owner_id = invoice_line.owner_id AND i.id = invoice_line.invoice_id));
CREATE POLICY invoice_line_write ON exchange.invoice_line FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY invoice_tax_read ON exchange.invoice_tax FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.invoice i WHERE i.owner_id = invoice_tax.owner_id AND i.id = invoice_tax.invoice_id));
CREATE POLICY invoice_tax_write ON exchange.invoice_tax FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.invoice_profile, exchange.invoice_series, exchange.invoice, exchange.invoice_line, exchange.invoice_tax TO kdnx_app;
GRANT UPDATE (contact, phone, email, row_version, updated_at) ON exchange.invoice_profile TO kdnx_app;
GRANT UPDATE (last) ON exchange.invoice_series TO kdnx_app;
GRANT UPDATE (state, row_version, updated_at) ON exchange.invoice TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('payment_term', 'invoice', '2000-01-01', 1, '{"days": 30}', '§ 286 Abs. 3 BGB: Verzug 30 Tage nach Fälligkeit und Zugang einer Rechnung; Zahlungsziel des Hauses');
