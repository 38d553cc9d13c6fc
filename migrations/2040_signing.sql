-- The second signature reads in one round trip: locks, then each fact as it is after the lock.
CREATE OR REPLACE FUNCTION exchange.tax_codes_on(owners uuid[], orders uuid[], days date[])
RETURNS TABLE (n bigint, owner_id uuid, order_id uuid, day date, code_1 text, code_2 text) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT u.n, u.o, u.i, u.d, coalesce(t1.tax_code, 'undecided'), coalesce(CASE WHEN s.route = 'direct' THEN t1.tax_code ELSE t2.tax_code END, 'undecided')
  FROM unnest(owners, orders, days) WITH ORDINALITY u(o, i, d, n)
  JOIN exchange.service_order s ON s.owner_id = u.o AND s.id = u.i AND ((SELECT kdnx.viewer_sees_all())
    OR s.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR s.recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))
  LEFT JOIN LATERAL (SELECT t.tax_code FROM exchange.tax_decision t WHERE t.owner_id = u.o AND t.order_id = u.i AND t.leg = 1 AND t.valid_from <= u.d
    AND (t.reviewer_id IS NOT NULL OR t.origin <> 'signed') ORDER BY t.valid_from DESC, t.version DESC LIMIT 1) t1 ON true
  LEFT JOIN LATERAL (SELECT t.tax_code FROM exchange.tax_decision t WHERE t.owner_id = u.o AND t.order_id = u.i AND t.leg = 2 AND t.valid_from <= u.d
    AND (t.reviewer_id IS NOT NULL OR t.origin <> 'signed') ORDER BY t.valid_from DESC, t.version DESC LIMIT 1) t2 ON true;
END $$;

-- VOLATILE: its second statement sees what was committed while the first waited for the locks.
CREATE FUNCTION exchange.lock_to_sign(ids uuid[])
RETURNS TABLE (b exchange.booking_row, code_1 text, code_2 text, closed_through int) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE found exchange.booking_row[];
BEGIN
  PERFORM 1 FROM exchange.booking k WHERE k.id = ANY (ids) ORDER BY k.owner_id, k.id FOR UPDATE;
  SELECT array_agg(r ORDER BY r.owner_id, r.id) INTO found FROM exchange.booking_row r WHERE r.id = ANY (ids);
  RETURN QUERY
  SELECT f, t.code_1, t.code_2, (SELECT coalesce(max(p.year * 100 + p.month), 0) FROM exchange.period p WHERE p.state IN ('closed', 'locked'))
  FROM unnest(found) WITH ORDINALITY f
  JOIN exchange.tax_codes_on(ARRAY(SELECT x.owner_id FROM unnest(found) x), ARRAY(SELECT x.order_id FROM unnest(found) x), ARRAY(SELECT x.service_to FROM unnest(found) x)) t
    ON t.n = f.ordinality;
END $$;
REVOKE ALL ON FUNCTION exchange.lock_to_sign(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.lock_to_sign(uuid[]) TO kdnx_app;
