-- Positions: what a member was owed and owed at a moment, by counterparty and kind of movement (peers X18, X19).
-- A moment is any of: a place in one chain, an instant of recording, a month of service. Nothing is stored: rows never change, so a fold gives the same answer again.
CREATE VIEW exchange.position_entry AS
SELECT a.member_id, a.kind AS account_kind, x.side, x.cents, x.owner_id, x.seq, x.id, x.kind, x.sign, x.book_year, x.book_month, x.service_year, x.service_month,
  CASE WHEN x.owner_id = a.member_id THEN x.recipient_id ELSE x.owner_id END AS other_id, x.source, x.source_id, x.recorded_at,
  CASE WHEN x.kind IN ('netting', 'payment', 'close') THEN 'settlement' WHEN x.kind = 'vat' THEN 'vat'
    WHEN x.sign = -1 OR x.book_year > x.service_year THEN 'adjustment'
    WHEN a.kind IN ('payable', 'direct_due') THEN 'provided' ELSE 'received' END AS what,
  CASE WHEN a.kind IN ('payable', 'direct_due') THEN CASE x.side WHEN 2 THEN x.cents ELSE -x.cents END ELSE 0 END AS claim_cents,
  CASE WHEN a.kind IN ('receivable', 'direct_owed') THEN CASE x.side WHEN 1 THEN x.cents ELSE -x.cents END ELSE 0 END AS debt_cents
FROM exchange.account a
CROSS JOIN LATERAL (SELECT 1 AS side, d.* FROM exchange.transfer d WHERE d.debit_id = a.id UNION ALL SELECT 2, c.* FROM exchange.transfer c WHERE c.credit_id = a.id) x
WHERE a.kind IN ('payable', 'receivable', 'direct_due', 'direct_owed');

-- Whether a row had been said by a moment; an absent bound bounds nothing.
CREATE FUNCTION exchange.position_holds(owner_id uuid, seq bigint, recorded_at timestamptz, service int, of_chain uuid, through_seq bigint, before timestamptz, service_through int)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ($5 IS NULL OR ($1 = $5 AND $2 <= $6)) AND ($7 IS NULL OR $3 < $7) AND ($8 IS NULL OR $4 <= $8) $$;

