-- Orders (Leistungsscheine): head, versions, legs, price schedule, tax decisions, approvals, steps (model.md 1.4, 2, 4).
CREATE TABLE exchange.service_order (
  owner_id uuid NOT NULL REFERENCES kdnx.member, id uuid NOT NULL,
  number text, recipient_id uuid NOT NULL REFERENCES kdnx.member,
  route text NOT NULL CONSTRAINT service_order_route CHECK (route IN ('hub', 'direct')),
  hub_id uuid REFERENCES kdnx.member,
  state text NOT NULL CONSTRAINT service_order_state CHECK (state IN ('draft', 'interest', 'coordinating', 'offered', 'reviewed',
    'approved_provider', 'approved_hub', 'approved', 'active', 'paused', 'notice_given', 'ended', 'transferred', 'withdrawn', 'declined')),
  current_version int NOT NULL,
  origin text NOT NULL CONSTRAINT service_order_origin CHECK (origin IN ('signed', 'legacy', 'succession')),
  offer_valid_until date,
  termination_on date, termination_by uuid REFERENCES kdnx.member, termination_reason text NOT NULL DEFAULT '', terminated_on date,
  continues_owner_id uuid, continues_id uuid,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  CONSTRAINT service_order_parties CHECK (owner_id <> recipient_id),
  CONSTRAINT service_order_hub CHECK ((route = 'hub') = (hub_id IS NOT NULL)),
  CONSTRAINT service_order_number CHECK (number IS NOT NULL OR state IN ('draft', 'withdrawn')),
  CONSTRAINT service_order_termination CHECK ((termination_on IS NULL) = (termination_by IS NULL)),
  CONSTRAINT service_order_continues CHECK ((continues_id IS NULL) = (continues_owner_id IS NULL)));
COMMENT ON TABLE exchange.service_order IS 'G V: one service one member gets from another; owner = provider; number unique among the not transferred';
CREATE UNIQUE INDEX service_order_number_once ON exchange.service_order (owner_id, number) WHERE state <> 'transferred';
CREATE UNIQUE INDEX service_order_continued_once ON exchange.service_order (owner_id, continues_owner_id, continues_id) WHERE continues_id IS NOT NULL;
CREATE INDEX service_order_recipient ON exchange.service_order (recipient_id, state);
CREATE INDEX service_order_state_of ON exchange.service_order (state);
CREATE INDEX service_order_lookup ON exchange.service_order (id);
CREATE INDEX service_order_by_number ON exchange.service_order (number);

CREATE TABLE exchange.order_version (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, version int NOT NULL CONSTRAINT order_version_first CHECK (version >= 1),
  offering_id uuid NOT NULL, offering_version int NOT NULL, category_id uuid NOT NULL, title text NOT NULL, activity_group text NOT NULL DEFAULT '',
  starts_on date NOT NULL, ends_on date, valid_from date NOT NULL,
  notice_months int NOT NULL CONSTRAINT order_version_notice CHECK (notice_months BETWEEN 0 AND 60),
  billing text NOT NULL CONSTRAINT order_version_billing CHECK (billing IN ('month', 'quarter', 'half', 'year', 'once', 'usage')),
  surcharge_pct numeric(7,4) NOT NULL CONSTRAINT order_version_surcharge_pct CHECK (surcharge_pct BETWEEN 0 AND 100 AND surcharge_pct <> 'NaN'),
  surcharge_fee_cents bigint NOT NULL CONSTRAINT order_version_surcharge_fee CHECK (surcharge_fee_cents >= 0),
  surcharge_rule_id uuid,
  silence text NOT NULL CONSTRAINT order_version_silence CHECK (silence IN ('escalate', 'expire', 'consent')),
  confirm_days int NOT NULL CONSTRAINT order_version_confirm_days CHECK (confirm_days BETWEEN 1 AND 365),
  legal_route text NOT NULL CONSTRAINT order_version_legal_route CHECK (legal_route IN ('open', 'inhouse_108_1', 'reverse_108_3', 'joint_108_4',
    'cooperation_108_6', 'public_law_agreement', 'task_transfer', 'tendered', 'below_threshold')),
  legal_reason text NOT NULL DEFAULT '', entrustment text NOT NULL DEFAULT '', em_snapshot jsonb,
  note text NOT NULL DEFAULT '', yearly_net_cents bigint NOT NULL CONSTRAINT order_version_yearly CHECK (yearly_net_cents >= 0),
  currency char(3) NOT NULL DEFAULT 'EUR' CONSTRAINT order_version_currency CHECK (currency = 'EUR'),
  author_id uuid, authored_by uuid NOT NULL REFERENCES kdnx.member, authored_at timestamptz NOT NULL,
  hash bytea NOT NULL CONSTRAINT order_version_hash CHECK (length(hash) = 32),
  PRIMARY KEY (owner_id, order_id, version),
  FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id),
  CONSTRAINT order_version_term CHECK (ends_on IS NULL OR ends_on >= starts_on),
  CONSTRAINT order_version_valid_from CHECK (valid_from >= starts_on));
