-- A self-billed invoice loses its effect whenever the seller objects (§ 14 Abs. 2 UStG), after payment too; the day of settlement stays with it.
ALTER TABLE exchange.invoice DROP CONSTRAINT invoice_settled;
ALTER TABLE exchange.invoice ADD CONSTRAINT invoice_settled CHECK (CASE state WHEN 'settled' THEN settled_on IS NOT NULL WHEN 'objected' THEN true ELSE settled_on IS NULL END);

-- What a house files for the office alone as evidence of its contracts is read there by whoever reviews, manages or audits contracts.
CREATE FUNCTION kdnx.viewer_reads_evidence() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('kdnx.scope', true), '') IN ('audit', 'system') OR coalesce(current_setting('kdnx.evidence', true), '') = 'yes' $$;
GRANT EXECUTE ON FUNCTION kdnx.viewer_reads_evidence() TO kdnx_app;
DROP POLICY document_read ON kdnx.document;
-- sealed documents (bids before opening) are read by nobody: the opening changes their visibility first
CREATE POLICY document_read ON kdnx.document FOR SELECT USING (
  (SELECT kdnx.viewer_scope()) = 'system'
  OR (visibility = 'public' AND (SELECT kdnx.viewer_scope()) <> '')
  OR (visibility IN ('parties', 'office') AND owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))
  OR (visibility IN ('parties', 'office') AND (SELECT kdnx.viewer_sees_all()) AND (visibility = 'parties' OR (SELECT kdnx.viewer_reads_evidence())
    OR object_kind NOT IN ('declaration', 'cooperation', 'cooperation_year', 'order', 'self_billing')))
  OR (visibility = 'parties' AND party_ids && (SELECT kdnx.viewer_members())::uuid[]));
