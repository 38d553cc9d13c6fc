-- Volume of the exchange: the one definition (v1, model.md 3.4), the faces for the committee, the rollup of closed years (D12, D18, D30).

-- Volume v1 = leg-1 net of confirmed bookings by service period: no surcharge, VAT, pass, netting or call-off.
-- "current" sums every row, "reported" those with book_year = service_year. Every report reads this view.
CREATE VIEW exchange.volume WITH (security_invoker = true) AS
SELECT owner_id AS provider_id, recipient_id, category_id, offering_id, service_year, service_month, book_year, sign * cents AS cents
FROM exchange.transfer WHERE kind = 'supply';

-- The committee's only view of volume: yearly pair and category, no member's months, no offering, no booking.
-- Owner's rights, so row security of transfers does not apply; the scope is asked here instead.
CREATE VIEW exchange.public_volume_year AS
SELECT service_year, owner_id AS provider_id, recipient_id, category_id, sum(sign * cents)::bigint AS current_cents,
  coalesce(sum(sign * cents) FILTER (WHERE book_year = service_year), 0)::bigint AS reported_cents, count(DISTINCT source_id) AS bookings
FROM exchange.transfer WHERE kind = 'supply' AND (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system')
GROUP BY service_year, owner_id, recipient_id, category_id;
-- What is proposed or disputed, as one figure a year: for the confirmed share.
CREATE VIEW exchange.public_open_year AS
SELECT service_year, coalesce(sum(net_cents) FILTER (WHERE sign = 1), 0)::bigint AS open_cents, count(*) AS bookings
FROM exchange.booking WHERE state IN ('proposed', 'disputed') AND (SELECT kdnx.viewer_scope()) IN ('committee', 'office', 'audit', 'system')
GROUP BY service_year;

CREATE TABLE exchange.volume_rollup (
  definition text NOT NULL, service_year int NOT NULL, owner_id uuid NOT NULL, recipient_id uuid NOT NULL, category_id uuid NOT NULL, offering_id uuid NOT NULL,
  service_month int NOT NULL CONSTRAINT volume_rollup_month CHECK (service_month BETWEEN 1 AND 12), cents bigint NOT NULL,
  PRIMARY KEY (definition, service_year, owner_id, recipient_id, category_id, offering_id, service_month));
COMMENT ON TABLE exchange.volume_rollup IS 'R: the reported part of a closed year, written once at its close';
ALTER TABLE exchange.volume_rollup ENABLE ROW LEVEL SECURITY;
CREATE POLICY volume_rollup_read ON exchange.volume_rollup FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT ON exchange.volume, exchange.public_volume_year, exchange.public_open_year, exchange.volume_rollup TO kdnx_app;