COMMENT ON TABLE exchange.order_version IS 'G A: the terms; a version is in force from valid_from once its side recipient is in order_approval; ends_on is the last day, inclusive';
CREATE INDEX order_version_offering ON exchange.order_version (offering_id);

CREATE TABLE exchange.leg (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, version int NOT NULL, leg smallint NOT NULL CONSTRAINT leg_number CHECK (leg IN (1, 2)),
  supplier_id uuid NOT NULL REFERENCES kdnx.member, customer_id uuid NOT NULL REFERENCES kdnx.member,
  contract_ref text NOT NULL DEFAULT '', leitweg_id text NOT NULL DEFAULT '',
  PRIMARY KEY (owner_id, order_id, version, leg),
  FOREIGN KEY (owner_id, order_id, version) REFERENCES exchange.order_version (owner_id, order_id, version),
  CONSTRAINT leg_parties CHECK (supplier_id <> customer_id));
COMMENT ON TABLE exchange.leg IS 'G A: provider to hub and hub to recipient; one leg on the direct route';

CREATE TABLE exchange.schedule_line (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, version int NOT NULL, ordinal int NOT NULL,
  price_ordinal int, label text NOT NULL, unit text NOT NULL DEFAULT '',
  period text NOT NULL CONSTRAINT schedule_line_period CHECK (period IN ('once', 'month', 'quarter', 'half', 'year', 'usage')),
  quantity numeric(18,4) NOT NULL CONSTRAINT schedule_line_quantity CHECK (quantity >= 0 AND quantity <> 'NaN'),
  unit_price_micro bigint NOT NULL CONSTRAINT schedule_line_price CHECK (unit_price_micro >= 0),
  net_cents bigint NOT NULL CONSTRAINT schedule_line_net CHECK (net_cents >= 0),
  PRIMARY KEY (owner_id, order_id, version, ordinal),
  FOREIGN KEY (owner_id, order_id, version) REFERENCES exchange.order_version (owner_id, order_id, version));
COMMENT ON TABLE exchange.schedule_line IS 'G A: price items frozen from the pinned offering version; net_cents is for one period, leg 1';

CREATE TABLE exchange.order_approval (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, version int NOT NULL,
  side text NOT NULL CONSTRAINT order_approval_side CHECK (side IN ('legal', 'provider', 'hub', 'recipient')),
  member_id uuid NOT NULL REFERENCES kdnx.member, person_id uuid, author_id uuid,
  origin text NOT NULL CONSTRAINT order_approval_origin CHECK (origin IN ('signed', 'legacy', 'succession')),
  note text NOT NULL DEFAULT '', approved_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, order_id, version, side),
  FOREIGN KEY (owner_id, order_id, version) REFERENCES exchange.order_version (owner_id, order_id, version),
  CONSTRAINT order_approval_person CHECK (origin <> 'signed' OR person_id IS NOT NULL),
  CONSTRAINT order_approval_four_eyes CHECK (origin <> 'signed' OR person_id IS DISTINCT FROM author_id));
COMMENT ON TABLE exchange.order_approval IS 'G A: who signed a version for which side; the key makes it once';
CREATE UNIQUE INDEX order_approval_one_person ON exchange.order_approval (owner_id, order_id, version, person_id) WHERE origin = 'signed';

