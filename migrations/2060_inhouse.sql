-- In-house monitor: yearly declarations, checks after § 108 GWB, what was signed off for an order (domain.md 3, model.md 4).
CREATE TABLE exchange.declaration (
  owner_id uuid NOT NULL REFERENCES kdnx.member, year int NOT NULL CONSTRAINT declaration_year CHECK (year BETWEEN 2000 AND 2200),
  version int NOT NULL CONSTRAINT declaration_version CHECK (version >= 1), id uuid NOT NULL,
  basis text NOT NULL CONSTRAINT declaration_basis CHECK (basis IN ('turnover', 'cost', 'forecast')),
  total_cents bigint NOT NULL, kdnx_cents bigint NOT NULL, owners_cents bigint NOT NULL, kdn_members_cents bigint NOT NULL,
  other_public_cents bigint NOT NULL, third_party_cents bigint NOT NULL, market_cents bigint NOT NULL, evidence text NOT NULL,
  state text NOT NULL CONSTRAINT declaration_state CHECK (state IN ('draft', 'signed_once', 'signed', 'superseded')),
  author_id uuid, signer_1 uuid, signed_1_at timestamptz, signer_2 uuid, signed_2_at timestamptz,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, year, version),
  CONSTRAINT declaration_not_negative CHECK (least(kdnx_cents, owners_cents, kdn_members_cents, other_public_cents, third_party_cents, market_cents) >= 0),
  CONSTRAINT declaration_parts CHECK (total_cents = kdnx_cents + owners_cents + kdn_members_cents + other_public_cents + third_party_cents + market_cents),
  CONSTRAINT declaration_two_people CHECK (signer_1 <> signer_2),
  CONSTRAINT declaration_first CHECK ((state = 'draft') = (signer_1 IS NULL) AND (signer_1 IS NULL) = (signed_1_at IS NULL)),
  CONSTRAINT declaration_second CHECK ((state IN ('signed', 'superseded')) = (signer_2 IS NOT NULL) AND (signer_2 IS NULL) = (signed_2_at IS NULL)));
COMMENT ON TABLE exchange.declaration IS 'G V: what a house did for whom in a year, for the essentiality test; a correction is a new version';
CREATE UNIQUE INDEX declaration_one_open ON exchange.declaration (owner_id, year) WHERE state IN ('draft', 'signed_once');
CREATE UNIQUE INDEX declaration_one_signed ON exchange.declaration (owner_id, year) WHERE state = 'signed';
ALTER TABLE exchange.declaration ENABLE ROW LEVEL SECURITY;
CREATE POLICY declaration_read ON exchange.declaration FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY declaration_new ON exchange.declaration FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY declaration_change ON exchange.declaration FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.declaration TO kdnx_app;
GRANT UPDATE (basis, total_cents, kdnx_cents, owners_cents, kdn_members_cents, other_public_cents, third_party_cents, market_cents, evidence, state,
  author_id, signer_1, signed_1_at, signer_2, signed_2_at, row_version, updated_at) ON exchange.declaration TO kdnx_app;

CREATE TABLE exchange.inhouse_check (
  owner_id uuid NOT NULL REFERENCES kdnx.member, award_year int NOT NULL, id uuid NOT NULL, checked_at timestamptz NOT NULL,
  entrusted_cents bigint NOT NULL, total_cents bigint NOT NULL, headroom_cents bigint,
  light text NOT NULL CONSTRAINT inhouse_check_light CHECK (light IN ('green', 'amber', 'red', 'grey')), rule_ids uuid[] NOT NULL,
  PRIMARY KEY (owner_id, award_year, id));
COMMENT ON TABLE exchange.inhouse_check IS 'G A: the test of a house for an award year, written at each second signature';
ALTER TABLE exchange.inhouse_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY inhouse_check_read ON exchange.inhouse_check FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY inhouse_check_new ON exchange.inhouse_check FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.inhouse_check TO kdnx_app;

-- The committee's only view: the light and nothing it was computed from. Owner's rights; the scope is asked here instead.
CREATE VIEW exchange.public_inhouse_light AS
SELECT DISTINCT ON (owner_id, award_year) owner_id, award_year, light, checked_at FROM exchange.inhouse_check
WHERE (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system') ORDER BY owner_id, award_year, checked_at DESC, id DESC;
GRANT SELECT ON exchange.public_inhouse_light TO kdnx_app;

CREATE TABLE exchange.order_inhouse (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, version int NOT NULL, award_year int NOT NULL,
  entrusted_cents bigint NOT NULL, total_cents bigint NOT NULL,
  light text NOT NULL CONSTRAINT order_inhouse_light CHECK (light IN ('green', 'amber', 'red', 'grey')), rule_ids uuid[] NOT NULL,
  reason text NOT NULL, signed_by uuid NOT NULL, signed_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, order_id, version), FOREIGN KEY (owner_id, order_id, version) REFERENCES exchange.order_version (owner_id, order_id, version),
  CONSTRAINT order_inhouse_reason CHECK (light <> 'red' OR length(trim(reason)) >= 3));
COMMENT ON TABLE exchange.order_inhouse IS 'G A: the provider''s test when an order was reviewed; red carries the reason of the legal officer';
ALTER TABLE exchange.order_inhouse ENABLE ROW LEVEL SECURITY;
CREATE POLICY order_inhouse_read ON exchange.order_inhouse FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY order_inhouse_new ON exchange.order_inhouse FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'office');
GRANT SELECT, INSERT ON exchange.order_inhouse TO kdnx_app;
