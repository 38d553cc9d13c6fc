"""Invariants of invoices for `kdnx check` (I8 of model.md 8); a row is a breach."""

# an invoice is its lines, its lines are the confirmed leg, its VAT is posted
WRONG_INVOICES = """
SELECT i.owner_id, i.id FROM exchange.invoice i
CROSS JOIN LATERAL (SELECT i.state = 'objected' AND i.refers_to IS NULL AS is_void) o
CROSS JOIN LATERAL (SELECT coalesce(sum(l.net_cents) FILTER (WHERE NOT o.is_void OR l.round % 2 = 1), 0) AS net
  FROM exchange.invoice_line l WHERE l.owner_id = i.owner_id AND l.invoice_id = i.id) x
CROSS JOIN LATERAL (SELECT coalesce(sum(y.vat_cents), 0) AS vat
  FROM exchange.invoice_tax y WHERE y.owner_id = i.owner_id AND y.invoice_id = i.id) y
CROSS JOIN LATERAL (SELECT coalesce(sum(t.sign * t.cents), 0) AS vat
  FROM exchange.transfer t WHERE t.owner_id = i.owner_id AND t.source_id = i.id AND t.kind = 'vat') v
CROSS JOIN LATERAL (SELECT coalesce(sum(c.vat_cents), 0) AS vat
  FROM exchange.invoice c WHERE c.owner_id = i.owner_id AND c.refers_to = i.id) c
WHERE i.net_cents <> x.net OR i.vat_cents <> y.vat OR v.vat <> CASE WHEN o.is_void THEN - c.vat ELSE i.vat_cents END
  OR EXISTS (SELECT 1 FROM exchange.invoice_line l
    JOIN exchange.confirmation k ON k.owner_id = l.booking_owner_id AND k.booking_id = l.booking_id
    WHERE l.owner_id = i.owner_id AND l.invoice_id = i.id
    AND abs(l.net_cents) <> k.confirmed_cents + CASE l.leg WHEN 2 THEN k.surcharge_cents ELSE 0 END)
LIMIT 20
"""
GAPS = """
SELECT s.owner_id, s.year FROM exchange.invoice_series s
WHERE s.last <> (SELECT count(*) FROM exchange.invoice i
  WHERE i.issuer_id = s.owner_id AND i.number LIKE 'RE-%-' || s.year || '-_____') LIMIT 20
"""
# what an objection took back has no effect any more: nothing of it stays billed
STILL_BILLED = """
SELECT i.owner_id, i.id FROM exchange.invoice i
JOIN exchange.invoice_line l ON l.owner_id = i.owner_id AND l.invoice_id = i.id
WHERE i.state = 'objected' AND l.round % 2 = 1 AND NOT EXISTS (
  SELECT 1 FROM exchange.invoice_line c WHERE c.owner_id = l.owner_id AND c.booking_owner_id = l.booking_owner_id
    AND c.booking_id = l.booking_id AND c.leg = l.leg AND c.round = l.round + 1)
LIMIT 20
"""