CREATE TABLE exchange.tax_decision (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, leg smallint NOT NULL CONSTRAINT tax_decision_leg CHECK (leg IN (1, 2)),
  valid_from date NOT NULL, version int NOT NULL CONSTRAINT tax_decision_first CHECK (version >= 1),
  tax_code text NOT NULL CONSTRAINT tax_decision_code CHECK (length(tax_code) BETWEEN 1 AND 20 AND position('|' IN tax_code) = 0),
  norm text NOT NULL DEFAULT '', reason text NOT NULL DEFAULT '', checklist jsonb NOT NULL DEFAULT '{}',
  origin text NOT NULL CONSTRAINT tax_decision_origin CHECK (origin IN ('signed', 'legacy', 'succession')),
  author_id uuid, reviewer_id uuid, decided_at timestamptz NOT NULL, review_on date,
  PRIMARY KEY (owner_id, order_id, leg, valid_from, version),
  FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id),
  CONSTRAINT tax_decision_four_eyes CHECK (reviewer_id IS NULL OR reviewer_id IS DISTINCT FROM author_id));
COMMENT ON TABLE exchange.tax_decision IS 'G A: tax case of a leg from a day on; counts once reviewed (or legacy, succession); code undecided = open';

CREATE TABLE exchange.order_counter (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, last_booking bigint NOT NULL CONSTRAINT order_counter_positive CHECK (last_booking >= 0),
  PRIMARY KEY (owner_id, order_id), FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id));
COMMENT ON TABLE exchange.order_counter IS 'G: last booking ordinal of an order; its row is the lock of proposing';

CREATE TABLE exchange.order_step (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, n int NOT NULL, event text NOT NULL, state text NOT NULL, version int NOT NULL,
  by_member uuid REFERENCES kdnx.member, reason text NOT NULL DEFAULT '', at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, order_id, n), FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id));
COMMENT ON TABLE exchange.order_step IS 'G A: what happened to an order, for both parties; n is the row_version it led to; persons are in audit and approvals';

ALTER TABLE exchange.service_order ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.order_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.leg ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.schedule_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.order_approval ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.tax_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.order_counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.order_step ENABLE ROW LEVEL SECURITY;
-- a draft is the recipient's own paper until it is submitted
CREATE POLICY service_order_read ON exchange.service_order FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) AND number IS NOT NULL));
CREATE POLICY service_order_write ON exchange.service_order FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
CREATE POLICY service_order_move ON exchange.service_order FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND (owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY order_version_read ON exchange.order_version FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_version.owner_id AND o.id = order_version.order_id));
CREATE POLICY order_version_write ON exchange.order_version FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND authored_by = ANY ((SELECT kdnx.viewer_members())::uuid[])
    AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_version.owner_id AND o.id = order_version.order_id)));
CREATE POLICY leg_read ON exchange.leg FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = leg.owner_id AND o.id = leg.order_id));
CREATE POLICY leg_write ON exchange.leg FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = leg.owner_id AND o.id = leg.order_id)));
CREATE POLICY schedule_line_read ON exchange.schedule_line FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = schedule_line.owner_id AND o.id = schedule_line.order_id));
CREATE POLICY schedule_line_write ON exchange.schedule_line FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = schedule_line.owner_id AND o.id = schedule_line.order_id)));
CREATE POLICY order_approval_read ON exchange.order_approval FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_approval.owner_id AND o.id = order_approval.order_id));
CREATE POLICY order_approval_sign ON exchange.order_approval FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND member_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
    AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_approval.owner_id AND o.id = order_approval.order_id)));
-- each party reads the decision of its own leg
CREATE POLICY tax_decision_read ON exchange.tax_decision FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.leg l WHERE l.owner_id = tax_decision.owner_id AND l.order_id = tax_decision.order_id AND l.leg = tax_decision.leg
    AND (l.supplier_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR l.customer_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY tax_decision_write ON exchange.tax_decision FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = tax_decision.owner_id AND o.id = tax_decision.order_id)));
CREATE POLICY order_counter_all ON exchange.order_counter USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_counter.owner_id AND o.id = order_counter.order_id)));
CREATE POLICY order_step_read ON exchange.order_step FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_step.owner_id AND o.id = order_step.order_id));
CREATE POLICY order_step_write ON exchange.order_step FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = order_step.owner_id AND o.id = order_step.order_id)));
GRANT SELECT, INSERT ON exchange.service_order, exchange.order_version, exchange.leg, exchange.schedule_line, exchange.order_approval,
  exchange.tax_decision, exchange.order_counter, exchange.order_step TO kdnx_app;
