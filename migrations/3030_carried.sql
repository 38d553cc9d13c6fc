-- What came out of a request in the catalogue, carried into a free demand (D16).
CREATE TABLE procurement.carried_request (
  owner_id uuid NOT NULL REFERENCES kdnx.member, response_id uuid NOT NULL, request_id uuid NOT NULL,
  request_number text NOT NULL, request_title text NOT NULL,
  outcome text NOT NULL CONSTRAINT carried_request_outcome CHECK (outcome IN ('chosen', 'none')),
  reason text NOT NULL, decided_at timestamptz NOT NULL, evidence_hash bytea NOT NULL,
  carried_by uuid, created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, response_id),
  CONSTRAINT carried_request_once UNIQUE (owner_id, request_id),
  FOREIGN KEY (owner_id, response_id) REFERENCES procurement.demand_response (owner_id, id));
COMMENT ON TABLE procurement.carried_request IS 'G A: the request a free demand came from, with the hash of its record';
CREATE TABLE procurement.carried_offer (
  owner_id uuid NOT NULL, response_id uuid NOT NULL, ordinal int NOT NULL CONSTRAINT carried_offer_ordinal CHECK (ordinal > 0),
  member_id uuid NOT NULL REFERENCES kdnx.member, member_name text NOT NULL, summary text NOT NULL, is_chosen boolean NOT NULL, reason text NOT NULL,
  offering_id uuid, offering_version int,
  PRIMARY KEY (owner_id, response_id, ordinal),
  FOREIGN KEY (owner_id, response_id) REFERENCES procurement.carried_request (owner_id, response_id));
COMMENT ON TABLE procurement.carried_offer IS 'G A: what members offered, and why it was not taken (D16)';
ALTER TABLE procurement.carried_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE procurement.carried_offer ENABLE ROW LEVEL SECURITY;
CREATE POLICY carried_request_read ON procurement.carried_request FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY carried_request_new ON procurement.carried_request FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY carried_offer_read ON procurement.carried_offer FOR SELECT USING (EXISTS (SELECT 1 FROM procurement.carried_request c
  WHERE c.owner_id = carried_offer.owner_id AND c.response_id = carried_offer.response_id));
CREATE POLICY carried_offer_new ON procurement.carried_offer FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) = 'system'
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT ON procurement.carried_request, procurement.carried_offer TO kdnx_app;
