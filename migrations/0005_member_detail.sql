-- The usual VAT case of what a member supplies (UNTDID 5305: S taxed, E exempt, O outside scope); each order decides for itself.
ALTER TABLE kdnx.member ADD COLUMN tax_case text CONSTRAINT member_tax_case CHECK (tax_case IN ('S', 'E', 'O'));
CREATE OR REPLACE VIEW kdnx.public_member AS
SELECT id, code, name, short_name, legal_form, legal_personality, seat, ags, nuts3, inhabitants, state, parent_member_id,
  vat_id, website, kdnx.sort_key(name) AS sort_key, tax_case FROM kdnx.member;
CREATE VIEW kdnx.public_leitweg AS SELECT member_id, leitweg_id, valid_from FROM kdnx.leitweg;
GRANT SELECT ON kdnx.public_leitweg TO kdnx_app;
