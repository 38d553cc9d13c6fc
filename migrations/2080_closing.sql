-- Closing of months and years: balances members sign, the record of a close, the gate of all chains at once (model.md 1.4, 2, 6).
CREATE TABLE exchange.balance_confirmation (
  owner_id uuid NOT NULL REFERENCES kdnx.member, year int NOT NULL CONSTRAINT balance_confirmation_year CHECK (year BETWEEN 2000 AND 2200),
  n int NOT NULL CONSTRAINT balance_confirmation_n CHECK (n >= 1), id uuid NOT NULL,
  answer text NOT NULL CONSTRAINT balance_confirmation_answer CHECK (answer IN ('confirmed', 'disputed')),
  payable_cents bigint NOT NULL, receivable_cents bigint NOT NULL, due_cents bigint NOT NULL, owed_cents bigint NOT NULL,
  entries bigint NOT NULL CONSTRAINT balance_confirmation_entries CHECK (entries >= 0),
  reason text NOT NULL DEFAULT '', answered_by uuid NOT NULL, answered_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, year, n), CONSTRAINT balance_confirmation_reason CHECK (answer = 'confirmed' OR length(trim(reason)) >= 3));
COMMENT ON TABLE exchange.balance_confirmation IS 'G A: what a house said of its balance at the end of a book year; the newest counts, entries tells whether it still holds';
ALTER TABLE exchange.balance_confirmation ENABLE ROW LEVEL SECURITY;
CREATE POLICY balance_confirmation_read ON exchange.balance_confirmation FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY balance_confirmation_new ON exchange.balance_confirmation FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'member'
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.balance_confirmation TO kdnx_app;

CREATE TABLE exchange.chain_proof (
  owner_id uuid NOT NULL REFERENCES kdnx.member, year int NOT NULL, seq bigint NOT NULL, hash bytea NOT NULL, rows bigint NOT NULL,
  bad_seq bigint, what text NOT NULL DEFAULT '', proved_at timestamptz NOT NULL, PRIMARY KEY (owner_id, year));
COMMENT ON TABLE exchange.chain_proof IS 'G: how far each chain was recomputed for the close of a year; the close itself recomputes what came after';
ALTER TABLE exchange.chain_proof ENABLE ROW LEVEL SECURITY;
CREATE POLICY chain_proof_read ON exchange.chain_proof FOR SELECT USING ((SELECT kdnx.viewer_sees_all()));
CREATE POLICY chain_proof_new ON exchange.chain_proof FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'office');
CREATE POLICY chain_proof_anew ON exchange.chain_proof FOR UPDATE USING ((SELECT kdnx.viewer_scope()) = 'office');
GRANT SELECT, INSERT, UPDATE ON exchange.chain_proof TO kdnx_app;

CREATE TABLE exchange.year_close (
  year int PRIMARY KEY, id uuid NOT NULL, checklist jsonb NOT NULL, reported_cents bigint NOT NULL, current_cents bigint NOT NULL,
  evidence bytea NOT NULL CONSTRAINT year_close_evidence CHECK (length(evidence) = 32),
  root bytea NOT NULL CONSTRAINT year_close_root CHECK (length(root) = 32), closed_at timestamptz NOT NULL, locked_at timestamptz);
COMMENT ON TABLE exchange.year_close IS 'R A: the record of a closed year: checklist as signed, totals, root of all chain heads; written by exchange.close_books() alone';
CREATE TABLE exchange.year_close_head (
  owner_id uuid NOT NULL, year int NOT NULL, seq bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (owner_id, year));
COMMENT ON TABLE exchange.year_close_head IS 'G A: each chain as it stood when the year was closed';
ALTER TABLE exchange.year_close ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.year_close_head ENABLE ROW LEVEL SECURITY;
CREATE POLICY year_close_read ON exchange.year_close FOR SELECT USING ((SELECT kdnx.viewer_sees_all()));
CREATE POLICY year_close_head_read ON exchange.year_close_head FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT ON exchange.year_close, exchange.year_close_head TO kdnx_app;
-- What every member learns of a close: that it happened, and the root it can compare.
CREATE VIEW exchange.public_year_close AS
SELECT year, root, evidence, closed_at, locked_at FROM exchange.year_close WHERE (SELECT kdnx.viewer_scope()) <> '';
GRANT SELECT ON exchange.public_year_close TO kdnx_app;

