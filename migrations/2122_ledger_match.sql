-- A member's own ledger beside its statement of a settlement: what stands in one of both only (peers.md X38). Nothing here changes the ledger.
CREATE TABLE exchange.ledger_match (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, run_owner_id uuid NOT NULL, run_id uuid NOT NULL,
  member_id uuid NOT NULL REFERENCES kdnx.member,
  file_name text NOT NULL, file_sha256 bytea NOT NULL CONSTRAINT ledger_match_hash CHECK (length(file_sha256) = 32),
  own_rows int NOT NULL CONSTRAINT ledger_match_rows CHECK (own_rows >= 1), matched int NOT NULL CONSTRAINT ledger_match_matched CHECK (matched >= 0),
  gaps jsonb NOT NULL CONSTRAINT ledger_match_gaps CHECK (jsonb_typeof(gaps) = 'array'), matched_by uuid, created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id));
COMMENT ON TABLE exchange.ledger_match IS 'G A: the report of one comparison, the run by both its ids; the file itself is not kept';
CREATE INDEX ledger_match_line ON exchange.ledger_match (owner_id, run_id, member_id, created_at);
ALTER TABLE exchange.ledger_match ENABLE ROW LEVEL SECURITY;
-- the books of a house are its own: not even the office reads the report
CREATE POLICY ledger_match_own ON exchange.ledger_match USING ((SELECT kdnx.viewer_scope()) = 'system' OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.ledger_match TO kdnx_app;
