-- The ledger: accounts, chained transfers written by one function only, heads, cuts, periods (model.md 1.4, 3, 4, 6).
CREATE TABLE exchange.account (
  id uuid PRIMARY KEY,
  kind text NOT NULL CONSTRAINT account_kind CHECK (kind IN ('payable', 'receivable', 'transit', 'surcharge', 'vat_in', 'vat_out',
    'clearing', 'result', 'direct_due', 'direct_owed')),
  member_id uuid NOT NULL REFERENCES kdnx.member,
  opened_at timestamptz NOT NULL,
  CONSTRAINT account_once UNIQUE (kind, member_id));
COMMENT ON TABLE exchange.account IS 'R: one account a kind and member; a balance is the fold of its transfers, never a column';

CREATE TABLE exchange.transfer (
  owner_id uuid NOT NULL, seq bigint NOT NULL, id uuid NOT NULL,
  kind text NOT NULL CONSTRAINT transfer_kind CHECK (kind IN ('supply', 'pass', 'surcharge', 'vat', 'netting', 'payment', 'close')),
  leg smallint NOT NULL CONSTRAINT transfer_leg CHECK (leg BETWEEN 0 AND 2),
  debit_id uuid NOT NULL REFERENCES exchange.account, credit_id uuid NOT NULL REFERENCES exchange.account,
  cents bigint NOT NULL CONSTRAINT transfer_positive CHECK (cents > 0),
  currency char(3) NOT NULL DEFAULT 'EUR' CONSTRAINT transfer_currency CHECK (currency = 'EUR'),
  sign smallint NOT NULL CONSTRAINT transfer_sign CHECK (sign IN (1, -1)),
  book_year int NOT NULL, book_month int NOT NULL CONSTRAINT transfer_book_month CHECK (book_month BETWEEN 1 AND 13),
  service_year int NOT NULL, service_month int NOT NULL CONSTRAINT transfer_service_month CHECK (service_month BETWEEN 1 AND 12),
  recipient_id uuid, category_id uuid, offering_id uuid,
  source text NOT NULL CONSTRAINT transfer_source CHECK (source IN ('booking', 'invoice', 'settlement', 'close')),
  source_id uuid NOT NULL,
  evidence bytea NOT NULL CONSTRAINT transfer_evidence CHECK (length(evidence) = 32),
  recorded_at timestamptz NOT NULL, prev bytea NOT NULL, hash bytea NOT NULL,
  PRIMARY KEY (owner_id, seq),
  CONSTRAINT transfer_id UNIQUE (owner_id, id),
  CONSTRAINT transfer_two_accounts CHECK (debit_id <> credit_id),
  CONSTRAINT transfer_service_first CHECK (book_year >= service_year));
COMMENT ON TABLE exchange.transfer IS 'G A: one row moves cents from one account to another; written by exchange.post() alone, never changed';
CREATE INDEX transfer_volume ON exchange.transfer (service_year, owner_id, recipient_id, category_id)
  INCLUDE (sign, cents, book_year, service_month) WHERE kind = 'supply';
CREATE INDEX transfer_late ON exchange.transfer (service_year) INCLUDE (owner_id, recipient_id, category_id, offering_id, sign, cents, service_month)
  WHERE kind = 'supply' AND book_year > service_year;
CREATE INDEX transfer_debit ON exchange.transfer (debit_id, owner_id, seq) INCLUDE (cents);
CREATE INDEX transfer_credit ON exchange.transfer (credit_id, owner_id, seq) INCLUDE (cents);
CREATE INDEX transfer_source_of ON exchange.transfer (owner_id, source_id);

CREATE TABLE exchange.chain_head (
  owner_id uuid PRIMARY KEY REFERENCES kdnx.member, seq bigint NOT NULL, hash bytea NOT NULL, recorded_at timestamptz NOT NULL,
  closed_through int NOT NULL);
COMMENT ON TABLE exchange.chain_head IS 'G: last link of each owner''s chain; closed_through (yyyymm) is the period gate';

CREATE TABLE exchange.ledger_cut (
  day date PRIMARY KEY, n bigint NOT NULL CONSTRAINT ledger_cut_n UNIQUE, prev_root bytea NOT NULL, root bytea NOT NULL, taken_at timestamptz NOT NULL);
