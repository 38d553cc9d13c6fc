-- A tax case counts only for service its rule still holds for; what is taken back keeps the case it was confirmed with; what was
-- confirmed before anybody decided is billed by the decision that came later (§ 27 Abs. 22a UStG, model.md 3.2).

-- The code where its rule holds on the day, else NULL; tax_codes_on asks the same in its own plan, for it is asked at every signature.
CREATE FUNCTION exchange.tax_code_holding(code text, day date) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN r.value IS NOT NULL THEN code END FROM kdnx.rule r
  WHERE r.kind = 'tax_code' AND r.key = code AND r.state = 'approved' AND r.valid_from <= day ORDER BY r.valid_from DESC, r.version DESC LIMIT 1 $$;

-- 'undecided' also where the decided code has ended: the old law ends with 31 December 2026, whatever was decided before.
CREATE OR REPLACE FUNCTION exchange.tax_codes_on(owners uuid[], orders uuid[], days date[])
RETURNS TABLE (n bigint, owner_id uuid, order_id uuid, day date, code_1 text, code_2 text) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT u.n, u.o, u.i, u.d, coalesce(t1.tax_code, 'undecided'), coalesce(CASE WHEN s.route = 'direct' THEN t1.tax_code ELSE t2.tax_code END, 'undecided')
  FROM unnest(owners, orders, days) WITH ORDINALITY u(o, i, d, n)
  JOIN exchange.service_order s ON s.owner_id = u.o AND s.id = u.i AND ((SELECT kdnx.viewer_sees_all())
    OR s.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR s.recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))
  LEFT JOIN LATERAL (SELECT d.tax_code FROM (
    SELECT t.tax_code FROM exchange.tax_decision t WHERE t.owner_id = u.o AND t.order_id = u.i AND t.leg = 1 AND t.valid_from <= u.d
    AND (t.reviewer_id IS NOT NULL OR t.origin <> 'signed') ORDER BY t.valid_from DESC, t.version DESC LIMIT 1) d
    WHERE (SELECT r.value IS NOT NULL FROM kdnx.rule r WHERE r.kind = 'tax_code' AND r.key = d.tax_code AND r.state = 'approved' AND r.valid_from <= u.d
      ORDER BY r.valid_from DESC, r.version DESC LIMIT 1)) t1 ON true
  LEFT JOIN LATERAL (SELECT d.tax_code FROM (
    SELECT t.tax_code FROM exchange.tax_decision t WHERE t.owner_id = u.o AND t.order_id = u.i AND t.leg = 2 AND t.valid_from <= u.d
    AND (t.reviewer_id IS NOT NULL OR t.origin <> 'signed') ORDER BY t.valid_from DESC, t.version DESC LIMIT 1) d
    WHERE (SELECT r.value IS NOT NULL FROM kdnx.rule r WHERE r.kind = 'tax_code' AND r.key = d.tax_code AND r.state = 'approved' AND r.valid_from <= u.d
      ORDER BY r.valid_from DESC, r.version DESC LIMIT 1)) t2 ON true;
END $$;

-- As in 2190, and: a reversal, a correction and the rest of a part belong to service that is confirmed already, and keep its codes.
CREATE OR REPLACE FUNCTION exchange.read_to_sign(owners uuid[], ids uuid[], orders uuid[], days date[])
RETURNS TABLE (b exchange.booking_row, code_1 text, code_2 text, closed_through int) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE mine uuid[] := kdnx.viewer_members(); sees_all boolean := kdnx.viewer_sees_all();
BEGIN
  IF cardinality(ids) > 50 THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
  RETURN QUERY
  SELECT r, coalesce(k.tax_code_1, t.code_1), coalesce(k.tax_code_2, t.code_2),
    (SELECT coalesce(max(p.year * 100 + p.month), 0) FROM exchange.period p WHERE p.state IN ('closed', 'locked'))
  FROM unnest(owners, ids) WITH ORDINALITY i(owner_id, id, n)
  JOIN exchange.booking_row r ON r.owner_id = i.owner_id AND r.id = i.id
  JOIN exchange.tax_codes_on(owners, orders, days) t ON t.n = i.n
  LEFT JOIN exchange.confirmation k ON k.owner_id = i.owner_id AND k.booking_id = coalesce(r.reverses_id, r.parent_id)
  WHERE sees_all OR r.recipient_id = ANY (mine) OR (r.owner_id = ANY (mine) AND r.number IS NOT NULL)
  ORDER BY i.n;
