-- Settlement runs: what each member and the hub owe one another at a cut, offset and paid (model.md 1.4, 2, 3.2, 6; X30).
CREATE TABLE exchange.netting_terms (
  owner_id uuid PRIMARY KEY REFERENCES kdnx.member, offsets boolean NOT NULL,
  reason text NOT NULL CONSTRAINT netting_terms_reason CHECK (length(trim(reason)) BETWEEN 3 AND 500),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
COMMENT ON TABLE exchange.netting_terms IS 'G: a member that may not offset pays and is paid gross; no row = it offsets';

CREATE TABLE exchange.settlement_run (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, number text NOT NULL,
  mode text NOT NULL CONSTRAINT settlement_run_mode CHECK (mode IN ('gross', 'bilateral', 'multilateral')),
  state text NOT NULL CONSTRAINT settlement_run_state CHECK (state IN ('preview', 'frozen', 'approved', 'settled', 'discarded')),
  up_to date, bank_day date, reason text NOT NULL DEFAULT '',
  prepared_by uuid, frozen_by uuid, frozen_at timestamptz, approved_by uuid, approved_at timestamptz, settled_by uuid, settled_at timestamptz,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id), CONSTRAINT settlement_run_number UNIQUE (owner_id, number),
  CONSTRAINT settlement_run_frozen CHECK (state IN ('preview', 'discarded') OR (up_to IS NOT NULL AND frozen_at IS NOT NULL)),
  CONSTRAINT settlement_run_four_eyes CHECK (approved_by IS NULL OR approved_by <> frozen_by),
  CONSTRAINT settlement_run_approved CHECK (state NOT IN ('approved', 'settled') OR approved_at IS NOT NULL),
  CONSTRAINT settlement_run_settled CHECK ((state = 'settled') = (bank_day IS NOT NULL)));
COMMENT ON TABLE exchange.settlement_run IS 'G: one settlement of the hub; from frozen on its lines never change';
-- one open run a hub: what one run pays no other can pay again
CREATE UNIQUE INDEX settlement_run_one_open ON exchange.settlement_run (owner_id) WHERE state IN ('preview', 'frozen', 'approved');
CREATE INDEX settlement_run_id ON exchange.settlement_run (id);

CREATE TABLE exchange.settlement_line (
  owner_id uuid NOT NULL, run_id uuid NOT NULL, member_id uuid NOT NULL REFERENCES kdnx.member, final_id uuid NOT NULL REFERENCES kdnx.member,
  payable_cents bigint NOT NULL, receivable_cents bigint NOT NULL, netted_cents bigint NOT NULL, offsets boolean NOT NULL,
  out_cents bigint NOT NULL, in_cents bigint NOT NULL,
  PRIMARY KEY (owner_id, run_id, member_id), FOREIGN KEY (owner_id, run_id) REFERENCES exchange.settlement_run (owner_id, id),
  CONSTRAINT settlement_line_out CHECK (out_cents = payable_cents - netted_cents AND out_cents >= 0),
  CONSTRAINT settlement_line_in CHECK (in_cents = receivable_cents - netted_cents AND in_cents >= 0));
COMMENT ON TABLE exchange.settlement_line IS 'G A: a member''s balances at the cut, what is offset, and what is paid out to it or in by it (cents)';
CREATE INDEX settlement_line_member ON exchange.settlement_line (member_id);

CREATE TABLE exchange.settlement_payment (
  owner_id uuid NOT NULL, run_id uuid NOT NULL, n int NOT NULL, payer_id uuid NOT NULL REFERENCES kdnx.member, payee_id uuid NOT NULL REFERENCES kdnx.member,
  cents bigint NOT NULL CONSTRAINT settlement_payment_positive CHECK (cents > 0), payee_name text NOT NULL, payee_iban text NOT NULL,
  payer_name text NOT NULL, payer_iban text NOT NULL, reference text NOT NULL,
  PRIMARY KEY (owner_id, run_id, n), FOREIGN KEY (owner_id, run_id) REFERENCES exchange.settlement_run (owner_id, id),
  CONSTRAINT settlement_payment_two CHECK (payer_id <> payee_id));
