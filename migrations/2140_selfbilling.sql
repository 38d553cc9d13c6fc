-- Self-billing (Gutschriftverfahren, § 14 Abs. 2 UStG): who may write invoices in whose name, objection, day of settlement.
CREATE TABLE exchange.self_billing (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, buyer_id uuid NOT NULL REFERENCES kdnx.member,
  order_owner_id uuid, order_id uuid, order_number text NOT NULL DEFAULT '',
  valid_from date NOT NULL, agreed_on date NOT NULL,
  document text NOT NULL CONSTRAINT self_billing_document CHECK (length(trim(document)) BETWEEN 3 AND 200),
  proposed_by uuid NOT NULL REFERENCES kdnx.member, continues_id uuid, ends_on date, reason text NOT NULL DEFAULT '',
  state text NOT NULL CONSTRAINT self_billing_state CHECK (state IN ('proposed', 'agreed', 'declined', 'withdrawn', 'ended')),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  CONSTRAINT self_billing_parties CHECK (owner_id <> buyer_id),
  CONSTRAINT self_billing_proposer CHECK (proposed_by IN (owner_id, buyer_id)),
  CONSTRAINT self_billing_order CHECK ((order_id IS NULL) = (order_owner_id IS NULL)),
  CONSTRAINT self_billing_end CHECK ((state = 'ended') = (ends_on IS NOT NULL)));
COMMENT ON TABLE exchange.self_billing IS 'G mixed: owner = seller; the buyer writes the invoices of this pair, or of one order, for service from valid_from to ends_on';
CREATE INDEX self_billing_buyer ON exchange.self_billing (buyer_id, owner_id);
CREATE INDEX self_billing_by_id ON exchange.self_billing (id);
-- one that is open for a pair, one for each order
CREATE UNIQUE INDEX self_billing_pair_once ON exchange.self_billing (owner_id, buyer_id) WHERE order_id IS NULL AND state IN ('proposed', 'agreed');
CREATE UNIQUE INDEX self_billing_order_once ON exchange.self_billing (owner_id, buyer_id, order_id) WHERE order_id IS NOT NULL AND state IN ('proposed', 'agreed');
ALTER TABLE exchange.self_billing ENABLE ROW LEVEL SECURITY;
CREATE POLICY self_billing_read ON exchange.self_billing FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR buyer_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY self_billing_propose ON exchange.self_billing FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND proposed_by = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND (state = 'proposed' OR (SELECT kdnx.viewer_scope()) = 'office'));
-- nobody agrees to its own proposal; a succession is carried out by the office
CREATE POLICY self_billing_move ON exchange.self_billing FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR buyer_id = ANY ((SELECT kdnx.viewer_members())::uuid[])))
  WITH CHECK (state <> 'agreed' OR (SELECT kdnx.viewer_scope()) = 'office' OR proposed_by <> ALL ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.self_billing TO kdnx_app;
GRANT UPDATE (state, ends_on, reason, row_version, updated_at) ON exchange.self_billing TO kdnx_app;

-- owner = seller, for its claim it is; issuer = whoever wrote the document and drew its number
ALTER TABLE exchange.invoice DROP CONSTRAINT invoice_type;
ALTER TABLE exchange.invoice DROP CONSTRAINT invoice_state;
ALTER TABLE exchange.invoice ADD COLUMN issuer_id uuid REFERENCES kdnx.member, ADD COLUMN settled_on date, ADD COLUMN objected_on date,
  ADD COLUMN objection text NOT NULL DEFAULT '';
UPDATE exchange.invoice SET issuer_id = owner_id;
ALTER TABLE exchange.invoice ALTER COLUMN issuer_id SET NOT NULL;
ALTER TABLE exchange.invoice ADD CONSTRAINT invoice_type CHECK (type IN ('380', '381', '389')),
  ADD CONSTRAINT invoice_state CHECK (state IN ('draft', 'issued', 'settled', 'credited', 'objected')),
  ADD CONSTRAINT invoice_issuer CHECK (issuer_id = CASE type WHEN '389' THEN buyer_id ELSE seller_id END),
  ADD CONSTRAINT invoice_owner CHECK (owner_id = seller_id OR refers_to IS NOT NULL),
  ADD CONSTRAINT invoice_settled CHECK ((state = 'settled') = (settled_on IS NOT NULL)),
  ADD CONSTRAINT invoice_objected CHECK ((state = 'objected') = (objected_on IS NOT NULL) AND (objected_on IS NULL OR type = '389'));
COMMENT ON TABLE exchange.invoice IS 'G mixed: content never changes, only state, its day and reason, row_version, updated_at; owner = seller, a correction keeps the owner of what it corrects; issuer = the seller, or the buyer where self-billing is agreed; amounts taken back are negative';
COMMENT ON TABLE exchange.invoice_line IS 'G A: a booking on an invoice (odd round) or taken back by a correction or an objection (even round); the key lets nothing be billed twice, whoever bills';
CREATE INDEX invoice_issuer_of ON exchange.invoice (issuer_id, number);
CREATE INDEX invoice_by_number ON exchange.invoice (number);
GRANT UPDATE (settled_on, objected_on, objection) ON exchange.invoice TO kdnx_app;

DROP POLICY invoice_issue ON exchange.invoice;
CREATE POLICY invoice_issue ON exchange.invoice FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND issuer_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  AND CASE type WHEN '389' THEN EXISTS (SELECT 1 FROM exchange.self_billing s WHERE s.owner_id = invoice.seller_id AND s.buyer_id = invoice.buyer_id AND s.state IN ('agreed', 'ended'))
    ELSE owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) END);
