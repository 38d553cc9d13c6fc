-- Cost shares: the actual cost of a year split by a key, settled against the advances (domain.md 1.7, model.md 1.4, 3.2).
CREATE TABLE exchange.cost_pool (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL, offering_id uuid NOT NULL, title text NOT NULL,
  year int NOT NULL CONSTRAINT cost_pool_year CHECK (year BETWEEN 2000 AND 2100),
  round int NOT NULL CONSTRAINT cost_pool_round CHECK (round >= 1),
  key_kind text NOT NULL CONSTRAINT cost_pool_key CHECK (key_kind IN ('inhabitants', 'cases', 'equal', 'own')),
  fixed_pct numeric(7,4) NOT NULL CONSTRAINT cost_pool_fixed CHECK (fixed_pct BETWEEN 0 AND 100 AND fixed_pct <> 'NaN'),
  by_days boolean NOT NULL,
  actual_cents bigint NOT NULL CONSTRAINT cost_pool_actual CHECK (actual_cents BETWEEN 0 AND 9999999999999),
  currency char(3) NOT NULL DEFAULT 'EUR' CONSTRAINT cost_pool_currency CHECK (currency = 'EUR'),
  evidence text NOT NULL DEFAULT '', key_total numeric(22,4) NOT NULL DEFAULT 0, participants int NOT NULL DEFAULT 0,
  state text NOT NULL CONSTRAINT cost_pool_state CHECK (state IN ('draft', 'proposed', 'discarded')),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id));
COMMENT ON TABLE exchange.cost_pool IS 'G: actual cost of an offering and year; owner = provider; a later round settles what became known afterwards';
CREATE UNIQUE INDEX cost_pool_once ON exchange.cost_pool (owner_id, offering_id, year, round) WHERE state <> 'discarded';
CREATE INDEX cost_pool_id ON exchange.cost_pool (id);

CREATE TABLE exchange.cost_share (
  owner_id uuid NOT NULL, pool_id uuid NOT NULL, order_id uuid NOT NULL, recipient_id uuid NOT NULL REFERENCES kdnx.member,
  key numeric(18,4) NOT NULL CONSTRAINT cost_share_key CHECK (key >= 0 AND key <> 'NaN'),
  first_day date NOT NULL, last_day date NOT NULL, share_cents bigint NOT NULL DEFAULT 0 CONSTRAINT cost_share_amount CHECK (share_cents >= 0),
  advances_cents bigint NOT NULL DEFAULT 0, booking_id uuid, is_shown boolean NOT NULL DEFAULT false,
  PRIMARY KEY (owner_id, pool_id, order_id),
  FOREIGN KEY (owner_id, pool_id) REFERENCES exchange.cost_pool (owner_id, id),
  FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id),
  CONSTRAINT cost_share_days CHECK (last_day >= first_day));
COMMENT ON TABLE exchange.cost_share IS 'G: what of a pool falls on one order; the recipient sees its own row once it is settled';
CREATE INDEX cost_share_recipient ON exchange.cost_share (recipient_id);
CREATE INDEX cost_share_order ON exchange.cost_share (order_id);

ALTER TABLE exchange.cost_pool ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.cost_share ENABLE ROW LEVEL SECURITY;
CREATE POLICY cost_share_read ON exchange.cost_share FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR (is_shown AND recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY cost_share_write ON exchange.cost_share FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('member', 'office', 'system')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY cost_share_move ON exchange.cost_share FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('member', 'office', 'system')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY cost_pool_read ON exchange.cost_pool FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR EXISTS (SELECT 1 FROM exchange.cost_share s WHERE s.owner_id = cost_pool.owner_id AND s.pool_id = cost_pool.id AND s.is_shown
    AND s.recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY cost_pool_write ON exchange.cost_pool FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('member', 'office', 'system')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY cost_pool_move ON exchange.cost_pool FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('member', 'office', 'system')
  AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON exchange.cost_pool, exchange.cost_share TO kdnx_app;
GRANT UPDATE (key_kind, fixed_pct, by_days, actual_cents, evidence, key_total, participants, state, row_version, updated_at) ON exchange.cost_pool TO kdnx_app;
GRANT UPDATE (key, share_cents, advances_cents, booking_id, is_shown) ON exchange.cost_share TO kdnx_app;