COMMENT ON TABLE exchange.settlement_payment IS 'G A: one transfer of money; names and bank data as they were when the run was frozen';

CREATE TABLE exchange.settlement_item (
  owner_id uuid NOT NULL, run_id uuid NOT NULL, invoice_owner_id uuid NOT NULL, invoice_id uuid NOT NULL,
  PRIMARY KEY (owner_id, run_id, invoice_owner_id, invoice_id), FOREIGN KEY (owner_id, run_id) REFERENCES exchange.settlement_run (owner_id, id));
COMMENT ON TABLE exchange.settlement_item IS 'G A: the invoices whose amounts a run settles';

ALTER TABLE exchange.netting_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.settlement_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.settlement_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.settlement_payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.settlement_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY netting_terms_read ON exchange.netting_terms FOR SELECT USING ((SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY netting_terms_write ON exchange.netting_terms USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')) WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system'));
CREATE POLICY settlement_line_read ON exchange.settlement_line FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR member_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR final_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY settlement_line_write ON exchange.settlement_line FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system'));
-- a member sees a run it has a line in, once it is frozen
CREATE POLICY settlement_run_read ON exchange.settlement_run FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.settlement_line l WHERE l.owner_id = settlement_run.owner_id AND l.run_id = settlement_run.id));
CREATE POLICY settlement_run_write ON exchange.settlement_run USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')) WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system'));
CREATE POLICY settlement_payment_read ON exchange.settlement_payment FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR payer_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR payee_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY settlement_payment_write ON exchange.settlement_payment FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system'));
CREATE POLICY settlement_item_read ON exchange.settlement_item FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.invoice i WHERE i.owner_id = invoice_owner_id AND i.id = invoice_id));
CREATE POLICY settlement_item_write ON exchange.settlement_item FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system'));
GRANT SELECT, INSERT, UPDATE ON exchange.netting_terms, exchange.settlement_run TO kdnx_app;
GRANT SELECT, INSERT ON exchange.settlement_line, exchange.settlement_payment, exchange.settlement_item TO kdnx_app;

-- A member's own movements between two cuts: the heads of other chains stay hidden, so the owner's rights read them and the viewer is asked here.
CREATE FUNCTION exchange.settlement_statement(member uuid, cut date, before date)
RETURNS TABLE (recorded_at timestamptz, kind text, account text, cents bigint, source text, source_id uuid, label text, is_opening boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT e.recorded_at, e.kind, a.kind, e.cents, e.source, e.source_id,
    coalesce(o.number || '/' || b.ordinal, i.number, r.number, ''), coalesce(e.seq <= p.seq, false)
  FROM exchange.account a JOIN exchange.entry e ON e.account_id = a.id
    JOIN exchange.ledger_cut_head h ON h.day = cut AND h.owner_id = e.owner_id AND e.seq <= h.seq
    LEFT JOIN exchange.ledger_cut_head p ON p.day = before AND p.owner_id = e.owner_id
    LEFT JOIN exchange.booking b ON e.source = 'booking' AND b.owner_id = e.owner_id AND b.id = e.source_id
    LEFT JOIN exchange.service_order o ON o.owner_id = b.owner_id AND o.id = b.order_id
    LEFT JOIN exchange.invoice i ON e.source = 'invoice' AND i.id = e.source_id
    LEFT JOIN exchange.settlement_run r ON e.source = 'settlement' AND r.id = e.source_id
  WHERE a.member_id = member AND a.kind IN ('payable', 'receivable')
    AND ((SELECT kdnx.viewer_sees_all()) OR member = ANY ((SELECT kdnx.viewer_members())::uuid[]))
$$;
REVOKE ALL ON FUNCTION exchange.settlement_statement(uuid, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.settlement_statement(uuid, date, date) TO kdnx_app;