CREATE TABLE exchange.ledger_cut_head (
  day date NOT NULL REFERENCES exchange.ledger_cut, owner_id uuid NOT NULL, seq bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (day, owner_id));

CREATE TABLE exchange.period (
  year int NOT NULL, month int NOT NULL CONSTRAINT period_month CHECK (month BETWEEN 1 AND 13),
  state text NOT NULL CONSTRAINT period_state CHECK (state IN ('open', 'closing', 'closed', 'locked')),
  closed_by uuid, approved_by uuid, row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (year, month), CONSTRAINT period_four_eyes CHECK (approved_by IS NULL OR approved_by <> closed_by));
COMMENT ON TABLE exchange.period IS 'R: booking periods; no row = open; month 13 takes closing entries';

ALTER TABLE exchange.transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.chain_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.ledger_cut_head ENABLE ROW LEVEL SECURITY;
CREATE POLICY transfer_read ON exchange.transfer FOR SELECT TO kdnx_app USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY transfer_append ON exchange.transfer FOR INSERT TO kdnx_ledger WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY chain_head_read ON exchange.chain_head FOR SELECT TO kdnx_app USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY chain_head_advance ON exchange.chain_head TO kdnx_ledger USING (true) WITH CHECK (true);
CREATE POLICY ledger_cut_head_read ON exchange.ledger_cut_head FOR SELECT TO kdnx_app USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY ledger_cut_head_take ON exchange.ledger_cut_head TO kdnx_ledger USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON exchange.account TO kdnx_app;
GRANT SELECT ON exchange.transfer, exchange.chain_head, exchange.ledger_cut, exchange.ledger_cut_head, exchange.period TO kdnx_app;
GRANT INSERT ON exchange.transfer, exchange.chain_head, exchange.ledger_cut, exchange.ledger_cut_head TO kdnx_ledger;
GRANT SELECT, UPDATE ON exchange.chain_head TO kdnx_ledger;
GRANT SELECT ON exchange.ledger_cut, exchange.ledger_cut_head, exchange.period TO kdnx_ledger;

-- Canonical bytes of a transfer (model.md 3.5); exchange/ledger/model.py makes the same, tested equal.
CREATE FUNCTION exchange.transfer_bytes(owner_id uuid, seq bigint, id uuid, kind text, leg smallint, debit_id uuid, credit_id uuid, cents bigint, sign smallint,
  book_year int, book_month int, service_year int, service_month int, recipient_id uuid, category_id uuid, offering_id uuid, source text, source_id uuid,
  evidence bytea, recorded_at timestamptz) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT convert_to('kdnx.transfer.v1|' || owner_id::text || '|' || seq::text || '|' || id::text || '|' || kind || '|' || leg::text || '|' || debit_id::text || '|' || credit_id::text
    || '|' || cents::text || '|' || sign::text || '|' || book_year::text || '|' || book_month::text || '|' || service_year::text || '|' || service_month::text
    || '|' || coalesce(recipient_id::text, '') || '|' || coalesce(category_id::text, '') || '|' || coalesce(offering_id::text, '') || '|' || source || '|' || source_id::text
    || '|' || encode(evidence, 'hex') || '|' || (extract(epoch FROM recorded_at) * 1000000)::bigint::text, 'UTF8') $$;
CREATE FUNCTION exchange.chain_start(owner_id uuid) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT sha256(convert_to('kdnx.ledger.v1|' || owner_id::text, 'UTF8')) $$;
CREATE FUNCTION exchange.cut_start() RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT sha256(convert_to('kdnx.cut.v1', 'UTF8')) $$;

