-- Remarks on a booking: the posted rows never change, what is said about them is added and never changed either (peers X28, X39).
CREATE TABLE exchange.annotation (
  owner_id uuid NOT NULL, booking_id uuid NOT NULL, id uuid NOT NULL, by_member uuid NOT NULL REFERENCES kdnx.member,
  is_shared boolean NOT NULL, text text NOT NULL CONSTRAINT annotation_text CHECK (length(trim(text)) BETWEEN 1 AND 1000),
  author uuid, created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, booking_id, id), FOREIGN KEY (owner_id, booking_id) REFERENCES exchange.booking (owner_id, id));
COMMENT ON TABLE exchange.annotation IS 'G A: what a house says of a booking, to itself or to both sides; the author by id alone';
ALTER TABLE exchange.annotation ENABLE ROW LEVEL SECURITY;
-- a house's own remark is read by that house and by audit; a shared one by whoever sees the booking
CREATE POLICY annotation_read ON exchange.annotation FOR SELECT USING ((SELECT kdnx.viewer_scope()) IN ('audit', 'system')
  OR by_member = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (is_shared AND EXISTS (SELECT 1 FROM exchange.booking b WHERE b.owner_id = annotation.owner_id AND b.id = annotation.booking_id)));
CREATE POLICY annotation_write ON exchange.annotation FOR INSERT WITH CHECK (by_member = ANY ((SELECT kdnx.viewer_members())::uuid[])
  AND EXISTS (SELECT 1 FROM exchange.booking b WHERE b.owner_id = annotation.owner_id AND b.id = annotation.booking_id));
GRANT SELECT, INSERT ON exchange.annotation TO kdnx_app;
