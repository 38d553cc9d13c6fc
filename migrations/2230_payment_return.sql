-- A payment of a settled run that never arrived or came back: the amounts stand on both accounts again (model.md 3.2, 6; X30).
CREATE TABLE exchange.payment_return (
  owner_id uuid NOT NULL, run_id uuid NOT NULL, n int NOT NULL, payer_id uuid NOT NULL REFERENCES kdnx.member, payee_id uuid NOT NULL REFERENCES kdnx.member,
  cents bigint NOT NULL CONSTRAINT payment_return_positive CHECK (cents > 0), returned_on date NOT NULL,
  reason text NOT NULL CONSTRAINT payment_return_reason CHECK (length(trim(reason)) BETWEEN 3 AND 500),
  recorded_by uuid, recorded_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, run_id, n), FOREIGN KEY (owner_id, run_id, n) REFERENCES exchange.settlement_payment (owner_id, run_id, n));
COMMENT ON TABLE exchange.payment_return IS 'G A: a payment that did not arrive, once at most; its amount is owed again and goes into the next run';
ALTER TABLE exchange.payment_return ENABLE ROW LEVEL SECURITY;
CREATE POLICY payment_return_read ON exchange.payment_return FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR payer_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR payee_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY payment_return_write ON exchange.payment_return FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system'));
GRANT SELECT, INSERT ON exchange.payment_return TO kdnx_app;

-- the journal of a house: what came back is taken back on the day it did
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
WHERE l.member_id = $1 AND r.state = 'settled' AND r.bank_day BETWEEN $2 AND $3 AND x.cents <> 0
UNION ALL
SELECT 'return|' || p.run_id || '|' || p.n, CASE WHEN p.payee_id = $1 THEN 'payment_in' ELSE 'payment_out' END, p.returned_on, r.number,
  'Zahlung zurückgekommen', m.short_name, -p.cents, 0::bigint, NULL::numeric
FROM exchange.payment_return p JOIN exchange.settlement_run r ON r.owner_id = p.owner_id AND r.id = p.run_id JOIN kdnx.public_member m ON m.id = r.owner_id
WHERE $1 IN (p.payer_id, p.payee_id) AND p.returned_on BETWEEN $2 AND $3 $$;
