-- Accepting an offer makes an order; a termination is a request that is answered (model.md 2, peers.md C15, C17, C18; D35).
CREATE TABLE exchange.acceptance (
  owner_id uuid NOT NULL, interest_owner_id uuid NOT NULL REFERENCES kdnx.member, interest_id uuid NOT NULL,
  order_id uuid NOT NULL, interest_number text NOT NULL, offer_n int NOT NULL CONSTRAINT acceptance_offer CHECK (offer_n >= 1), accepted_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, interest_owner_id, interest_id),
  FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id),
  CONSTRAINT acceptance_order_once UNIQUE (owner_id, order_id));
COMMENT ON TABLE exchange.acceptance IS 'G A: which order was made of which interest; the key makes it one';
CREATE INDEX acceptance_interest ON exchange.acceptance (interest_id);
CREATE INDEX acceptance_order ON exchange.acceptance (order_id);
ALTER TABLE exchange.acceptance ENABLE ROW LEVEL SECURITY;
CREATE POLICY acceptance_read ON exchange.acceptance FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = acceptance.owner_id AND o.id = acceptance.order_id));
CREATE POLICY acceptance_write ON exchange.acceptance FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('member', 'office')
  AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = acceptance.owner_id AND o.id = acceptance.order_id
    AND o.recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[])));
GRANT SELECT, INSERT ON exchange.acceptance TO kdnx_app;

CREATE TABLE exchange.termination (
  owner_id uuid NOT NULL, order_id uuid NOT NULL, n int NOT NULL,
  state text NOT NULL CONSTRAINT termination_state CHECK (state IN ('requested', 'confirmed', 'refused', 'withdrawn')),
  last_day date NOT NULL, by_member uuid NOT NULL REFERENCES kdnx.member, reason text NOT NULL, requested_at timestamptz NOT NULL, answer_due date NOT NULL,
  answered_by uuid REFERENCES kdnx.member, answered_at timestamptz, answer text NOT NULL DEFAULT '',
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, order_id, n), FOREIGN KEY (owner_id, order_id) REFERENCES exchange.service_order (owner_id, id),
  CONSTRAINT termination_answered CHECK ((state = 'requested') = (answered_at IS NULL)));
COMMENT ON TABLE exchange.termination IS 'G: a notice given and how it was answered; n is the row_version of the order it led to';
CREATE UNIQUE INDEX termination_one_open ON exchange.termination (owner_id, order_id) WHERE state = 'requested';
ALTER TABLE exchange.termination ENABLE ROW LEVEL SECURITY;
CREATE POLICY termination_read ON exchange.termination FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = termination.owner_id AND o.id = termination.order_id));
CREATE POLICY termination_new ON exchange.termination FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND by_member = ANY ((SELECT kdnx.viewer_members())::uuid[])
    AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = termination.owner_id AND o.id = termination.order_id)));
CREATE POLICY termination_answer ON exchange.termination FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member'
    AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = termination.owner_id AND o.id = termination.order_id)));
GRANT SELECT, INSERT ON exchange.termination TO kdnx_app;
GRANT UPDATE (state, answered_by, answered_at, answer, row_version, updated_at) ON exchange.termination TO kdnx_app;

-- notices given before this table was there
INSERT INTO exchange.termination (owner_id, order_id, n, state, last_day, by_member, reason, requested_at, answer_due, answered_by, answered_at, answer, created_at, updated_at)
SELECT o.owner_id, o.id, o.row_version, CASE WHEN o.terminated_on IS NULL THEN 'requested' ELSE 'confirmed' END, o.termination_on, o.termination_by,
  o.termination_reason, o.updated_at, (o.updated_at AT TIME ZONE 'Europe/Berlin')::date + 14,
  CASE WHEN o.terminated_on IS NOT NULL THEN CASE WHEN o.termination_by = o.owner_id THEN o.recipient_id ELSE o.owner_id END END,
  CASE WHEN o.terminated_on IS NOT NULL THEN o.updated_at END, '', o.updated_at, o.updated_at
FROM exchange.service_order o WHERE o.termination_by IS NOT NULL AND (o.state = 'active' AND o.terminated_on IS NULL OR o.terminated_on IS NOT NULL);
