-- Bundles: demand lines of many members gathered into positions and lots, every step undoable (model.md 1.3, 2).
CREATE TABLE procurement.bundle (
  id uuid PRIMARY KEY, lead_id uuid NOT NULL REFERENCES kdnx.member,
  title text NOT NULL CONSTRAINT bundle_title CHECK (length(trim(title)) BETWEEN 3 AND 200),
  state text NOT NULL CONSTRAINT bundle_state CHECK (state IN ('collecting', 'frozen', 'tendered', 'dissolved')),
  starts_on date NOT NULL, frozen_at timestamptz, dissolve_reason text,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
COMMENT ON TABLE procurement.bundle IS 'R: demands gathered for one procurement; starts_on is the planned start that picks the dated rules';
CREATE TABLE procurement.bundle_call (
  bundle_id uuid NOT NULL REFERENCES procurement.bundle, call_id uuid NOT NULL REFERENCES procurement.demand_call,
  is_active boolean NOT NULL DEFAULT true, PRIMARY KEY (bundle_id, call_id));
CREATE UNIQUE INDEX bundle_call_once ON procurement.bundle_call (call_id) WHERE is_active;
CREATE TABLE procurement.bundle_position (
  bundle_id uuid NOT NULL REFERENCES procurement.bundle, ordinal int NOT NULL,
  title text NOT NULL, cpv text NOT NULL CONSTRAINT bundle_position_cpv CHECK (cpv ~ '^[0-9]{8}$'), unit text NOT NULL, spec_hash bytea NOT NULL,
  unit_price_cents bigint CONSTRAINT bundle_position_price CHECK (unit_price_cents >= 0), price_source text NOT NULL DEFAULT '',
  PRIMARY KEY (bundle_id, ordinal));
CREATE TABLE procurement.bundle_lot (
  bundle_id uuid NOT NULL REFERENCES procurement.bundle, lot_no int NOT NULL CONSTRAINT bundle_lot_no CHECK (lot_no BETWEEN 1 AND 99),
  title text NOT NULL CONSTRAINT bundle_lot_title CHECK (length(trim(title)) BETWEEN 2 AND 200), PRIMARY KEY (bundle_id, lot_no));
CREATE TABLE procurement.bundle_line (
  bundle_id uuid NOT NULL REFERENCES procurement.bundle, owner_id uuid NOT NULL, response_id uuid NOT NULL, version int NOT NULL, ordinal int NOT NULL,
  lead_id uuid NOT NULL, position int NOT NULL, lot_no int,
  unit_factor numeric(18,6) NOT NULL DEFAULT 1 CONSTRAINT bundle_line_factor CHECK (unit_factor > 0 AND unit_factor <> 'NaN'),
  decision text NOT NULL CONSTRAINT bundle_line_decision CHECK (decision IN ('open', 'taken', 'deferred', 'declined')),
  reason text NOT NULL DEFAULT '',
  is_active boolean NOT NULL DEFAULT true,
  PRIMARY KEY (bundle_id, owner_id, response_id, version, ordinal),
  FOREIGN KEY (bundle_id, position) REFERENCES procurement.bundle_position (bundle_id, ordinal),
  FOREIGN KEY (bundle_id, lot_no) REFERENCES procurement.bundle_lot (bundle_id, lot_no),
  CONSTRAINT bundle_line_taken CHECK (decision <> 'taken' OR lot_no IS NOT NULL),
  CONSTRAINT bundle_line_reason CHECK (decision NOT IN ('deferred', 'declined') OR length(trim(reason)) >= 5));
CREATE UNIQUE INDEX bundle_line_once ON procurement.bundle_line (owner_id, response_id, version, ordinal) WHERE is_active;
CREATE TABLE procurement.bundle_move (
  bundle_id uuid NOT NULL REFERENCES procurement.bundle, step int NOT NULL, place int NOT NULL,
  lead_id uuid NOT NULL, owner_id uuid NOT NULL, response_id uuid NOT NULL, version int NOT NULL, ordinal int NOT NULL,
  lot_before int, lot_after int, decision_before text NOT NULL, decision_after text NOT NULL, reason_before text NOT NULL, reason_after text NOT NULL,
  factor_before numeric(18,6) NOT NULL, factor_after numeric(18,6) NOT NULL,
  undoes int, at timestamptz NOT NULL, PRIMARY KEY (bundle_id, step, place));
COMMENT ON TABLE procurement.bundle_move IS 'A: what each step changed at each line; undo appends the inverse rows';

ALTER TABLE procurement.bundle ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.bundle_call ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.bundle_position ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.bundle_lot ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.bundle_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.bundle_move ENABLE ROW LEVEL SECURITY;
CREATE POLICY bundle_read ON procurement.bundle FOR SELECT USING ((SELECT kdnx.viewer_sees_all()) OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY bundle_add ON procurement.bundle FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY bundle_change ON procurement.bundle FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY bundle_call_all ON procurement.bundle_call USING (EXISTS (SELECT 1 FROM procurement.bundle b WHERE b.id = bundle_id));
CREATE POLICY bundle_position_all ON procurement.bundle_position USING (EXISTS (SELECT 1 FROM procurement.bundle b WHERE b.id = bundle_id));
CREATE POLICY bundle_lot_all ON procurement.bundle_lot USING (EXISTS (SELECT 1 FROM procurement.bundle b WHERE b.id = bundle_id));
CREATE POLICY bundle_move_all ON procurement.bundle_move USING (EXISTS (SELECT 1 FROM procurement.bundle b WHERE b.id = bundle_id));
CREATE POLICY bundle_line_read ON procurement.bundle_line FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY bundle_line_add ON procurement.bundle_line FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY bundle_line_change ON procurement.bundle_line FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR lead_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON procurement.bundle, procurement.bundle_call, procurement.bundle_position, procurement.bundle_lot, procurement.bundle_line, procurement.bundle_move TO kdnx_app;
GRANT UPDATE ON procurement.bundle, procurement.bundle_lot TO kdnx_app;
GRANT UPDATE (is_active) ON procurement.bundle_call TO kdnx_app;
GRANT UPDATE (unit_price_cents, price_source) ON procurement.bundle_position TO kdnx_app;
GRANT UPDATE (lot_no, unit_factor, decision, reason, is_active) ON procurement.bundle_line TO kdnx_app;
