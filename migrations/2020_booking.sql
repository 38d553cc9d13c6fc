-- Bookings: what was delivered, signed by both sides; confirmation decides the race by its key (model.md 1.4, 2).
CREATE TABLE exchange.booking (
  owner_id uuid NOT NULL, id uuid NOT NULL, order_id uuid NOT NULL, order_version int NOT NULL, ordinal bigint NOT NULL,
  recipient_id uuid NOT NULL REFERENCES kdnx.member,
  kind text NOT NULL CONSTRAINT booking_kind CHECK (kind IN ('regular', 'reversal', 'adjustment', 'cost_share')),
  sign smallint NOT NULL CONSTRAINT booking_sign CHECK (sign IN (1, -1)),
  service_year int NOT NULL, service_from date NOT NULL, service_to date NOT NULL,
  quantity numeric(18,4) CONSTRAINT booking_quantity CHECK (quantity <> 'NaN' AND quantity >= 0),
  net_cents bigint NOT NULL CONSTRAINT booking_positive CHECK (net_cents > 0),
  currency char(3) NOT NULL DEFAULT 'EUR' CONSTRAINT booking_currency CHECK (currency = 'EUR'),
  reference text CONSTRAINT booking_reference_length CHECK (length(reference) BETWEEN 1 AND 120),
  note text NOT NULL DEFAULT '', reverses_id uuid, parent_id uuid,
  proposed_by uuid NOT NULL REFERENCES kdnx.member, proposed_person uuid, proposed_at timestamptz NOT NULL, due_on date NOT NULL,
  silence text NOT NULL CONSTRAINT booking_silence CHECK (silence IN ('escalate', 'expire', 'consent')),
  state text NOT NULL CONSTRAINT booking_state CHECK (state IN ('proposed', 'confirmed', 'disputed', 'withdrawn', 'expired')),
  escalated_at timestamptz, row_version int NOT NULL DEFAULT 1, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  FOREIGN KEY (owner_id, order_id, order_version) REFERENCES exchange.order_version (owner_id, order_id, version),
  FOREIGN KEY (owner_id, reverses_id) REFERENCES exchange.booking (owner_id, id),
  FOREIGN KEY (owner_id, parent_id) REFERENCES exchange.booking (owner_id, id),
  CONSTRAINT booking_ordinal UNIQUE (owner_id, order_id, ordinal),
  CONSTRAINT booking_days CHECK (service_from <= service_to),
  CONSTRAINT booking_one_year CHECK (service_year = extract(year FROM service_from)::int AND service_year = extract(year FROM service_to)::int),
  CONSTRAINT booking_reversal_names CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL)));
COMMENT ON TABLE exchange.booking IS 'G mixed: content never changes, only state, escalated_at, row_version, updated_at';
CREATE UNIQUE INDEX booking_reference_once ON exchange.booking (owner_id, reference, service_year)
  WHERE reference IS NOT NULL AND state NOT IN ('withdrawn', 'expired');
CREATE UNIQUE INDEX booking_reversed_once ON exchange.booking (owner_id, reverses_id)
  WHERE kind = 'reversal' AND state IN ('proposed', 'disputed', 'confirmed');
CREATE INDEX booking_provider ON exchange.booking (owner_id, recipient_id, service_to);
CREATE INDEX booking_open ON exchange.booking (recipient_id, owner_id) WHERE state IN ('proposed', 'disputed');
CREATE INDEX booking_recipient ON exchange.booking (recipient_id, service_to);
CREATE INDEX booking_id ON exchange.booking (id);
CREATE INDEX booking_due ON exchange.booking (due_on) WHERE state = 'proposed';

CREATE TABLE exchange.confirmation (
  owner_id uuid NOT NULL, booking_id uuid NOT NULL,
  confirmed_cents bigint NOT NULL CONSTRAINT confirmation_positive CHECK (confirmed_cents > 0),
  surcharge_cents bigint NOT NULL CONSTRAINT confirmation_surcharge CHECK (surcharge_cents >= 0),
  tax_code_1 text NOT NULL, tax_code_2 text NOT NULL CONSTRAINT confirmation_tax_codes CHECK (position('|' IN tax_code_1 || tax_code_2) = 0),
  confirmed_by uuid NOT NULL REFERENCES kdnx.member, confirmed_person uuid,
  origin text NOT NULL CONSTRAINT confirmation_origin CHECK (origin IN ('signed', 'policy', 'legacy')),
  book_year int NOT NULL, book_month int NOT NULL CONSTRAINT confirmation_book_month CHECK (book_month BETWEEN 1 AND 12),
  template text NOT NULL, rule_ids uuid[] NOT NULL DEFAULT '{}', document text NOT NULL DEFAULT '', confirmed_at timestamptz NOT NULL,
  evidence bytea NOT NULL CONSTRAINT confirmation_evidence CHECK (length(evidence) = 32),
  PRIMARY KEY (owner_id, booking_id),
  FOREIGN KEY (owner_id, booking_id) REFERENCES exchange.booking (owner_id, id));
COMMENT ON TABLE exchange.confirmation IS 'G A: the second signature; its key lets one of two win';

