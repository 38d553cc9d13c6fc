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
DECLARE locked uuid[]; owners uuid[]; orders uuid[]; days date[];
BEGIN
  SELECT array_agg(k.id), array_agg(k.owner_id), array_agg(k.order_id), array_agg(k.service_to) INTO locked, owners, orders, days
  FROM (SELECT * FROM exchange.booking WHERE id = ANY (ids) ORDER BY owner_id, id FOR UPDATE) k;
  RETURN QUERY
  SELECT r, t.code_1, t.code_2, (SELECT coalesce(max(p.year * 100 + p.month), 0) FROM exchange.period p WHERE p.state IN ('closed', 'locked'))
  FROM unnest(locked, owners) WITH ORDINALITY i(id, owner_id, n)
  JOIN exchange.booking_row r ON r.owner_id = i.owner_id AND r.id = i.id
  JOIN exchange.tax_codes_on(owners, orders, days) t ON t.n = i.n
  ORDER BY i.n;
END $$;
REVOKE ALL ON FUNCTION exchange.lock_to_sign(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.lock_to_sign(uuid[]) TO kdnx_app;
