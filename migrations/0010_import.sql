-- Imports through the page: the uploaded file, its columns, what the check found, what was done.
CREATE TABLE kdnx.import_run (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, kind text NOT NULL, file_name text NOT NULL, file_sha256 bytea NOT NULL,
  body bytea, mapping jsonb NOT NULL, report jsonb,
  state text NOT NULL CONSTRAINT import_run_state CHECK (state IN ('uploaded', 'checked', 'committed', 'discarded')),
  person_id uuid, row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id));
CREATE INDEX import_run_recent ON kdnx.import_run (owner_id, created_at DESC);
ALTER TABLE kdnx.import_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_run_own ON kdnx.import_run USING (
  (SELECT kdnx.viewer_scope()) IN ('audit', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))
  WITH CHECK (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR (SELECT kdnx.viewer_scope()) = 'system');
GRANT SELECT, INSERT, UPDATE ON kdnx.import_run TO kdnx_app;