-- Owner's rights, so that a member reads every row on its own accounts whoever issued it; the members are asked here instead.
CREATE FUNCTION exchange.position_allowed(of_member uuid, of_chain uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT kdnx.viewer_sees_all() OR (of_member = ANY (kdnx.viewer_members()) AND (of_chain IS NULL OR of_chain = ANY (kdnx.viewer_members()))) $$;

CREATE FUNCTION exchange.position_fold(of_member uuid, of_chain uuid, through_seq bigint, before timestamptz, service_through int)
RETURNS TABLE (chain_id uuid, other_id uuid, what text, claim_cents bigint, debt_cents bigint, entries bigint, last_seq bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE sees_all boolean := kdnx.viewer_sees_all(); mine uuid[] := kdnx.viewer_members();
BEGIN
  IF NOT exchange.position_allowed(of_member, of_chain) THEN RETURN; END IF;
  RETURN QUERY
  SELECT e.owner_id, e.other_id, e.what, sum(e.claim_cents)::bigint, sum(e.debt_cents)::bigint, count(*),
    CASE WHEN sees_all OR e.owner_id = ANY (mine) THEN max(e.seq) END
  FROM exchange.position_entry e
  WHERE e.member_id = of_member AND exchange.position_holds(e.owner_id, e.seq, e.recorded_at, e.service_year * 100 + e.service_month, of_chain, through_seq, before, service_through)
  GROUP BY e.owner_id, e.other_id, e.what;
END $$;

-- Rows said by the later moment and not by the earlier one (way 1), or the other way round (way -1), oldest first behind (after_at, after_id, after_side).
CREATE FUNCTION exchange.position_rows(of_member uuid, of_other uuid, of_chain uuid, through_seq bigint, before timestamptz, service_through int,
  earlier boolean, earlier_chain uuid, earlier_seq bigint, earlier_before timestamptz, earlier_service int, after_at timestamptz, after_id uuid, after_side int, most int)
RETURNS TABLE (way int, side int, owner_id uuid, seq bigint, id uuid, other_id uuid, what text, kind text, account_kind text, claim_cents bigint, debt_cents bigint,
  book_year int, book_month int, service_year int, service_month int, source text, source_id uuid, recorded_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE sees_all boolean := kdnx.viewer_sees_all(); mine uuid[] := kdnx.viewer_members();
BEGIN
  IF NOT exchange.position_allowed(of_member, of_chain) OR NOT exchange.position_allowed(of_member, earlier_chain) THEN RETURN; END IF;
  RETURN QUERY
  SELECT CASE WHEN e.later THEN 1 ELSE -1 END, e.side, e.owner_id, CASE WHEN sees_all OR e.owner_id = ANY (mine) THEN e.seq END,
    e.id, e.other_id, e.what, e.kind, e.account_kind, e.claim_cents, e.debt_cents, e.book_year, e.book_month, e.service_year, e.service_month, e.source, e.source_id, e.recorded_at
  FROM (SELECT p.*,
      exchange.position_holds(p.owner_id, p.seq, p.recorded_at, p.service_year * 100 + p.service_month, of_chain, through_seq, before, service_through) AS later,
      earlier AND exchange.position_holds(p.owner_id, p.seq, p.recorded_at, p.service_year * 100 + p.service_month, earlier_chain, earlier_seq, earlier_before, earlier_service) AS sooner
    FROM exchange.position_entry p WHERE p.member_id = of_member AND (of_other IS NULL OR p.other_id = of_other)) e
  WHERE e.later <> e.sooner AND (after_at IS NULL OR (e.recorded_at, e.id, e.side) > (after_at, after_id, after_side))
  ORDER BY e.recorded_at, e.id, e.side LIMIT least(most, 1000);
END $$;
REVOKE ALL ON exchange.position_entry FROM PUBLIC;
REVOKE ALL ON FUNCTION exchange.position_allowed(uuid, uuid), exchange.position_holds(uuid, bigint, timestamptz, int, uuid, bigint, timestamptz, int), exchange.position_fold(uuid, uuid, bigint, timestamptz, int),
  exchange.position_rows(uuid, uuid, uuid, bigint, timestamptz, int, boolean, uuid, bigint, timestamptz, int, timestamptz, uuid, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.position_fold(uuid, uuid, bigint, timestamptz, int),
  exchange.position_rows(uuid, uuid, uuid, bigint, timestamptz, int, boolean, uuid, bigint, timestamptz, int, timestamptz, uuid, int, int) TO kdnx_app;

-- Journals: documents of a house by tax group (an objection takes its document back on its own day), payments and offsets of its settlements.
-- The reader's own rights, so row security holds as in a plain statement.
CREATE FUNCTION exchange.journal_lines(of_member uuid, first_day date, last_day date)
RETURNS TABLE (key text, entry text, day date, document text, text text, partner text, net_cents bigint, vat_cents bigint, rate_pct numeric)
LANGUAGE sql STABLE AS $$
SELECT 'invoice|' || i.id || '|' || t.category || '|' || t.rate_pct || x.mark,
  CASE WHEN i.seller_id = $1 THEN 'sold_' ELSE 'bought_' END || t.category, x.day, i.number,
  x.word || coalesce(nullif(' zu ' || i.refers_number, ' zu '), ''), m.short_name,
  (x.sign * t.basis_cents)::bigint, (x.sign * t.vat_cents)::bigint, t.rate_pct::numeric
FROM exchange.invoice i JOIN exchange.invoice_tax t ON t.owner_id = i.owner_id AND t.invoice_id = i.id
  JOIN kdnx.public_member m ON m.id = CASE WHEN i.seller_id = $1 THEN i.buyer_id ELSE i.seller_id END
  CROSS JOIN LATERAL (VALUES (i.issued_on, 1, '', CASE WHEN i.type = '381' THEN 'Rechnungskorrektur' WHEN i.type = '389' THEN 'Gutschrift' ELSE 'Rechnung' END),
    (i.objected_on, -1, '|objected', 'Widerspruch')) x(day, sign, mark, word)
WHERE $1 IN (i.seller_id, i.buyer_id) AND i.state <> 'draft' AND x.day BETWEEN $2 AND $3
UNION ALL
SELECT 'settlement|' || r.id || '|' || l.member_id || '|' || x.entry, x.entry, r.bank_day, r.number,
  'Ausgleich zum ' || to_char(r.up_to, 'DD.MM.YYYY'), m.short_name, x.cents::bigint, 0::bigint, NULL::numeric
FROM exchange.settlement_line l JOIN exchange.settlement_run r ON r.owner_id = l.owner_id AND r.id = l.run_id JOIN kdnx.public_member m ON m.id = r.owner_id
  CROSS JOIN LATERAL (VALUES ('payment_in', l.out_cents), ('payment_out', l.in_cents), ('netting', l.netted_cents)) x(entry, cents)
WHERE l.member_id = $1 AND r.state = 'settled' AND r.bank_day BETWEEN $2 AND $3 AND x.cents <> 0 $$;
REVOKE ALL ON FUNCTION exchange.journal_lines(uuid, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.journal_lines(uuid, date, date) TO kdnx_app;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('reminder', 'audit_end', '2000-01-01', 1, '{"first_days": 14, "second_days": 7, "last_days": 3}',
   'Vorgabe des Hauses: So viele Tage vor dem Ende eines Prüfrechts werden Revision und Drehscheibe erinnert');