CREATE TABLE exchange.ledger_digest (
  day date PRIMARY KEY REFERENCES exchange.ledger_cut, told int NOT NULL, told_at timestamptz NOT NULL);
COMMENT ON TABLE exchange.ledger_digest IS 'R A: which daily cuts were sent to the members';
GRANT SELECT, INSERT ON exchange.ledger_digest TO kdnx_app;

-- Turnover of the claim accounts of a book year by account and kind of transfer; what lies before the year has kind 'opening'.
-- Owner's rights, so that a house and the office read the same figure; the members are asked here instead.
CREATE FUNCTION exchange.claim_turnover(of_year int)
RETURNS TABLE (member_id uuid, account_kind text, why text, debit_cents bigint, credit_cents bigint, entries bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT a.member_id, a.kind, CASE WHEN x.book_year < of_year THEN 'opening' ELSE x.kind END,
    coalesce(sum(x.cents) FILTER (WHERE x.side = 1), 0)::bigint, coalesce(sum(x.cents) FILTER (WHERE x.side = 2), 0)::bigint, count(*)
  FROM exchange.account a
  CROSS JOIN LATERAL (SELECT 1 AS side, t.kind, t.cents, t.book_year FROM exchange.transfer t WHERE t.debit_id = a.id
    UNION ALL SELECT 2, t.kind, t.cents, t.book_year FROM exchange.transfer t WHERE t.credit_id = a.id) x
  WHERE a.kind IN ('payable', 'receivable', 'direct_due', 'direct_owed') AND x.book_year <= of_year
    AND ((SELECT kdnx.viewer_sees_all()) OR a.member_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))
  GROUP BY 1, 2, 3;
END $$;

