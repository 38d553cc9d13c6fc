-- Bookings from schedules: which orders are proposed by the calendar, and what was used (model.md 1.4, D13).
CREATE TABLE exchange.schedule (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, is_on boolean NOT NULL,
  starts_on date NOT NULL, next_on date,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, order_id), FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id));
COMMENT ON TABLE exchange.schedule IS 'G: is_on = bookings are proposed for service from starts_on; next_on = when to look again, may be lost: looking twice changes nothing';
CREATE INDEX schedule_due ON exchange.schedule (next_on) WHERE is_on;
CREATE INDEX schedule_order ON exchange.schedule (order_id);

CREATE TABLE exchange.usage_quantity (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, first_day date NOT NULL, ordinal int NOT NULL,
  last_day date NOT NULL, quantity numeric(18,4) NOT NULL CONSTRAINT usage_quantity_amount CHECK (quantity >= 0 AND quantity <> 'NaN'),
  note text NOT NULL DEFAULT '', reported_by uuid NOT NULL REFERENCES kdnx.member, reported_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, order_id, first_day, ordinal), FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id),
  CONSTRAINT usage_quantity_days CHECK (last_day >= first_day));
COMMENT ON TABLE exchange.usage_quantity IS 'G A: what was used in a period of a line by use; days inclusive; a wrong one is corrected by an adjustment of its booking';
CREATE INDEX usage_quantity_order ON exchange.usage_quantity (order_id);

ALTER TABLE exchange.schedule ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.usage_quantity ENABLE ROW LEVEL SECURITY;
CREATE POLICY schedule_read ON exchange.schedule FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = schedule.owner_id AND o.id = schedule.order_id));
CREATE POLICY schedule_write ON exchange.schedule FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY schedule_move ON exchange.schedule FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY usage_quantity_read ON exchange.usage_quantity FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = usage_quantity.owner_id AND o.id = usage_quantity.order_id));
CREATE POLICY usage_quantity_report ON exchange.usage_quantity FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
    AND reported_by = ANY ((SELECT kdnx.viewer_members())::uuid[])));
GRANT SELECT, INSERT ON exchange.schedule, exchange.usage_quantity TO kdnx_app;
GRANT UPDATE (is_on, starts_on, next_on, row_version, updated_at) ON exchange.schedule TO kdnx_app;