DROP POLICY invoice_move ON exchange.invoice;
CREATE POLICY invoice_move ON exchange.invoice FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR issuer_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
DROP POLICY invoice_line_write ON exchange.invoice_line;
CREATE POLICY invoice_line_write ON exchange.invoice_line FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND EXISTS (SELECT 1 FROM exchange.invoice i WHERE i.owner_id = invoice_line.owner_id AND i.id = invoice_line.invoice_id
    AND (i.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR i.issuer_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
DROP POLICY invoice_tax_write ON exchange.invoice_tax;
CREATE POLICY invoice_tax_write ON exchange.invoice_tax FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'member')
  AND EXISTS (SELECT 1 FROM exchange.invoice i WHERE i.owner_id = invoice_tax.owner_id AND i.id = invoice_tax.invoice_id
    AND i.issuer_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
-- whoever writes in the seller's name needs the seller's contact
DROP POLICY invoice_profile_read ON exchange.invoice_profile;
CREATE POLICY invoice_profile_read ON exchange.invoice_profile FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR EXISTS (SELECT 1 FROM exchange.self_billing s WHERE s.owner_id = invoice_profile.owner_id AND s.state IN ('agreed', 'ended')
    AND s.buyer_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));

-- A confirmed booking on a leg that stands on no document, or every line of it was taken back. The buyer bills where that is agreed for
-- its service day; whoever succeeded a member bills and is billed in its place. issuer_id is one of viewer_members(), for they hold predecessors.
CREATE VIEW exchange.open_leg WITH (security_invoker = true) AS
SELECT fs.final_id AS seller_id, fb.final_id AS buyer_id, CASE WHEN g.id IS NULL THEN x.seller_id ELSE x.buyer_id END AS issuer_id,
  CASE WHEN g.id IS NULL THEN fs.final_id ELSE fb.final_id END AS final_issuer_id, g.id IS NOT NULL AS self_billed, x.leg, b.route = 'direct' AS direct,
  coalesce(l.leitweg_id, '') AS leitweg_id, coalesce(l.contract_ref, '') AS contract_ref, b.order_id, b.owner_id AS booking_owner_id, b.id AS booking_id, n.lines,
  b.sign * (b.confirmed_cents + CASE x.leg WHEN 2 THEN b.confirmed_surcharge_cents ELSE 0 END) AS net_cents, CASE x.leg WHEN 2 THEN b.tax_code_2 ELSE b.tax_code_1 END AS tax_code,
  v.title, b.number AS order_number, b.ordinal, b.number || '/' || b.ordinal AS booking_number, b.service_from, b.service_to, b.book_year * 100 + b.book_month AS book_period, b.origin
FROM exchange.booking_row b
JOIN exchange.order_version v ON v.owner_id = b.owner_id AND v.order_id = b.order_id AND v.version = b.order_version
CROSS JOIN LATERAL (VALUES (1::smallint, b.owner_id, CASE b.route WHEN 'direct' THEN b.recipient_id ELSE b.hub_id END), (2::smallint, b.hub_id, b.recipient_id)) x(leg, seller_id, buyer_id)
JOIN kdnx.public_final_successor fs ON fs.member_id = x.seller_id JOIN kdnx.public_final_successor fb ON fb.member_id = x.buyer_id
LEFT JOIN exchange.leg l ON l.owner_id = b.owner_id AND l.order_id = b.order_id AND l.version = b.order_version AND l.leg = x.leg
LEFT JOIN LATERAL (SELECT s.id FROM exchange.self_billing s WHERE s.owner_id = x.seller_id AND s.buyer_id = x.buyer_id AND s.state IN ('agreed', 'ended')
  AND (s.order_id IS NULL OR (s.order_owner_id = b.owner_id AND s.order_id = b.order_id)) AND b.service_to >= s.valid_from AND (s.ends_on IS NULL OR b.service_to <= s.ends_on)
  LIMIT 1) g ON true
CROSS JOIN LATERAL (SELECT count(*) AS lines FROM exchange.invoice_line i WHERE i.booking_id = b.id AND i.booking_owner_id = b.owner_id AND i.leg = x.leg) n
WHERE b.state = 'confirmed' AND fs.final_id <> fb.final_id AND n.lines % 2 = 0;
GRANT SELECT ON exchange.open_leg TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('answer_period', 'billing', '2000-01-01', 1, '{"days": 30}', 'Übung des Hauses: spätestens 30 Tage nach dem Quartal; die Pflicht aus § 14 Abs. 2 UStG endet sechs Monate nach der Leistung');
