-- Reports of barriers (BITVNRW): anybody may send one, the hub's office reads them.
CREATE TABLE kdnx.barrier_report (
  id uuid PRIMARY KEY, at timestamptz NOT NULL, page text NOT NULL, text text NOT NULL, contact text NOT NULL DEFAULT '',
  answered_at timestamptz, answer text NOT NULL DEFAULT '');
ALTER TABLE kdnx.barrier_report ENABLE ROW LEVEL SECURITY;
CREATE POLICY barrier_report_read ON kdnx.barrier_report FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('office', 'audit', 'system'));
CREATE POLICY barrier_report_write ON kdnx.barrier_report FOR INSERT WITH CHECK (true);
GRANT SELECT, INSERT ON kdnx.barrier_report TO kdnx_app;
