-- A paid document can be corrected like an unpaid one (§ 14c Abs. 1, § 31 Abs. 5 UStDV set no term): it stays paid on its day.
ALTER TABLE exchange.invoice DROP CONSTRAINT invoice_settled;
ALTER TABLE exchange.invoice ADD CONSTRAINT invoice_settled CHECK (CASE state WHEN 'settled' THEN settled_on IS NOT NULL WHEN 'objected' THEN true
  WHEN 'credited' THEN true ELSE settled_on IS NULL END);

-- An opening takes Altbestand off the accounts that was paid before kdnx: lines as in any run, but no money moves.
ALTER TABLE exchange.settlement_run DROP CONSTRAINT settlement_run_mode;
ALTER TABLE exchange.settlement_run ADD CONSTRAINT settlement_run_mode CHECK (mode IN ('gross', 'bilateral', 'multilateral', 'opening'));
-- What Altbestand put on accounts, and what openings took off them.
CREATE VIEW exchange.legacy_entry WITH (security_invoker = true) AS
SELECT e.* FROM exchange.entry e
WHERE e.source = 'booking' AND EXISTS (SELECT 1 FROM exchange.confirmation k WHERE k.owner_id = e.owner_id AND k.booking_id = e.source_id AND k.origin = 'legacy')
  OR e.source = 'settlement' AND EXISTS (SELECT 1 FROM exchange.settlement_run r WHERE r.owner_id = e.owner_id AND r.id = e.source_id AND r.mode = 'opening');
GRANT SELECT ON exchange.legacy_entry TO kdnx_app;

-- The journal of a house, as in 2230; and the payments of the hub, which has no line of its own in a run. An opening is in nobody's
-- journal: its payments were booked when they were made.
CREATE OR REPLACE FUNCTION exchange.journal_lines(of_member uuid, first_day date, last_day date)
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
WHERE l.member_id = $1 AND r.state = 'settled' AND r.mode <> 'opening' AND r.bank_day BETWEEN $2 AND $3 AND x.cents <> 0
UNION ALL
SELECT 'payment|' || p.run_id || '|' || p.n, CASE WHEN p.payee_id = $1 THEN 'payment_in' ELSE 'payment_out' END, r.bank_day, r.number,
  'Ausgleich zum ' || to_char(r.up_to, 'DD.MM.YYYY'), m.short_name, p.cents, 0::bigint, NULL::numeric
FROM exchange.settlement_payment p JOIN exchange.settlement_run r ON r.owner_id = p.owner_id AND r.id = p.run_id
  JOIN kdnx.public_member m ON m.id = CASE WHEN p.payee_id = $1 THEN p.payer_id ELSE p.payee_id END
WHERE r.owner_id = $1 AND $1 IN (p.payer_id, p.payee_id) AND r.state = 'settled' AND r.bank_day BETWEEN $2 AND $3
UNION ALL
SELECT 'return|' || p.run_id || '|' || p.n, CASE WHEN p.payee_id = $1 THEN 'payment_in' ELSE 'payment_out' END, p.returned_on, r.number,
  'Zahlung zurückgekommen', m.short_name, -p.cents, 0::bigint, NULL::numeric
FROM exchange.payment_return p JOIN exchange.settlement_run r ON r.owner_id = p.owner_id AND r.id = p.run_id
  JOIN kdnx.public_member m ON m.id = CASE WHEN r.owner_id <> $1 THEN r.owner_id WHEN p.payee_id = $1 THEN p.payer_id ELSE p.payee_id END
WHERE $1 IN (p.payer_id, p.payee_id) AND p.returned_on BETWEEN $2 AND $3 $$;
