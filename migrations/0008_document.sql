-- Documents: what people attach to objects; bytes once per content, every version kept (model.md 1.1).
CREATE TABLE kdnx.document_blob (
  sha256 bytea PRIMARY KEY,
  bytes bytea NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT document_blob_hash CHECK (sha256 = pg_catalog.sha256(bytes)));
ALTER TABLE kdnx.document_blob ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE kdnx.document_blob IS 'R A: the bytes of documents by their checksum; already compressed formats are not compressed again';

CREATE TABLE kdnx.document (
  id uuid PRIMARY KEY,
  owner_id uuid NOT NULL REFERENCES kdnx.member,
  series_id uuid NOT NULL,
  version int NOT NULL CONSTRAINT document_version CHECK (version > 0),
  object_kind text NOT NULL, object_id uuid NOT NULL,
  title text NOT NULL CONSTRAINT document_title CHECK (length(trim(title)) BETWEEN 1 AND 200),
  file_name text NOT NULL CONSTRAINT document_file_name CHECK (length(file_name) BETWEEN 1 AND 200),
  media_type text NOT NULL,
  size bigint NOT NULL CONSTRAINT document_size CHECK (size > 0),
  sha256 bytea NOT NULL REFERENCES kdnx.document_blob,
  visibility text NOT NULL CONSTRAINT document_visibility CHECK (visibility IN ('public', 'parties', 'office', 'sealed')),
  party_ids uuid[] NOT NULL DEFAULT '{}',
  scan_state text NOT NULL CONSTRAINT document_scan_state CHECK (scan_state IN ('pending', 'clean', 'infected', 'not_scanned')),
  scanned_at timestamptz,
  uploaded_by uuid, withdrawn_at timestamptz, withdrawn_by uuid,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT document_series UNIQUE (series_id, version));
COMMENT ON TABLE kdnx.document IS 'R: one version of a document of an object; content immutable, state not';
CREATE INDEX document_object ON kdnx.document (object_id, series_id, version DESC);
CREATE INDEX document_blob_of ON kdnx.document (sha256);
CREATE INDEX document_waiting ON kdnx.document (created_at) WHERE scan_state = 'pending';

ALTER TABLE kdnx.document ENABLE ROW LEVEL SECURITY;
-- sealed documents (bids before opening) are read by nobody: the opening changes their visibility first
CREATE POLICY document_read ON kdnx.document FOR SELECT USING (
  (SELECT kdnx.viewer_scope()) = 'system'
  OR (visibility = 'public' AND (SELECT kdnx.viewer_scope()) <> '')
  OR (visibility IN ('parties', 'office') AND ((SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])))
  OR (visibility = 'parties' AND party_ids && (SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY document_add ON kdnx.document FOR INSERT WITH CHECK (
  (SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY document_change ON kdnx.document FOR UPDATE USING (
  (SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON kdnx.document TO kdnx_app;
GRANT UPDATE (visibility, scan_state, scanned_at, withdrawn_at, withdrawn_by, row_version, updated_at) ON kdnx.document TO kdnx_app;

ALTER TABLE kdnx.document_blob ENABLE ROW LEVEL SECURITY;
CREATE POLICY document_blob_read ON kdnx.document_blob FOR SELECT USING (
  EXISTS (SELECT 1 FROM kdnx.document d WHERE d.sha256 = document_blob.sha256));
CREATE POLICY document_blob_add ON kdnx.document_blob FOR INSERT WITH CHECK (true);
GRANT SELECT, INSERT ON kdnx.document_blob TO kdnx_app;
