-- What the report of a closed year reads: its frozen sums, and under which definition of volume and when they were frozen (model.md 5, D12, D30).
CREATE TABLE exchange.volume_freeze (
  year int PRIMARY KEY, definition text NOT NULL, rule_valid_from date NOT NULL,
  rule_version int NOT NULL CONSTRAINT volume_freeze_version CHECK (rule_version > 0), wording text NOT NULL, source text NOT NULL, frozen_at timestamptz NOT NULL);
COMMENT ON TABLE exchange.volume_freeze IS 'R A: the closed years and the rule their volume was counted by; written by exchange.close_books() alone';
-- The rollup without month and offering: as many rows as pairs and categories, however many bookings there were.
CREATE TABLE exchange.volume_year (
  service_year int NOT NULL REFERENCES exchange.volume_freeze, owner_id uuid NOT NULL, recipient_id uuid NOT NULL, category_id uuid NOT NULL, cents bigint NOT NULL,
  PRIMARY KEY (service_year, owner_id, recipient_id, category_id) INCLUDE (cents));
COMMENT ON TABLE exchange.volume_year IS 'R A: the reported volume of a closed year by pair and category, the sums of volume_rollup';
ALTER TABLE exchange.volume_year ENABLE ROW LEVEL SECURITY;
CREATE POLICY volume_year_read ON exchange.volume_year FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));

-- Definition and sums of a year from its rollup; the rule is the one of the year's last day, as approved when the year was closed.
CREATE FUNCTION exchange.freeze_volume(y int, at timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO exchange.volume_freeze (year, definition, rule_valid_from, rule_version, wording, source, frozen_at)
    SELECT y, coalesce(r.value ->> 'version', 'v1'), r.valid_from, r.version, coalesce(r.value ->> 'text', ''), r.source, at FROM kdnx.rule r
    WHERE r.kind = 'volume_definition' AND r.key = 'volume' AND r.state = 'approved' AND r.value IS NOT NULL AND r.valid_from <= make_date(y, 12, 31) AND coalesce(r.approved_at, at) <= at
    ORDER BY r.valid_from DESC, r.version DESC LIMIT 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no definition of volume is approved for the year';
  END IF;
  INSERT INTO exchange.volume_year (service_year, owner_id, recipient_id, category_id, cents)
    SELECT y, v.owner_id, v.recipient_id, v.category_id, sum(v.cents) FROM exchange.volume_rollup v
    WHERE v.definition = 'v1' AND v.service_year = y GROUP BY 2, 3, 4;
END $$;
REVOKE ALL ON FUNCTION exchange.freeze_volume(int, timestamptz) FROM PUBLIC;
-- The close as in 2080, and with a year's record its freeze.
CREATE OR REPLACE FUNCTION exchange.close_books(y int, m int, closer uuid, record_id uuid, minutes jsonb, sealed bytea, at timestamptz) RETURNS bytea
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
  PERFORM exchange.freeze_volume(y, at);
  INSERT INTO exchange.year_close_head (owner_id, year, seq, hash) SELECT h.owner_id, y, h.seq, h.hash FROM exchange.chain_head h;
  RETURN seal;
END $$;
-- the years closed before this table was there
SELECT exchange.freeze_volume(c.year, c.closed_at) FROM exchange.year_close c ORDER BY c.year;

-- The volume in its parts. A closed year is 'sum' (or 'cell', finer) with 'late'; an open one 'in_year' with 'late'. A reader names the parts it adds.
CREATE VIEW exchange.volume_part WITH (security_invoker = true) AS
SELECT 'sum' AS part, service_year, owner_id AS provider_id, recipient_id, category_id, NULL::uuid AS offering_id, NULL::int AS service_month, cents FROM exchange.volume_year
UNION ALL SELECT 'cell', service_year, owner_id, recipient_id, category_id, offering_id, service_month, cents FROM exchange.volume_rollup WHERE definition = 'v1'
UNION ALL SELECT 'in_year', service_year, owner_id, recipient_id, category_id, offering_id, service_month, sign * cents FROM exchange.transfer
  WHERE kind = 'supply' AND book_year = service_year
UNION ALL SELECT 'late', service_year, owner_id, recipient_id, category_id, offering_id, service_month, sign * cents FROM exchange.transfer
  WHERE kind = 'supply' AND book_year > service_year;
-- The committee's face of it, with the owner's rights: no month, no offering, no booking, and the scope is asked here (as in public_volume_year).
CREATE VIEW exchange.public_volume_part AS
SELECT 'sum' AS part, service_year, owner_id AS provider_id, recipient_id, category_id, cents FROM exchange.volume_year
  WHERE (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system')
UNION ALL SELECT 'in_year', service_year, owner_id, recipient_id, category_id, sum(sign * cents)::bigint FROM exchange.transfer
  WHERE kind = 'supply' AND book_year = service_year AND (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system') GROUP BY 2, 3, 4, 5
UNION ALL SELECT 'late', service_year, owner_id, recipient_id, category_id, sum(sign * cents)::bigint FROM exchange.transfer
  WHERE kind = 'supply' AND book_year > service_year AND (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system') GROUP BY 2, 3, 4, 5;
GRANT SELECT ON exchange.volume_freeze, exchange.volume_year, exchange.volume_part, exchange.public_volume_part TO kdnx_app;
