-- Planning: what a house plans for an order, budget letters as they were issued, the addresses of calendar feeds; the limit of § 2b UStG.
CREATE TABLE exchange.plan_line (
  owner_id uuid NOT NULL REFERENCES kdnx.member, year int NOT NULL CONSTRAINT plan_line_year CHECK (year BETWEEN 2000 AND 2200),
  order_id uuid NOT NULL, cents bigint NOT NULL CONSTRAINT plan_line_cents CHECK (cents BETWEEN 0 AND 100000000000000),
  note text NOT NULL DEFAULT '' CONSTRAINT plan_line_note CHECK (length(note) <= 500),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, year, order_id));
COMMENT ON TABLE exchange.plan_line IS 'G: net cents a house plans for a year and an order, on its own side of it; the order is named by its id, whoever owns it later';

CREATE TABLE exchange.budget_letter (
  owner_id uuid NOT NULL REFERENCES kdnx.member, year int NOT NULL CONSTRAINT budget_letter_year CHECK (year BETWEEN 2000 AND 2200),
  version int NOT NULL CONSTRAINT budget_letter_first CHECK (version >= 1), id uuid NOT NULL,
  pay_cents bigint NOT NULL, receive_cents bigint NOT NULL, orders int NOT NULL, body jsonb NOT NULL,
  hash bytea NOT NULL CONSTRAINT budget_letter_hash CHECK (length(hash) = 32),
  issued_by uuid NOT NULL REFERENCES kdnx.member, issued_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, year, version));
COMMENT ON TABLE exchange.budget_letter IS 'G A: a budget letter with the rows and sums it had when it was issued';

CREATE TABLE exchange.calendar_feed (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, person_id uuid NOT NULL REFERENCES kdnx.person,
  token_hash bytea NOT NULL CONSTRAINT calendar_feed_hash CHECK (length(token_hash) = 32),
  revoked_at timestamptz, row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id));
COMMENT ON TABLE exchange.calendar_feed IS 'G: the secret address under which a person reads the contract dates of a house; only its hash is kept';
CREATE INDEX calendar_feed_token ON exchange.calendar_feed (token_hash);
CREATE UNIQUE INDEX calendar_feed_one ON exchange.calendar_feed (owner_id, person_id) WHERE revoked_at IS NULL;

ALTER TABLE exchange.plan_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.budget_letter ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.calendar_feed ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_line_read ON exchange.plan_line FOR SELECT USING ((SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
-- a plan is the house's own word, also against the office
CREATE POLICY plan_line_write ON exchange.plan_line FOR INSERT WITH CHECK (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY plan_line_move ON exchange.plan_line FOR UPDATE USING (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY budget_letter_read ON exchange.budget_letter FOR SELECT USING ((SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY budget_letter_issue ON exchange.budget_letter FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system'));
CREATE POLICY calendar_feed_own ON exchange.calendar_feed USING (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.plan_line, exchange.budget_letter, exchange.calendar_feed TO kdnx_app;
GRANT UPDATE (cents, note, row_version, updated_at) ON exchange.plan_line TO kdnx_app;
GRANT UPDATE (revoked_at, row_version, updated_at) ON exchange.calendar_feed TO kdnx_app;

-- Who reads a feed, by the hash of its address: nobody once it is revoked, the person has left the house or the house has ceased.
CREATE FUNCTION exchange.feed_reader(token bytea, on_day date) RETURNS TABLE (owner_id uuid, members uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT f.owner_id, ARRAY(SELECT s.member_id FROM kdnx.public_final_successor s WHERE s.final_id = f.owner_id ORDER BY s.member_id <> f.owner_id, s.member_id)
  FROM exchange.calendar_feed f JOIN kdnx.member m ON m.id = f.owner_id AND m.state = 'active' JOIN kdnx.person p ON p.id = f.person_id AND p.erased_at IS NULL
  WHERE f.token_hash = token AND f.revoked_at IS NULL AND EXISTS (SELECT 1 FROM kdnx.role_grant g WHERE g.person_id = f.person_id AND g.member_id = f.owner_id
    AND g.role NOT IN ('committee', 'administrator') AND g.valid_from <= on_day AND (g.valid_to IS NULL OR g.valid_to > on_day)) $$;
REVOKE ALL ON FUNCTION exchange.feed_reader(bytea, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.feed_reader(bytea, date) TO kdnx_app;

-- What the committee may know: one total over the newest letters of a year and how many houses it rests on; nothing below five houses.
CREATE FUNCTION exchange.public_budget_total(of_year int) RETURNS TABLE (pay_cents bigint, houses int, as_of timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT sum(x.pay_cents)::bigint, count(*)::int, max(x.issued_at) FROM (SELECT DISTINCT ON (b.owner_id) b.pay_cents, b.issued_at
    FROM exchange.budget_letter b WHERE b.year = of_year ORDER BY b.owner_id, b.version DESC) x HAVING count(*) >= 5 $$;
REVOKE ALL ON FUNCTION exchange.public_budget_total(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.public_budget_total(int) TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('tax_limit', 'similar_activities', '2017-01-01', 1, '{"cents": 1750000, "warn_pct": "80", "norm": "§ 2b Abs. 2 Nr. 1 UStG"}',
   '§ 2b Abs. 2 Nr. 1 UStG: Umsatz aus gleichartigen Tätigkeiten im Kalenderjahr voraussichtlich nicht über 17.500 Euro; die Warnung ab 80 % ist Vorgabe des Hauses');
