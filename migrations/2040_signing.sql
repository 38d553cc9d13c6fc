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
  -- many at once: a plan for their number (the setting ends with the function, which has one of its own)
  IF cardinality(ids) > 50 THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
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

-- Signs what is still proposed or disputed and closes the tasks about it; how many were signed. Arrays have one element a booking.
CREATE FUNCTION exchange.sign_bookings(owners uuid[], ids uuid[], cents bigint[], extras bigint[], taxes_1 text[], taxes_2 text[], members uuid[], persons uuid[],
  origins text[], book_years int[], book_months int[], templates text[], documents text[], ats timestamptz[], evidences bytea[], at timestamptz)
RETURNS int LANGUAGE plpgsql AS $$
DECLARE signed int;
BEGIN
  IF cardinality(ids) > 50 THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
  UPDATE exchange.booking b SET state = 'confirmed', row_version = b.row_version + 1, updated_at = at FROM unnest(owners, ids) x(o, i)
  WHERE b.owner_id = x.o AND b.id = x.i AND b.state IN ('proposed', 'disputed');
  GET DIAGNOSTICS signed = ROW_COUNT;
  IF signed <> cardinality(ids) THEN
    RETURN signed;
  END IF;
  INSERT INTO exchange.confirmation (owner_id, booking_id, confirmed_cents, surcharge_cents, tax_code_1, tax_code_2, confirmed_by, confirmed_person, origin,
    book_year, book_month, template, document, confirmed_at, evidence)
  SELECT * FROM unnest(owners, ids, cents, extras, taxes_1, taxes_2, members, persons, origins, book_years, book_months, templates, documents, ats, evidences);
  PERFORM kdnx.close_tasks_of(ids, at);
  RETURN signed;
END $$;
REVOKE ALL ON FUNCTION exchange.sign_bookings(uuid[], uuid[], bigint[], bigint[], text[], text[], uuid[], uuid[], text[], int[], int[], text[], text[], timestamptz[], bytea[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.sign_bookings(uuid[], uuid[], bigint[], bigint[], text[], text[], uuid[], uuid[], text[], int[], int[], text[], text[], timestamptz[], bytea[], timestamptz) TO kdnx_app;

-- Opens those of the accounts that are not there yet; how many.
CREATE FUNCTION exchange.open_accounts(ids uuid[], kinds text[], members uuid[], at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE opened int;
BEGIN
  INSERT INTO exchange.account (id, kind, member_id, opened_at)
    SELECT i, k, m, at FROM unnest(ids, kinds, members) x(i, k, m) WHERE NOT EXISTS (SELECT 1 FROM exchange.account a WHERE a.id = x.i)
    ORDER BY i ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS opened = ROW_COUNT;
  RETURN opened;
END $$;
REVOKE ALL ON FUNCTION exchange.open_accounts(uuid[], text[], uuid[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.open_accounts(uuid[], text[], uuid[], timestamptz) TO kdnx_app;

-- An array of unknown length makes the planner plan anew at every call, which costs more than the work of one booking.
-- One plan for any length needs joins that grow with it: hashes, no loops over function results.
ALTER FUNCTION exchange.post(timestamptz, uuid[], uuid[], text[], smallint[], uuid[], uuid[], bigint[], smallint[], int[], int[], int[], int[], uuid[], uuid[], uuid[], text[], uuid[], bytea[])
  SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION exchange.post(timestamptz, uuid[], uuid[], text[], smallint[], uuid[], uuid[], bigint[], smallint[], int[], int[], int[], int[], uuid[], uuid[], uuid[], text[], uuid[], bytea[])
  SET enable_nestloop = off;
ALTER FUNCTION exchange.sign_bookings(uuid[], uuid[], bigint[], bigint[], text[], text[], uuid[], uuid[], text[], int[], int[], text[], text[], timestamptz[], bytea[], timestamptz)
  SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION exchange.open_accounts(uuid[], text[], uuid[], timestamptz) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION exchange.lock_to_sign(uuid[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION exchange.tax_codes_on(uuid[], uuid[], date[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION kdnx.close_tasks_of(uuid[], timestamptz) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION kdnx.append_audit(jsonb) SET plan_cache_mode = force_generic_plan;

-- Inlined where they are used: a function said to be immutable over a stable expression (the epoch of an instant,
-- a formatted day) is called row by row instead, which made the proof of a chain several times slower.
ALTER FUNCTION exchange.transfer_bytes(uuid, bigint, uuid, text, smallint, uuid, uuid, bigint, smallint, int, int, int, int, uuid, uuid, uuid, text, uuid, bytea, timestamptz) STABLE;
ALTER FUNCTION exchange.chain_start(uuid) STABLE;
ALTER FUNCTION exchange.booking_evidence(exchange.booking, exchange.confirmation) STABLE;
