-- What an index step was computed from, one row a line of an amendment: the next step is measured from here.
CREATE TABLE exchange.index_step (
  owner_id uuid NOT NULL, amendment_id uuid NOT NULL, label text NOT NULL, order_id uuid NOT NULL, series text NOT NULL,
  since_month text NOT NULL CONSTRAINT index_step_since CHECK (since_month ~ '^\d{4}-\d{2}$'),
  since_value numeric(12, 4) NOT NULL, month text NOT NULL CONSTRAINT index_step_month CHECK (month ~ '^\d{4}-\d{2}$' AND month > since_month),
  value numeric(12, 4) NOT NULL, rule_id uuid NOT NULL, change_pct numeric(12, 4) NOT NULL, share_pct numeric(6, 3) NOT NULL,
  old_micro bigint NOT NULL, new_micro bigint NOT NULL, reason text NOT NULL, created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, amendment_id, label),
  FOREIGN KEY (owner_id, amendment_id) REFERENCES exchange.amendment (owner_id, id),
  FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id),
  CONSTRAINT index_step_values CHECK (since_value > 0 AND value > 0 AND old_micro >= 0 AND new_micro >= 0 AND old_micro <> new_micro));
COMMENT ON TABLE exchange.index_step IS 'G A: one line of an index step with the readings it was computed from';
CREATE INDEX index_step_order ON exchange.index_step (owner_id, order_id, label, month);
ALTER TABLE exchange.index_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY index_step_read ON exchange.index_step FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.amendment a WHERE a.owner_id = index_step.owner_id AND a.id = index_step.amendment_id));
CREATE POLICY index_step_new ON exchange.index_step FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member'
    AND EXISTS (SELECT 1 FROM exchange.amendment a WHERE a.owner_id = index_step.owner_id AND a.id = index_step.amendment_id)));
GRANT SELECT, INSERT ON exchange.index_step TO kdnx_app;