CREATE TABLE exchange.dispute (
  owner_id uuid NOT NULL, booking_id uuid NOT NULL, n int NOT NULL, by_member uuid NOT NULL REFERENCES kdnx.member, by_person uuid,
  reason_code text NOT NULL CONSTRAINT dispute_reason CHECK (reason_code IN ('amount', 'quantity', 'period', 'not_delivered', 'quality', 'duplicate', 'rest', 'other')),
  text text NOT NULL CONSTRAINT dispute_text CHECK (length(trim(text)) >= 3),
  claimed_cents bigint NOT NULL CONSTRAINT dispute_claimed CHECK (claimed_cents >= 0), due_on date NOT NULL, raised_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, booking_id, n), FOREIGN KEY (owner_id, booking_id) REFERENCES exchange.booking (owner_id, id));
COMMENT ON TABLE exchange.dispute IS 'G A: why and to which amount the recipient disagrees';

ALTER TABLE exchange.booking ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.confirmation ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.dispute ENABLE ROW LEVEL SECURITY;
CREATE POLICY booking_read ON exchange.booking FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY booking_propose ON exchange.booking FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY booking_move ON exchange.booking FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY confirmation_read ON exchange.confirmation FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.booking b WHERE b.owner_id = confirmation.owner_id AND b.id = confirmation.booking_id));
CREATE POLICY confirmation_sign ON exchange.confirmation FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND confirmed_by = ANY ((SELECT kdnx.viewer_members())::uuid[])
    AND EXISTS (SELECT 1 FROM exchange.booking b WHERE b.owner_id = confirmation.owner_id AND b.id = confirmation.booking_id)));
CREATE POLICY dispute_read ON exchange.dispute FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.booking b WHERE b.owner_id = dispute.owner_id AND b.id = dispute.booking_id));
CREATE POLICY dispute_raise ON exchange.dispute FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND by_member = ANY ((SELECT kdnx.viewer_members())::uuid[])
    AND EXISTS (SELECT 1 FROM exchange.booking b WHERE b.owner_id = dispute.owner_id AND b.id = dispute.booking_id)));
GRANT SELECT, INSERT ON exchange.booking, exchange.confirmation, exchange.dispute TO kdnx_app;
GRANT UPDATE (state, escalated_at, row_version, updated_at) ON exchange.booking TO kdnx_app;

-- Canonical bytes of a confirmed booking; exchange/bookings/model.py makes the same, tested equal.
CREATE FUNCTION exchange.booking_evidence(b exchange.booking, c exchange.confirmation) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(convert_to('kdnx.booking.v1|' || b.owner_id::text || '|' || b.id::text || '|' || b.order_id::text || '|' || b.order_version::text || '|' || b.ordinal::text
    || '|' || b.recipient_id::text || '|' || b.kind || '|' || b.sign::text || '|' || to_char(b.service_from, 'YYYY-MM-DD') || '|' || to_char(b.service_to, 'YYYY-MM-DD')
    || '|' || b.net_cents::text || '|' || coalesce(b.reverses_id::text, '') || '|' || b.proposed_by::text || '|' || c.confirmed_cents::text || '|' || c.surcharge_cents::text
    || '|' || c.tax_code_1 || '|' || c.tax_code_2 || '|' || c.confirmed_by::text || '|' || c.origin || '|' || c.template || '|' || array_to_string(c.rule_ids, ',')
    || '|' || (extract(epoch FROM c.confirmed_at) * 1000000)::bigint::text, 'UTF8')) $$;

-- A booking with the terms of the order version it was proposed under, and its signature if it has one.
CREATE VIEW exchange.booking_row WITH (security_invoker = true) AS
SELECT b.owner_id, b.id, b.order_id, b.order_version, b.ordinal, b.recipient_id, b.kind, b.sign, b.service_year, b.service_from, b.service_to, b.quantity, b.net_cents,
  b.reference, b.note, b.reverses_id, b.parent_id, b.proposed_by, b.proposed_person, b.proposed_at, b.due_on, b.silence, b.state, b.escalated_at, b.row_version, b.updated_at,
  o.number, o.route, o.hub_id, o.state AS order_state, v.offering_id, v.category_id, v.surcharge_pct, v.surcharge_fee_cents,
  c.confirmed_cents, c.surcharge_cents AS confirmed_surcharge_cents, c.tax_code_1, c.tax_code_2, c.confirmed_by, c.confirmed_person, c.origin, c.book_year, c.book_month,
  c.template, c.document, c.confirmed_at, c.evidence, r.surcharge_cents AS reversed_surcharge_cents
FROM exchange.booking b
JOIN exchange.service_order o ON o.owner_id = b.owner_id AND o.id = b.order_id
JOIN exchange.order_version v ON v.owner_id = b.owner_id AND v.order_id = b.order_id AND v.version = b.order_version
LEFT JOIN exchange.confirmation c ON c.owner_id = b.owner_id AND c.booking_id = b.id
LEFT JOIN exchange.confirmation r ON r.owner_id = b.owner_id AND r.booking_id = b.reverses_id;
GRANT SELECT ON exchange.booking_row TO kdnx_app;
