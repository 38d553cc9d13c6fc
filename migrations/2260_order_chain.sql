-- An order that goes on under a successor is the same contract: what was booked, rested and changed before counts for it (D11).
CREATE FUNCTION exchange.order_chain(ids uuid[]) RETURNS TABLE (order_id uuid, owner_id uuid, id uuid, depth int) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE line AS (
    SELECT o.id AS order_id, o.owner_id, o.id, o.continues_owner_id, o.continues_id, 0 AS depth FROM exchange.service_order o WHERE o.id = ANY (ids)
    UNION ALL SELECT l.order_id, o.owner_id, o.id, o.continues_owner_id, o.continues_id, l.depth + 1 FROM line l
    JOIN exchange.service_order o ON o.owner_id = l.continues_owner_id AND o.id = l.continues_id WHERE l.depth < 20)
  SELECT l.order_id, l.owner_id, l.id, l.depth FROM line l $$;
COMMENT ON FUNCTION exchange.order_chain(uuid[]) IS 'Each of these orders with itself (depth 0) and those it continues, the latest first';

-- A draft of a settlement of cost follows what becomes of its orders until it is settled.
GRANT UPDATE (first_day, last_day) ON exchange.cost_share TO kdnx_app;

-- A notice nobody had answered goes on with the order: the successor of either side answers it.
ALTER TABLE exchange.termination DROP CONSTRAINT termination_state,
  ADD CONSTRAINT termination_state CHECK (state IN ('requested', 'confirmed', 'refused', 'withdrawn', 'transferred'));

-- What bookings go by: signed by the recipient as the last side, and not a change that lapsed before its day.
CREATE VIEW exchange.agreed_version WITH (security_invoker = true) AS
SELECT v.* FROM exchange.order_version v
WHERE EXISTS (SELECT 1 FROM exchange.order_approval a WHERE a.owner_id = v.owner_id AND a.order_id = v.order_id AND a.version = v.version AND a.side = 'recipient')
  AND NOT EXISTS (SELECT 1 FROM exchange.amendment m WHERE m.owner_id = v.owner_id AND m.order_id = v.order_id AND m.version = v.version AND m.state = 'lapsed');
GRANT SELECT ON exchange.agreed_version TO kdnx_app;
