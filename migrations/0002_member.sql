-- Members of the alliance: legal bodies, their units, dated membership, the hub, succession (D11).
CREATE TABLE kdnx.member (
  id uuid PRIMARY KEY,
  code text NOT NULL CONSTRAINT member_code UNIQUE,
  name text NOT NULL CONSTRAINT member_name CHECK (length(trim(name)) BETWEEN 2 AND 200),
  short_name text NOT NULL,
  legal_form text NOT NULL CONSTRAINT member_legal_form CHECK (legal_form IN
    ('zweckverband', 'eigenbetrieb', 'aoer', 'gmbh', 'city_office', 'verein', 'genossenschaft', 'other')),
  legal_personality boolean NOT NULL,
  parent_member_id uuid REFERENCES kdnx.member,
  seat text NOT NULL,
  ags text CONSTRAINT member_ags CHECK (ags ~ '^[0-9]{8}$'),
  nuts3 text,
  inhabitants int CONSTRAINT member_inhabitants CHECK (inhabitants >= 0),
  inhabitants_as_of date,
  focus text NOT NULL DEFAULT '',
  vat_id text, iban text, lei text, website text,
  street text NOT NULL DEFAULT '', postal_code text NOT NULL DEFAULT '', email text NOT NULL DEFAULT '',
  state text NOT NULL CONSTRAINT member_state CHECK (state IN ('active', 'ended')),
  row_version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT member_parent_needed CHECK (legal_personality OR parent_member_id IS NOT NULL OR legal_form = 'city_office' OR legal_form = 'eigenbetrieb')
);
COMMENT ON TABLE kdnx.member IS 'R: one legal body (or the office of one) of the alliance';

CREATE TABLE kdnx.member_profile (
  member_id uuid NOT NULL REFERENCES kdnx.member, valid_from date NOT NULL,
  provider_level text NOT NULL CONSTRAINT member_profile_level CHECK (provider_level IN ('local', 'regional', 'supraregional')),
  entered_by uuid, PRIMARY KEY (member_id, valid_from));
CREATE TABLE kdnx.unit (
  id uuid PRIMARY KEY, member_id uuid NOT NULL REFERENCES kdnx.member, name text NOT NULL, kind text NOT NULL DEFAULT '',
  valid_from date NOT NULL, valid_to date, CONSTRAINT unit_term CHECK (valid_to IS NULL OR valid_to > valid_from));
CREATE TABLE kdnx.leitweg (
  member_id uuid NOT NULL REFERENCES kdnx.member, leitweg_id text NOT NULL, unit_id uuid REFERENCES kdnx.unit,
  valid_from date NOT NULL, PRIMARY KEY (member_id, leitweg_id));
CREATE TABLE kdnx.member_owner (
  member_id uuid NOT NULL REFERENCES kdnx.member, owner_name text NOT NULL, valid_from date NOT NULL,
  share numeric(7,4) CONSTRAINT member_owner_share CHECK (share > 0 AND share <= 100 AND share <> 'NaN'),
  is_private boolean NOT NULL DEFAULT false, PRIMARY KEY (member_id, owner_name, valid_from));
CREATE TABLE kdnx.membership (
  member_id uuid NOT NULL REFERENCES kdnx.member, valid_from date NOT NULL, valid_to date, reason text NOT NULL DEFAULT '',
  PRIMARY KEY (member_id, valid_from), CONSTRAINT membership_term CHECK (valid_to IS NULL OR valid_to > valid_from));
CREATE TABLE kdnx.tax_status (
  member_id uuid NOT NULL REFERENCES kdnx.member, valid_from date NOT NULL,
  regime text NOT NULL CONSTRAINT tax_status_regime CHECK (regime IN ('business', 'small_business', 'ustg_2_3_old', 'ustg_2b')),
  deducts_input boolean NOT NULL DEFAULT false, evidence text NOT NULL DEFAULT '', author uuid, reviewer uuid,
  PRIMARY KEY (member_id, valid_from), CONSTRAINT tax_status_four_eyes CHECK (reviewer IS NULL OR reviewer <> author));
