-- Tenders in preparation: lots, their value by § 3 VgV in versions, regime and procedure (model.md 1.3, 2).
CREATE TABLE procurement.tender (
  id uuid PRIMARY KEY, number text NOT NULL CONSTRAINT tender_number UNIQUE,
  lead_id uuid NOT NULL REFERENCES kdnx.member, bundle_id uuid REFERENCES procurement.bundle,
  title text NOT NULL CONSTRAINT tender_title CHECK (length(trim(title)) BETWEEN 3 AND 200),
  buyer_mode text NOT NULL CONSTRAINT tender_buyer_mode CHECK (buyer_mode IN ('resale', 'agency')), buyer_id uuid NOT NULL REFERENCES kdnx.member,
  subject text NOT NULL CONSTRAINT tender_subject CHECK (subject IN ('supplies_services', 'social_services', 'works')),
  authority text NOT NULL CONSTRAINT tender_authority CHECK (authority IN ('sub_central', 'central')),
  contract_kind text NOT NULL CONSTRAINT tender_contract_kind CHECK (contract_kind IN ('framework', 'fixed_total', 'recurring', 'no_total')),
  starts_on date NOT NULL, term_months int CONSTRAINT tender_term CHECK (term_months BETWEEN 1 AND 480),
  options_cents bigint NOT NULL DEFAULT 0, extensions_cents bigint NOT NULL DEFAULT 0, premiums_cents bigint NOT NULL DEFAULT 0,
  monthly_cents bigint, previous_year_cents bigint, expected_change_cents bigint, next_year_cents bigint,
  is_urgent boolean NOT NULL DEFAULT false, is_electronic boolean NOT NULL DEFAULT true, has_prior_notice boolean NOT NULL DEFAULT false,
  documents_online boolean NOT NULL DEFAULT true, is_funded boolean NOT NULL DEFAULT false,
  uses_small_lots boolean NOT NULL DEFAULT false, joint_award_reason text NOT NULL DEFAULT '', splitting_reason text NOT NULL DEFAULT '',
  regime text NOT NULL CONSTRAINT tender_regime CHECK (regime IN ('eu', 'national')),
  procedure text CONSTRAINT tender_procedure CHECK (procedure IN ('open', 'restricted', 'negotiated', 'negotiated_without_notice',
    'dialogue', 'innovation_partnership', 'public_call', 'restricted_with_call', 'restricted_without_call', 'negotiated_award_with_call', 'negotiated_award', 'direct')),
  procedure_reason text NOT NULL DEFAULT '', cancel_reason text,
  state text NOT NULL CONSTRAINT tender_state CHECK (state IN ('draft', 'cancelled')),
  estimate_version int NOT NULL DEFAULT 0, row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT tender_amounts CHECK (options_cents >= 0 AND extensions_cents >= 0 AND premiums_cents >= 0
    AND monthly_cents >= 0 AND previous_year_cents >= 0 AND next_year_cents >= 0));
COMMENT ON TABLE procurement.tender IS 'R: one award procedure; starts_on is the day of dispatch that picks thresholds and periods (§ 3 Abs. 3 VgV)';
CREATE INDEX tender_buyer ON procurement.tender (buyer_id, starts_on) WHERE state = 'draft';
CREATE TABLE procurement.lot (
  tender_id uuid NOT NULL REFERENCES procurement.tender, lot_no int NOT NULL, title text NOT NULL,
  value_cents bigint NOT NULL, max_value_cents bigint NOT NULL, is_small boolean NOT NULL DEFAULT false, cpv text NOT NULL,
  row_version int NOT NULL DEFAULT 1, PRIMARY KEY (tender_id, lot_no),
  CONSTRAINT lot_values CHECK (value_cents >= 0 AND max_value_cents >= value_cents));
CREATE TABLE procurement.lot_position (
  tender_id uuid NOT NULL, lot_no int NOT NULL, ordinal int NOT NULL, title text NOT NULL, cpv text NOT NULL, unit text NOT NULL,
  qty_min numeric(18,4) NOT NULL, qty_expected numeric(18,4) NOT NULL, qty_max numeric(18,4) NOT NULL, unit_price_cents bigint NOT NULL, price_source text NOT NULL DEFAULT '',
  PRIMARY KEY (tender_id, lot_no, ordinal), FOREIGN KEY (tender_id, lot_no) REFERENCES procurement.lot (tender_id, lot_no),
  CONSTRAINT lot_position_order CHECK (qty_min >= 0 AND qty_min <= qty_expected AND qty_expected <= qty_max AND qty_max <> 'NaN'));
CREATE TABLE procurement.lot_trace (
  tender_id uuid NOT NULL, lot_no int NOT NULL, ordinal int NOT NULL,
  owner_id uuid NOT NULL, response_id uuid NOT NULL, version int NOT NULL, line_ordinal int NOT NULL,
  qty_min numeric(18,4) NOT NULL, qty_expected numeric(18,4) NOT NULL, qty_max numeric(18,4) NOT NULL,
  PRIMARY KEY (tender_id, lot_no, ordinal, owner_id, response_id, version, line_ordinal),
  FOREIGN KEY (tender_id, lot_no, ordinal) REFERENCES procurement.lot_position (tender_id, lot_no, ordinal));
COMMENT ON TABLE procurement.lot_trace IS 'A: which demand line stands behind a quantity of a lot';
CREATE TABLE procurement.value_estimate (
  tender_id uuid NOT NULL REFERENCES procurement.tender, version int NOT NULL, total_cents bigint NOT NULL, max_total_cents bigint NOT NULL,
  regime text NOT NULL CONSTRAINT value_estimate_regime CHECK (regime IN ('eu', 'national')), threshold_cents bigint NOT NULL,
  calculation jsonb NOT NULL, rule_ids uuid[] NOT NULL, author uuid, at timestamptz NOT NULL, PRIMARY KEY (tender_id, version));
COMMENT ON TABLE procurement.value_estimate IS 'A: each estimate by § 3 VgV with its steps and the rules it used';

ALTER TABLE procurement.tender ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.lot ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.lot_position ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.lot_trace ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.value_estimate ENABLE ROW LEVEL SECURITY;
CREATE POLICY tender_read ON procurement.tender FOR SELECT USING ((SELECT kdnx.viewer_sees_all()) OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR buyer_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY tender_add ON procurement.tender FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY tender_change ON procurement.tender FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY lot_all ON procurement.lot USING (EXISTS (SELECT 1 FROM procurement.tender t WHERE t.id = tender_id));
CREATE POLICY lot_position_all ON procurement.lot_position USING (EXISTS (SELECT 1 FROM procurement.tender t WHERE t.id = tender_id));
CREATE POLICY lot_trace_read ON procurement.lot_trace FOR SELECT USING (EXISTS (SELECT 1 FROM procurement.tender t WHERE t.id = tender_id
  AND ((SELECT kdnx.viewer_sees_all()) OR t.lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[])))
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY lot_trace_add ON procurement.lot_trace FOR INSERT WITH CHECK (EXISTS (SELECT 1 FROM procurement.tender t WHERE t.id = tender_id));
CREATE POLICY value_estimate_all ON procurement.value_estimate USING (EXISTS (SELECT 1 FROM procurement.tender t WHERE t.id = tender_id));
GRANT SELECT, INSERT ON procurement.tender, procurement.lot, procurement.lot_position, procurement.lot_trace, procurement.value_estimate TO kdnx_app;
GRANT UPDATE ON procurement.tender TO kdnx_app;
GRANT UPDATE (is_small, row_version) ON procurement.lot TO kdnx_app;
