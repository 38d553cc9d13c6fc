-- What the law says of a change of a running order: § 132 GWB measured once when it is proposed (domain.md 2.12), and a yearly cap (peers X17).
CREATE TABLE exchange.amendment_law (
  owner_id uuid NOT NULL, amendment_id uuid NOT NULL, legal_route text NOT NULL,
  door text NOT NULL CONSTRAINT amendment_law_door CHECK (door IN ('not_applicable', 'immaterial', 'review_clause', 'minor', 'successor',
    'additional', 'unforeseeable', 'none')),
  claim text NOT NULL CONSTRAINT amendment_law_claim CHECK (claim IN ('', 'review_clause', 'successor', 'additional', 'unforeseeable')),
  claim_reason text NOT NULL CONSTRAINT amendment_law_reason CHECK (claim = '' OR length(trim(claim_reason)) >= 3),
  indexed boolean NOT NULL, original_cents bigint NOT NULL, reference_cents bigint NOT NULL, change_cents bigint NOT NULL,
  cumulated_cents bigint NOT NULL, threshold_cents bigint, minor_pct numeric(6, 3) NOT NULL, each_pct numeric(6, 3) NOT NULL,
  notice_days int NOT NULL, light_asks boolean NOT NULL, rule_ids uuid[] NOT NULL, checked_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, amendment_id), FOREIGN KEY (owner_id, amendment_id) REFERENCES exchange.amendment (owner_id, id),
  CONSTRAINT amendment_law_sums CHECK (original_cents >= 0 AND reference_cents >= original_cents AND change_cents >= 0 AND cumulated_cents >= change_cents));
COMMENT ON TABLE exchange.amendment_law IS 'G A: § 132 GWB for one change, with the rules it was measured by; light_asks = the in-house light demanded a sign-off';
ALTER TABLE exchange.amendment_law ENABLE ROW LEVEL SECURITY;
CREATE POLICY amendment_law_read ON exchange.amendment_law FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.amendment a WHERE a.owner_id = amendment_law.owner_id AND a.id = amendment_law.amendment_id));
CREATE POLICY amendment_law_new ON exchange.amendment_law FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member'
    AND EXISTS (SELECT 1 FROM exchange.amendment a WHERE a.owner_id = amendment_law.owner_id AND a.id = amendment_law.amendment_id)));
GRANT SELECT, INSERT ON exchange.amendment_law TO kdnx_app;

-- A provider that approves a change whose light is not red keeps the test without reading the other parties' amounts: the system writes it.
DROP POLICY order_inhouse_new ON exchange.order_inhouse;
CREATE POLICY order_inhouse_new ON exchange.order_inhouse FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system'));

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('contract_change', 'minor', '2016-04-18', 1, '{"pct": "10", "norm": "§ 132 Abs. 3 GWB"}', '§ 132 Abs. 3 Satz 1 Nr. 2 GWB (Liefer- und Dienstleistungen); mehrere Änderungen zählen zusammen, Satz 2'),
  ('contract_change', 'each', '2016-04-18', 1, '{"pct": "50", "days": 30, "norm": "§ 132 Abs. 2 Satz 2 GWB"}', '§ 132 Abs. 2 Satz 2 und 3, Abs. 5 GWB; § 39 Abs. 5 VgV');

-- What may be booked on an order in a calendar year at most; every version has its own row, NULL = no maximum.
CREATE TABLE exchange.order_cap (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, version int NOT NULL,
  cap_cents bigint CONSTRAINT order_cap_positive CHECK (cap_cents > 0),
  policy text NOT NULL CONSTRAINT order_cap_policy CHECK (policy IN ('warn', 'block')),
  set_by uuid, row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, order_id, version),
  FOREIGN KEY (owner_id, order_id, version) REFERENCES exchange.order_version (owner_id, order_id, version));
COMMENT ON TABLE exchange.order_cap IS 'G V: yearly maximum of a version, leg 1, net';
ALTER TABLE exchange.order_cap ENABLE ROW LEVEL SECURITY;
CREATE POLICY order_cap_read ON exchange.order_cap FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_cap.owner_id AND o.id = order_cap.order_id));
CREATE POLICY order_cap_new ON exchange.order_cap FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member'
    AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_cap.owner_id AND o.id = order_cap.order_id)));
CREATE POLICY order_cap_change ON exchange.order_cap FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'member'
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.order_cap TO kdnx_app;
GRANT UPDATE (cap_cents, policy, set_by, row_version, updated_at) ON exchange.order_cap TO kdnx_app;
