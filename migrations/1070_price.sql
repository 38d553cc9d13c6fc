-- Every price model of domain.md 1.7, prices announced for a day, and the yearly roll-over (peers.md C9-C11).
ALTER TABLE catalog.price_item ADD COLUMN terms jsonb NOT NULL DEFAULT '{}' CONSTRAINT price_item_terms CHECK (jsonb_typeof(terms) = 'object');
COMMENT ON COLUMN catalog.price_item.terms IS 'what a price adds where it applies: reference date and source, minimum, setup, key and planned cost, index clause; {} = none (schema: catalog.prices.schemas.TermsBody)';
ALTER TABLE catalog.price_item DROP CONSTRAINT price_item_base, ADD CONSTRAINT price_item_base CHECK (base IN
  ('inhabitant', 'workplace', 'user', 'licence', 'device', 'case', 'transaction', 'page', 'hour', 'day', 'gb', 'vcpu', 'rack_unit', 'flat', 'key'));
-- an index clause needs all of name, base month and base value; a share of fixed cost is a share
ALTER TABLE catalog.price_item ADD CONSTRAINT price_item_index CHECK (
  (terms ? 'index_name') = (terms ? 'index_month') AND (terms ? 'index_name') = (terms ? 'index_value'));
ALTER TABLE catalog.price_item ADD CONSTRAINT price_item_allocation CHECK (NOT terms ? 'pool_cents' OR terms ? 'allocation');

CREATE OR REPLACE VIEW catalog.public_price_item AS
SELECT p.offering_id, p.version, p.ordinal, p.label, p.kind, p.base, p.per, p.unit_price_micro, p.tier_mode, p.tiers, p.pro_rata, p.frozen_until, p.index_clause, p.valid_from,
  p.terms
FROM catalog.price_item p JOIN catalog.public_offering_version v ON v.offering_id = p.offering_id AND v.version = p.version;

CREATE TABLE catalog.rollover (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  number text NOT NULL, state text NOT NULL CONSTRAINT rollover_state CHECK (state IN ('submitted', 'approved', 'returned', 'withdrawn')),
  valid_from date NOT NULL, change_pct numeric(7, 4) NOT NULL CONSTRAINT rollover_change CHECK (change_pct BETWEEN -90 AND 200),
  rounding_micro bigint NOT NULL CONSTRAINT rollover_rounding CHECK (rounding_micro BETWEEN 1 AND 1000000000),
  frozen_until date, reason text NOT NULL CONSTRAINT rollover_reason CHECK (length(trim(reason)) BETWEEN 3 AND 1000),
  author uuid, approver uuid, decided_at timestamptz, decision text NOT NULL DEFAULT '',
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id), CONSTRAINT rollover_number UNIQUE (owner_id, number),
  CONSTRAINT rollover_four_eyes CHECK (approver <> author),
  CONSTRAINT rollover_decided CHECK ((state = 'submitted') = (decided_at IS NULL)),
  CONSTRAINT rollover_approved CHECK (state <> 'approved' OR approver IS NOT NULL));
COMMENT ON TABLE catalog.rollover IS 'G: one rule carries many offerings into the next period; owner = the offering member';
CREATE INDEX rollover_lookup ON catalog.rollover (id);
CREATE TABLE catalog.rollover_line (
  owner_id uuid NOT NULL, rollover_id uuid NOT NULL, offering_id uuid NOT NULL REFERENCES catalog.offering,
  ordinal int NOT NULL CONSTRAINT rollover_line_ordinal CHECK (ordinal BETWEEN 1 AND 1000),
  result text NOT NULL CONSTRAINT rollover_line_result CHECK (result IN ('proposed', 'skipped', 'approved', 'failed', 'withdrawn')),
  note text NOT NULL DEFAULT '',
  PRIMARY KEY (owner_id, rollover_id, offering_id),
  FOREIGN KEY (owner_id, rollover_id) REFERENCES catalog.rollover (owner_id, id));
COMMENT ON TABLE catalog.rollover_line IS 'G: what became of one offering of a roll-over, with the reason where it was left out';
CREATE INDEX rollover_line_offering ON catalog.rollover_line (offering_id);

-- The end of a price is the start of the next one: two prices of one position never overlap.
CREATE TABLE catalog.scheduled_price (
  offering_id uuid NOT NULL REFERENCES catalog.offering, ordinal int NOT NULL CONSTRAINT scheduled_price_ordinal CHECK (ordinal BETWEEN 1 AND 40),
  valid_from date NOT NULL, owner_id uuid NOT NULL REFERENCES kdnx.member,
  state text NOT NULL CONSTRAINT scheduled_price_state CHECK (state IN ('proposed', 'approved', 'effective', 'rejected', 'cancelled', 'lapsed')),
  unit text NOT NULL, unit_price_micro bigint CONSTRAINT scheduled_price_amount CHECK (unit_price_micro >= 0),
  tiers jsonb NOT NULL DEFAULT '[]' CONSTRAINT scheduled_price_tiers CHECK (jsonb_typeof(tiers) = 'array'),
  frozen_until date, reason text NOT NULL DEFAULT '', rollover_id uuid, version int,
  author uuid, approver uuid, approved_at timestamptz, note text NOT NULL DEFAULT '',
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (offering_id, ordinal, valid_from),
  CONSTRAINT scheduled_price_four_eyes CHECK (approver <> author),
  CONSTRAINT scheduled_price_approved CHECK (state NOT IN ('approved', 'effective') OR (approver IS NOT NULL AND approved_at IS NOT NULL)),
  CONSTRAINT scheduled_price_effective CHECK ((state = 'effective') = (version IS NOT NULL)));
COMMENT ON TABLE catalog.scheduled_price IS 'R: the price of one position from a day on; unit = kind, base and period it was entered for (an other position never takes it)';
CREATE INDEX scheduled_price_due ON catalog.scheduled_price (valid_from, offering_id) WHERE state IN ('proposed', 'approved');
CREATE INDEX scheduled_price_rollover ON catalog.scheduled_price (rollover_id) WHERE rollover_id IS NOT NULL;

ALTER TABLE catalog.rollover ENABLE ROW LEVEL SECURITY;
CREATE POLICY rollover_read ON catalog.rollover FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY rollover_new ON catalog.rollover FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY rollover_change ON catalog.rollover FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.rollover_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY rollover_line_read ON catalog.rollover_line FOR SELECT USING (EXISTS (
  SELECT 1 FROM catalog.rollover r WHERE r.owner_id = rollover_line.owner_id AND r.id = rollover_id));
CREATE POLICY rollover_line_new ON catalog.rollover_line FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY rollover_line_change ON catalog.rollover_line FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.scheduled_price ENABLE ROW LEVEL SECURITY;
-- what is only proposed or was given up is the owner's business; what is announced is for the audience of the offering
CREATE POLICY scheduled_price_read ON catalog.scheduled_price FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (state IN ('approved', 'effective') AND EXISTS (SELECT 1 FROM catalog.offering o WHERE o.id = offering_id)));
CREATE POLICY scheduled_price_new ON catalog.scheduled_price FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY scheduled_price_change ON catalog.scheduled_price FOR UPDATE USING (state <> 'effective'
  AND ((SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON catalog.rollover, catalog.rollover_line, catalog.scheduled_price TO kdnx_app;