-- Begins and takes back the close of a month (1 to 12) or a year (13); the month's row tells who began.
CREATE FUNCTION exchange.mark_period(y int, m int, new_state text, person uuid, expected int, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE done int;
BEGIN
  IF kdnx.viewer_scope() <> 'office' OR new_state NOT IN ('open', 'closing') OR person IS NULL THEN
    RAISE EXCEPTION 'only the office begins a close' USING ERRCODE = '42501';
  END IF;
  INSERT INTO exchange.period (year, month, state, created_at, updated_at) VALUES (y, m, 'open', at, at) ON CONFLICT DO NOTHING;
  UPDATE exchange.period SET state = new_state, closed_by = CASE WHEN new_state = 'closing' THEN person END, row_version = row_version + 1, updated_at = at
  WHERE year = y AND month = m AND state = CASE new_state WHEN 'closing' THEN 'open' ELSE 'closing' END AND (expected = 0 OR row_version = expected);
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done = 1;
END $$;

-- The periods of the year, then all chains locked in order, those of members without one included, so that none begins behind the close.
CREATE FUNCTION exchange.lock_books(y int, at timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE n bigint;
BEGIN
  IF kdnx.viewer_scope() <> 'office' THEN
    RAISE EXCEPTION 'only the office locks the books' USING ERRCODE = '42501';
  END IF;
  -- the year's own row first: a month's row that appears meanwhile is then nobody else's
  INSERT INTO exchange.period (year, month, state, created_at, updated_at) VALUES (y, 13, 'open', at, at) ON CONFLICT DO NOTHING;
  PERFORM 1 FROM exchange.period p WHERE p.year = y AND p.month = 13 FOR UPDATE;
  PERFORM 1 FROM exchange.period p WHERE p.year = y ORDER BY p.month FOR UPDATE;
  INSERT INTO exchange.chain_head (owner_id, seq, hash, recorded_at, closed_through)
    SELECT m.id, 0, exchange.chain_start(m.id), at, coalesce((SELECT max(p.year * 100 + p.month) FROM exchange.period p WHERE p.state IN ('closed', 'locked')), 0)
    FROM kdnx.member m ORDER BY m.id ON CONFLICT DO NOTHING;
  PERFORM 1 FROM exchange.chain_head ORDER BY owner_id FOR UPDATE;
  SELECT count(*) INTO n FROM exchange.chain_head;
  RETURN n;
END $$;

-- The close: the gate of every chain, the periods, and for a year (m = 13) its rollup, its heads and its record. The root comes back.
CREATE FUNCTION exchange.close_books(y int, m int, closer uuid, record_id uuid, minutes jsonb, sealed bytea, at timestamptz) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE p exchange.period; body bytea; seal bytea; all_reported bigint; all_current bigint;
BEGIN
  PERFORM exchange.lock_books(y, at);
  SELECT * INTO p FROM exchange.period WHERE year = y AND month = m;
  IF kdnx.viewer_scope() <> 'office' OR closer IS NULL OR p.state IS DISTINCT FROM 'closing' OR p.closed_by = closer THEN
    RAISE EXCEPTION 'a close has two persons and is begun first' USING ERRCODE = '42501';
  END IF;
  UPDATE exchange.chain_head SET closed_through = y * 100 + m WHERE closed_through < y * 100 + m;
  INSERT INTO exchange.period (year, month, state, closed_by, approved_by, created_at, updated_at)
    SELECT y, g, 'closed', p.closed_by, closer, at, at FROM generate_series(1, m) g
    ON CONFLICT (year, month) DO UPDATE SET state = 'closed', closed_by = p.closed_by, approved_by = closer, row_version = exchange.period.row_version + 1, updated_at = at
    WHERE exchange.period.state IN ('open', 'closing');
  SELECT coalesce(string_agg(convert_to(h.owner_id::text || '|' || h.seq::text || '|', 'UTF8') || h.hash, ''::bytea ORDER BY h.owner_id), '') INTO body FROM exchange.chain_head h;
  seal := sha256(convert_to('kdnx.close.v1|' || y::text || '|', 'UTF8') || sealed || body);
  IF m < 13 THEN
    RETURN seal;
  END IF;
  INSERT INTO exchange.volume_rollup (definition, service_year, owner_id, recipient_id, category_id, offering_id, service_month, cents)
    SELECT 'v1', y, t.owner_id, t.recipient_id, t.category_id, t.offering_id, t.service_month, sum(t.sign * t.cents)
    FROM exchange.transfer t WHERE t.kind = 'supply' AND t.service_year = y AND t.book_year = y GROUP BY 3, 4, 5, 6, 7;
  SELECT coalesce(sum(t.sign * t.cents) FILTER (WHERE t.book_year = y), 0), coalesce(sum(t.sign * t.cents), 0) INTO all_reported, all_current
    FROM exchange.transfer t WHERE t.kind = 'supply' AND t.service_year = y;
  INSERT INTO exchange.year_close (year, id, checklist, reported_cents, current_cents, evidence, root, closed_at)
    VALUES (y, record_id, minutes, all_reported, all_current, sealed, seal, at);
  INSERT INTO exchange.year_close_head (owner_id, year, seq, hash) SELECT h.owner_id, y, h.seq, h.hash FROM exchange.chain_head h;
  RETURN seal;
END $$;

-- The audit's last word: a closed year becomes locked.
CREATE FUNCTION exchange.lock_year(y int, at timestamptz) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE done int;
BEGIN
  IF kdnx.viewer_scope() <> 'audit' THEN
    RAISE EXCEPTION 'only the audit locks a year' USING ERRCODE = '42501';
  END IF;
  -- in the order of lock_books, so that a late close and the lock never wait for each other
  PERFORM 1 FROM exchange.period p WHERE p.year = y AND p.month = 13 FOR UPDATE;
  UPDATE exchange.year_close SET locked_at = at WHERE year = y AND locked_at IS NULL;
  GET DIAGNOSTICS done = ROW_COUNT;
  UPDATE exchange.period SET state = 'locked', row_version = row_version + 1, updated_at = at WHERE year = y AND state = 'closed' AND done = 1;
  RETURN done = 1;
END $$;
REVOKE ALL ON FUNCTION exchange.claim_turnover(int), exchange.mark_period(int, int, text, uuid, int, timestamptz), exchange.lock_books(int, timestamptz),
  exchange.close_books(int, int, uuid, uuid, jsonb, bytea, timestamptz), exchange.lock_year(int, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.claim_turnover(int), exchange.mark_period(int, int, text, uuid, int, timestamptz), exchange.lock_books(int, timestamptz),
  exchange.close_books(int, int, uuid, uuid, jsonb, bytea, timestamptz), exchange.lock_year(int, timestamptz) TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('answer_period', 'balance', '2000-01-01', 1, '{"days": 30}', 'Übung des Hauses: der Saldo zum Jahresende wird innerhalb von dreißig Tagen bestätigt oder bestritten (Saldenbestätigung als Nachweis der Forderungen und Verbindlichkeiten; die Inventur der Schulden und Forderungen verlangt § 91 Abs. 1 GO NRW)');
