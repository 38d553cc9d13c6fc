-- The accounts of a house's own finance system, for the journal export (domain.md 8).
CREATE TABLE exchange.journal_account (
  owner_id uuid NOT NULL REFERENCES kdnx.member,
  entry text NOT NULL CONSTRAINT journal_account_entry CHECK (entry IN ('sold_S', 'sold_E', 'sold_O', 'bought_S', 'bought_E', 'bought_O',
    'payment_in', 'payment_out', 'netting')),
  account text NOT NULL DEFAULT '' CONSTRAINT journal_account_account CHECK (length(account) <= 20),
  contra text NOT NULL DEFAULT '' CONSTRAINT journal_account_contra CHECK (length(contra) <= 20),
  tax_key text NOT NULL DEFAULT '' CONSTRAINT journal_account_tax_key CHECK (length(tax_key) <= 20),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, entry));
COMMENT ON TABLE exchange.journal_account IS 'G: account, contra account and tax key a house writes on a kind of entry';
ALTER TABLE exchange.journal_account ENABLE ROW LEVEL SECURITY;
CREATE POLICY journal_account_read ON exchange.journal_account FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY journal_account_write ON exchange.journal_account FOR INSERT WITH CHECK (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY journal_account_change ON exchange.journal_account FOR UPDATE USING (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT, UPDATE ON exchange.journal_account TO kdnx_app;