END $$;

-- The tax case a confirmed leg is billed with: the confirmed one; where that was left open, what the booking it corrects was billed with,
-- else the decision in force for its service by now.
CREATE FUNCTION exchange.billing_code(confirmed text, owner_id uuid, order_id uuid, leg smallint, service_to date, origin_id uuid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN $1 <> 'undecided' THEN $1 ELSE coalesce(
    (SELECT i.tax_code FROM exchange.invoice_line i WHERE i.booking_owner_id = $2 AND i.booking_id = $6 AND i.leg = $4 ORDER BY i.round DESC LIMIT 1),
    exchange.tax_code_holding((SELECT t.tax_code FROM exchange.tax_decision t WHERE t.owner_id = $2 AND t.order_id = $3 AND t.leg = $4 AND t.valid_from <= $5
      AND (t.reviewer_id IS NOT NULL OR t.origin <> 'signed') ORDER BY t.valid_from DESC, t.version DESC LIMIT 1), $5), 'undecided') END $$;

CREATE OR REPLACE VIEW exchange.open_leg WITH (security_invoker = true) AS
SELECT fs.final_id AS seller_id, fb.final_id AS buyer_id, CASE WHEN g.id IS NULL THEN x.seller_id ELSE x.buyer_id END AS issuer_id,
  CASE WHEN g.id IS NULL THEN fs.final_id ELSE fb.final_id END AS final_issuer_id, g.id IS NOT NULL AS self_billed, x.leg, b.route = 'direct' AS direct,
  coalesce(l.leitweg_id, '') AS leitweg_id, coalesce(l.contract_ref, '') AS contract_ref, b.order_id, b.owner_id AS booking_owner_id, b.id AS booking_id, n.lines,
  b.sign * (b.confirmed_cents + CASE x.leg WHEN 2 THEN b.confirmed_surcharge_cents ELSE 0 END) AS net_cents,
  exchange.billing_code(CASE x.leg WHEN 2 THEN b.tax_code_2 ELSE b.tax_code_1 END, b.owner_id, b.order_id, x.leg, b.service_to, coalesce(b.reverses_id, b.parent_id)) AS tax_code,
  v.title, b.number AS order_number, b.ordinal, b.number || '/' || b.ordinal AS booking_number, b.service_from, b.service_to, b.book_year * 100 + b.book_month AS book_period, b.origin
FROM exchange.booking_row b
JOIN exchange.order_version v ON v.owner_id = b.owner_id AND v.order_id = b.order_id AND v.version = b.order_version
CROSS JOIN LATERAL (VALUES (1::smallint, b.owner_id, CASE b.route WHEN 'direct' THEN b.recipient_id ELSE b.hub_id END), (2::smallint, b.hub_id, b.recipient_id)) x(leg, seller_id, buyer_id)
JOIN kdnx.public_final_successor fs ON fs.member_id = x.seller_id JOIN kdnx.public_final_successor fb ON fb.member_id = x.buyer_id
LEFT JOIN exchange.leg l ON l.owner_id = b.owner_id AND l.order_id = b.order_id AND l.version = b.order_version AND l.leg = x.leg
LEFT JOIN LATERAL (SELECT s.id FROM exchange.self_billing s WHERE s.owner_id = x.seller_id AND s.buyer_id = x.buyer_id AND s.state IN ('agreed', 'ended')
  AND (s.order_id IS NULL OR (s.order_owner_id = b.owner_id AND s.order_id = b.order_id)) AND b.service_to >= s.valid_from AND (s.ends_on IS NULL OR b.service_to <= s.ends_on)
  LIMIT 1) g ON true
CROSS JOIN LATERAL (SELECT count(*) AS lines FROM exchange.invoice_line i WHERE i.booking_id = b.id AND i.booking_owner_id = b.owner_id AND i.leg = x.leg) n
WHERE b.state = 'confirmed' AND fs.final_id <> fb.final_id AND n.lines % 2 = 0;