-- The one writer: locks the heads in owner order, holds the period gate, numbers, hashes, inserts, advances.
-- Arrays have one element a transfer; within an owner the order given is the order of the chain.
CREATE FUNCTION exchange.post(at timestamptz, owners uuid[], ids uuid[], kinds text[], legs smallint[], debits uuid[], credits uuid[],
  amounts bigint[], signs smallint[], book_years int[], book_months int[], service_years int[], service_months int[],
  recipients uuid[], categories uuid[], offerings uuid[], sources text[], source_ids uuid[], evidences bytea[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE r record; last_owner uuid; h bytea; seqs bigint[] := '{}'; stamps timestamptz[] := '{}'; places int[] := '{}'; prevs bytea[] := '{}'; hashes bytea[] := '{}'; written bigint;
BEGIN
  INSERT INTO exchange.chain_head (owner_id, seq, hash, recorded_at, closed_through)
    SELECT o, 0, exchange.chain_start(o), at, coalesce((SELECT max(year * 100 + month) FROM exchange.period WHERE state IN ('closed', 'locked')), 0)
    FROM (SELECT DISTINCT o FROM unnest(owners) o EXCEPT SELECT owner_id FROM exchange.chain_head) x ORDER BY o ON CONFLICT DO NOTHING;
  PERFORM 1 FROM exchange.chain_head WHERE owner_id = ANY (owners) ORDER BY owner_id FOR UPDATE;
  PERFORM 1 FROM unnest(owners, book_years, book_months) x(o, y, m) JOIN exchange.chain_head c ON c.owner_id = x.o WHERE c.closed_through >= x.y * 100 + x.m LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the booking period is closed' USING ERRCODE = 'KD001';
  END IF;
  FOR r IN
    SELECT x.o, x.n::int AS n, c.hash AS head_hash, x.next_seq, greatest(at, c.recorded_at) AS stamp,
      exchange.transfer_bytes(x.o, x.next_seq, x.i, x.k, x.l, x.d, x.c, x.a, x.s, x.by, x.bm, x.sy, x.sm, x.rc, x.ca, x.f, x.so, x.si, x.e, greatest(at, c.recorded_at)) AS canonical
    FROM (SELECT u.*, c0.seq + row_number() OVER (PARTITION BY u.o ORDER BY u.n) AS next_seq
      FROM unnest(owners, ids, kinds, legs, debits, credits, amounts, signs, book_years, book_months, service_years, service_months, recipients, categories, offerings, sources, source_ids, evidences)
        WITH ORDINALITY u(o, i, k, l, d, c, a, s, by, bm, sy, sm, rc, ca, f, so, si, e, n) JOIN exchange.chain_head c0 ON c0.owner_id = u.o) x
    JOIN exchange.chain_head c ON c.owner_id = x.o ORDER BY x.o, x.n
  LOOP
    IF r.o IS DISTINCT FROM last_owner THEN
      h := r.head_hash;
      last_owner := r.o;
    END IF;
    prevs := prevs || h;
    h := sha256(h || r.canonical);
    hashes := hashes || h;
    seqs := seqs || r.next_seq;
    stamps := stamps || r.stamp;
    places := places || r.n;
  END LOOP;
  INSERT INTO exchange.transfer (owner_id, seq, id, kind, leg, debit_id, credit_id, cents, sign, book_year, book_month, service_year, service_month,
    recipient_id, category_id, offering_id, source, source_id, evidence, recorded_at, prev, hash)
  SELECT u.o, z.seq, u.i, u.k, u.l, u.d, u.c, u.a, u.s, u.by, u.bm, u.sy, u.sm, u.rc, u.ca, u.f, u.so, u.si, u.e, z.stamp, z.prev, z.hash
  FROM unnest(places, seqs, stamps, prevs, hashes) z(n, seq, stamp, prev, hash)
  JOIN unnest(owners, ids, kinds, legs, debits, credits, amounts, signs, book_years, book_months, service_years, service_months, recipients, categories, offerings, sources, source_ids, evidences)
    WITH ORDINALITY u(o, i, k, l, d, c, a, s, by, bm, sy, sm, rc, ca, f, so, si, e, n) ON u.n = z.n
  ORDER BY u.o, z.seq;
  GET DIAGNOSTICS written = ROW_COUNT;
  UPDATE exchange.chain_head c SET seq = z.seq, hash = z.hash, recorded_at = z.stamp
  FROM (SELECT DISTINCT ON (owners[p.n]) owners[p.n] AS o, p.seq, p.hash, p.stamp FROM unnest(places, seqs, stamps, hashes) p(n, seq, stamp, hash) ORDER BY owners[p.n], p.seq DESC) z
  WHERE c.owner_id = z.o;
  RETURN written;
END
$$;

-- The day's cut: all heads locked for one INSERT, combined with the cut before; false when the day has one.
CREATE FUNCTION exchange.take_cut(cut_day date, at timestamptz) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE last exchange.ledger_cut; body bytea; before bytea;
BEGIN
  PERFORM 1 FROM exchange.chain_head ORDER BY owner_id FOR UPDATE;
  SELECT * INTO last FROM exchange.ledger_cut ORDER BY n DESC LIMIT 1;
  IF last.day >= cut_day THEN
    RETURN false;
  END IF;
  SELECT coalesce(string_agg(convert_to(owner_id::text || '|' || seq::text || '|', 'UTF8') || hash, ''::bytea ORDER BY owner_id), '') INTO body FROM exchange.chain_head;
  before := coalesce(last.root, exchange.cut_start());
  INSERT INTO exchange.ledger_cut (day, n, prev_root, root, taken_at)
    VALUES (cut_day, coalesce(last.n, 0) + 1, before, sha256(convert_to('kdnx.cut.v1', 'UTF8') || before || body), at) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO exchange.ledger_cut_head (day, owner_id, seq, hash) SELECT cut_day, owner_id, seq, hash FROM exchange.chain_head;
  RETURN true;
END
$$;
-- PostgreSQL hands a function over only to a role that may create in its schema and that the owner may become.
GRANT CREATE ON SCHEMA exchange TO kdnx_ledger;
ALTER FUNCTION exchange.post(timestamptz, uuid[], uuid[], text[], smallint[], uuid[], uuid[], bigint[], smallint[], int[], int[], int[], int[], uuid[], uuid[], uuid[], text[], uuid[], bytea[]) OWNER TO kdnx_ledger;
ALTER FUNCTION exchange.take_cut(date, timestamptz) OWNER TO kdnx_ledger;
REVOKE CREATE ON SCHEMA exchange FROM kdnx_ledger;
REVOKE ALL ON FUNCTION exchange.post(timestamptz, uuid[], uuid[], text[], smallint[], uuid[], uuid[], bigint[], smallint[], int[], int[], int[], int[], uuid[], uuid[], uuid[], text[], uuid[], bytea[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION exchange.take_cut(date, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.post(timestamptz, uuid[], uuid[], text[], smallint[], uuid[], uuid[], bigint[], smallint[], int[], int[], int[], int[], uuid[], uuid[], uuid[], text[], uuid[], bytea[]) TO kdnx_app;
GRANT EXECUTE ON FUNCTION exchange.take_cut(date, timestamptz) TO kdnx_app;

-- The two signed lines of each transfer, and the proof of each chain; both see what their reader may see.
CREATE VIEW exchange.entry WITH (security_invoker = true) AS
SELECT t.owner_id, t.seq, t.id, t.kind, x.account_id, x.cents, t.book_year, t.book_month, t.service_year, t.service_month, t.recipient_id, t.source, t.source_id, t.recorded_at
FROM exchange.transfer t CROSS JOIN LATERAL (VALUES (t.debit_id, t.cents), (t.credit_id, -t.cents)) x(account_id, cents);
CREATE VIEW exchange.chain_check WITH (security_invoker = true) AS
SELECT owner_id, seq,
  -- the canonical bytes do not carry the currency: every transfer is in euro
  currency = 'EUR' AND hash = sha256(prev || exchange.transfer_bytes(owner_id, seq, id, kind, leg, debit_id, credit_id, cents, sign, book_year, book_month, service_year, service_month,
    recipient_id, category_id, offering_id, source, source_id, evidence, recorded_at)) AS hash_ok,
  prev = coalesce(lag(hash) OVER chain, exchange.chain_start(owner_id)) AS prev_ok,
  seq = coalesce(lag(seq) OVER chain, 0) + 1 AS seq_ok
FROM exchange.transfer WINDOW chain AS (PARTITION BY owner_id ORDER BY seq);
GRANT SELECT ON exchange.entry, exchange.chain_check TO kdnx_app;