CREATE TABLE kdnx.alliance (
  id int PRIMARY KEY CONSTRAINT alliance_one_row CHECK (id = 1), name text NOT NULL, short_name text NOT NULL,
  is_demo boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL);
CREATE TABLE kdnx.hub_term (
  member_id uuid NOT NULL REFERENCES kdnx.member, valid_from date NOT NULL, PRIMARY KEY (valid_from));
COMMENT ON TABLE kdnx.hub_term IS 'R: which member is the hub from when; the end is the next row (D11)';
CREATE TABLE kdnx.succession (
  id uuid PRIMARY KEY, predecessor_id uuid NOT NULL REFERENCES kdnx.member, successor_id uuid NOT NULL REFERENCES kdnx.member,
  effective_on date NOT NULL, kind text NOT NULL CONSTRAINT succession_kind CHECK (kind IN ('merger', 'takeover')),
  basis text NOT NULL, decided_by uuid, approved_by uuid, recorded_at timestamptz NOT NULL,
  CONSTRAINT succession_once UNIQUE (predecessor_id, effective_on),
  CONSTRAINT succession_other CHECK (predecessor_id <> successor_id),
  CONSTRAINT succession_four_eyes CHECK (approved_by IS NULL OR approved_by <> decided_by));
CREATE INDEX succession_successor ON kdnx.succession (successor_id);
CREATE TABLE kdnx.succession_plan (
  id uuid PRIMARY KEY, predecessor_id uuid NOT NULL REFERENCES kdnx.member, successor_id uuid NOT NULL REFERENCES kdnx.member,
  effective_on date NOT NULL, kind text NOT NULL CONSTRAINT succession_plan_kind CHECK (kind IN ('merger', 'takeover')),
  basis text NOT NULL, state text NOT NULL CONSTRAINT succession_plan_state CHECK (state IN ('proposed', 'carried_out', 'discarded')),
  proposed_by uuid NOT NULL, row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE INDEX member_sort ON kdnx.member (kdnx.sort_key(name));

GRANT SELECT, INSERT, UPDATE ON kdnx.member, kdnx.unit, kdnx.membership, kdnx.alliance, kdnx.succession_plan TO kdnx_app;
GRANT SELECT, INSERT ON kdnx.member_profile, kdnx.leitweg, kdnx.member_owner, kdnx.tax_status, kdnx.hub_term, kdnx.succession TO kdnx_app;
GRANT SELECT ON kdnx.member, kdnx.hub_term, kdnx.succession TO kdnx_ledger;

-- Who a member became in the end: succession chains followed to their last link.
CREATE VIEW kdnx.public_final_successor AS
WITH RECURSIVE chain AS (
  SELECT m.id AS member_id, m.id AS final_id, 0 AS depth FROM kdnx.member m
  UNION ALL
  SELECT c.member_id, s.successor_id, c.depth + 1 FROM chain c JOIN kdnx.succession s ON s.predecessor_id = c.final_id WHERE c.depth < 20)
SELECT DISTINCT ON (member_id) member_id, final_id FROM chain ORDER BY member_id, depth DESC;
CREATE VIEW kdnx.public_member AS
SELECT id, code, name, short_name, legal_form, legal_personality, seat, ags, nuts3, inhabitants, state, parent_member_id,
  vat_id, website, kdnx.sort_key(name) AS sort_key FROM kdnx.member;
CREATE VIEW kdnx.public_succession AS SELECT predecessor_id, successor_id, effective_on, kind FROM kdnx.succession;
CREATE VIEW kdnx.public_hub AS SELECT member_id, valid_from, lead(valid_from) OVER (ORDER BY valid_from) AS valid_to FROM kdnx.hub_term;
GRANT SELECT ON kdnx.public_final_successor, kdnx.public_member, kdnx.public_succession, kdnx.public_hub TO kdnx_app;