GRANT UPDATE (number, state, current_version, offer_valid_until, termination_on, termination_by, termination_reason, terminated_on, row_version, updated_at)
  ON exchange.service_order TO kdnx_app;
GRANT UPDATE (last_booking) ON exchange.order_counter TO kdnx_app;

-- An order with the terms of its current version and the names of its parties; shows what its reader may see.
CREATE VIEW exchange.order_row WITH (security_invoker = true) AS
SELECT o.owner_id, o.id, o.number, o.recipient_id, o.route, o.hub_id, o.state, o.current_version, o.origin, o.offer_valid_until, o.termination_on, o.termination_by,
  o.termination_reason, o.terminated_on, o.continues_owner_id, o.continues_id, o.row_version, o.created_at, o.updated_at,
  v.offering_id, v.offering_version, v.category_id, v.title, v.activity_group, v.starts_on, v.ends_on, v.valid_from, v.notice_months, v.billing, v.surcharge_pct,
  v.surcharge_fee_cents, v.surcharge_rule_id, v.silence, v.confirm_days, v.legal_route, v.legal_reason, v.entrustment, v.note, v.yearly_net_cents,
  v.author_id, v.authored_by, v.authored_at, v.hash, least(v.ends_on, o.terminated_on) AS runs_until,
  p.code AS provider_code, p.name AS provider_name, p.short_name AS provider_short, r.code AS recipient_code, r.name AS recipient_name, r.short_name AS recipient_short,
  h.code AS hub_code, h.short_name AS hub_short, c.code AS category_code, c.name AS category_name
FROM exchange.service_order o
JOIN exchange.order_version v ON v.owner_id = o.owner_id AND v.order_id = o.id AND v.version = o.current_version
JOIN kdnx.public_member p ON p.id = o.owner_id
JOIN kdnx.public_member r ON r.id = o.recipient_id
LEFT JOIN kdnx.public_member h ON h.id = o.hub_id
LEFT JOIN catalog.public_category c ON c.id = v.category_id;
GRANT SELECT ON exchange.order_row TO kdnx_app;

-- The codes both signatures rest on: a party signs with both legs' codes but reads the reasons of its own leg only.
-- One row for each (owner, order, day) given; nothing for an order the viewer is no party of.
CREATE FUNCTION exchange.tax_codes_on(owners uuid[], orders uuid[], days date[])
RETURNS TABLE (n bigint, owner_id uuid, order_id uuid, day date, code_1 text, code_2 text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT u.n, u.o, u.i, u.d, coalesce(t1.tax_code, 'undecided'), coalesce(CASE WHEN s.route = 'direct' THEN t1.tax_code ELSE t2.tax_code END, 'undecided')
  FROM unnest(owners, orders, days) WITH ORDINALITY u(o, i, d, n)
  JOIN exchange.service_order s ON s.owner_id = u.o AND s.id = u.i AND (kdnx.viewer_sees_all()
    OR s.owner_id = ANY (kdnx.viewer_members()) OR s.recipient_id = ANY (kdnx.viewer_members()))
  LEFT JOIN LATERAL (SELECT t.tax_code FROM exchange.tax_decision t WHERE t.owner_id = u.o AND t.order_id = u.i AND t.leg = 1 AND t.valid_from <= u.d
    AND (t.reviewer_id IS NOT NULL OR t.origin <> 'signed') ORDER BY t.valid_from DESC, t.version DESC LIMIT 1) t1 ON true
  LEFT JOIN LATERAL (SELECT t.tax_code FROM exchange.tax_decision t WHERE t.owner_id = u.o AND t.order_id = u.i AND t.leg = 2 AND t.valid_from <= u.d
    AND (t.reviewer_id IS NOT NULL OR t.origin <> 'signed') ORDER BY t.valid_from DESC, t.version DESC LIMIT 1) t2 ON true $$;
REVOKE ALL ON FUNCTION exchange.tax_codes_on(uuid[], uuid[], date[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exchange.tax_codes_on(uuid[], uuid[], date[]) TO kdnx_app;
