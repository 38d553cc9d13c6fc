-- The catalogue: categories, offerings with immutable versions, audiences, prices and who uses what (model.md 1.2).
CREATE TABLE catalog.category (
  id uuid PRIMARY KEY,
  code text NOT NULL CONSTRAINT category_code UNIQUE CONSTRAINT category_code_form CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
  parent_id uuid REFERENCES catalog.category,
  name text NOT NULL CONSTRAINT category_name CHECK (length(trim(name)) BETWEEN 2 AND 120),
  description text NOT NULL DEFAULT '',
  position int NOT NULL DEFAULT 0,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT category_not_own_parent CHECK (parent_id <> id));
COMMENT ON TABLE catalog.category IS 'R: what kinds of offerings there are';
CREATE UNIQUE INDEX category_name_once ON catalog.category (kdnx.sort_key(name));
GRANT SELECT, INSERT, UPDATE ON catalog.category TO kdnx_app;

-- the ten categories of the volume report (domain.md 1.8); ids are kdnx.ids.named_id('category', code)
INSERT INTO catalog.category (id, code, name, description, position, created_at, updated_at) VALUES
  ('bb0157c7-e7ee-5f5d-8f79-36b7978e96ba', 'line_of_business', 'Fachverfahren-Betrieb', 'Betrieb und Pflege von Fachverfahren, zum Beispiel Einwohnerwesen, Soziales, Kfz', 10, '2026-01-01', '2026-01-01'),
  ('5affa976-2389-588d-a6ee-5799f0c5c22a', 'hosting', 'RZ/Hosting/Backup', 'Rechenzentrum, Server, Speicher, Datensicherung', 20, '2026-01-01', '2026-01-01'),
  ('cf8e9fa6-4fd4-59c8-ae3c-cf64c3386433', 'printing', 'Druck & Output', 'Zentraldruck, Kuvertierung, Versand, Scandienste', 30, '2026-01-01', '2026-01-01'),
  ('5d8b3e67-3c4b-50bd-bd78-97cee994bcdb', 'hr_finance', 'Personal/Finanzwesen', 'Abrechnung von Bezügen und Entgelt, Haushalt, Kasse', 40, '2026-01-01', '2026-01-01'),
  ('a79378db-ac13-5af8-aa6b-910f2830723a', 'geodata', 'Geo/ALKIS', 'Geodaten, Liegenschaftskataster, Kartendienste', 50, '2026-01-01', '2026-01-01'),
  ('5851d57e-5f7a-5888-bd7c-e7dc75497cab', 'portals', 'Portale/OZG/UDP', 'Online-Dienste, Serviceportale, urbane Datenplattformen', 60, '2026-01-01', '2026-01-01'),
  ('dfc7eb56-209d-5936-844a-b711e7ed6a96', 'security', 'Informationssicherheit', 'Sicherheitsbetrieb, Prüfungen, Beauftragte', 70, '2026-01-01', '2026-01-01'),
  ('b4bf0f7a-aa5b-570d-b82d-96b377c1f950', 'service_desk', 'Service-Desk/D115', 'Anwenderbetreuung, Behördennummer 115', 80, '2026-01-01', '2026-01-01'),
  ('87f96e40-8606-5e6a-b36f-df567c3b69ed', 'ai', 'KI-Plattform', 'Sprachmodelle, Assistenten, Auswertung', 90, '2026-01-01', '2026-01-01'),
  ('deb40c36-b95d-5c42-8b86-e2bea7e1ec1c', 'consulting', 'Beratung/Schulung', 'Beratung, Projektleitung, Schulungen', 100, '2026-01-01', '2026-01-01');

-- What a set of members may read of limited audiences: one word for everybody, one a member, level and region.
-- The day is the database's own: row security has no parameter to take it from.
CREATE FUNCTION catalog.audience_keys_of(members uuid[]) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT ARRAY['all'] || coalesce((SELECT array_agg(k) FROM kdnx.member m
    CROSS JOIN LATERAL (VALUES ('m:' || m.id::text), ('r:' || left(m.nuts3, 4)),
      ('l:' || (SELECT p.provider_level FROM kdnx.member_profile p WHERE p.member_id = m.id
        AND p.valid_from <= (now() AT TIME ZONE 'Europe/Berlin')::date ORDER BY p.valid_from DESC LIMIT 1))) AS x(k)
    WHERE m.id = ANY (members) AND k IS NOT NULL), '{}') $$;
-- Nobody (no scope set) holds no key at all.
CREATE FUNCTION catalog.viewer_keys() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN kdnx.viewer_scope() = '' THEN '{}'::text[] ELSE catalog.audience_keys_of(kdnx.viewer_members()) END $$;
-- Whom a set of audience keys reaches: for the change feed.
CREATE FUNCTION catalog.members_reached(keys text[]) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(m.id ORDER BY m.id), '{}') FROM kdnx.member m WHERE catalog.audience_keys_of(ARRAY[m.id]) && keys $$;

-- Folding for the search: small letters, ä and ae alike, ß as ss, everything else a space.
CREATE FUNCTION catalog.fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(replace(replace(replace(replace(translate(lower($1), 'äöüéèêáàâóòôúùûíìîçñÄÖÜ', 'aoueeeaaaooouuuiiicnaou'),
    'ß', 'ss'), 'ae', 'a'), 'oe', 'o'), 'ue', 'u'), '[^a-z0-9]+', ' ', 'g') $$;
-- German stems for inflected words, plain words for names and beginnings of words.
CREATE FUNCTION catalog.search_vector(title text, summary text, body text, names text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT setweight(to_tsvector('pg_catalog.german', catalog.fold(title)), 'A') || setweight(to_tsvector('pg_catalog.simple', catalog.fold(title)), 'A')
    || setweight(to_tsvector('pg_catalog.german', catalog.fold(summary)), 'B') || setweight(to_tsvector('pg_catalog.simple', catalog.fold(summary)), 'B')
    || setweight(to_tsvector('pg_catalog.german', catalog.fold(body)), 'C') || setweight(to_tsvector('pg_catalog.simple', catalog.fold(names)), 'D') $$;
-- Every word (or, with any_word, at least one) as its beginning or its stem; words without meaning do not count.
CREATE FUNCTION catalog.search_query(words text, any_word boolean) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(format('(''%s'':* | ''%s'':*)', w, stem[1]), CASE WHEN any_word THEN ' | ' ELSE ' & ' END), '')::tsquery
  FROM (SELECT w, ts_lexize('pg_catalog.german_stem', w) AS stem
        FROM regexp_split_to_table(trim(catalog.fold(left(words, 200))), ' ') AS w LIMIT 12) x
  WHERE w <> '' AND cardinality(stem) > 0 $$;

CREATE TABLE catalog.offering (
  id uuid PRIMARY KEY,
  owner_id uuid NOT NULL REFERENCES kdnx.member,
  number text NOT NULL CONSTRAINT offering_number UNIQUE,
  reference text NOT NULL CONSTRAINT offering_reference_form CHECK (length(trim(reference)) BETWEEN 1 AND 60),
  state text NOT NULL CONSTRAINT offering_state CHECK (state IN ('draft', 'in_review', 'published', 'suspended', 'retired')),
  state_reason text NOT NULL DEFAULT '',
  published_version int, draft_version int, draft_submitted boolean NOT NULL DEFAULT false,
  reconfirm_due date, reconfirm_warned_on date,
  successor_id uuid REFERENCES catalog.offering,
  -- the face: what lists show and search; of the published version, before the first publication of the draft
  category_id uuid NOT NULL REFERENCES catalog.category,
  title text NOT NULL CONSTRAINT offering_title CHECK (length(trim(title)) BETWEEN 3 AND 160),
  title_key text NOT NULL, summary text NOT NULL DEFAULT '',
  price_base text, price_per text, price_micro bigint,
  audience_keys text[] NOT NULL DEFAULT '{}',
  published_at timestamptz, search tsvector NOT NULL,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT offering_reference_once UNIQUE (owner_id, reference),
  CONSTRAINT offering_version_there CHECK (published_version IS NOT NULL OR draft_version IS NOT NULL),
  CONSTRAINT offering_published CHECK ((state IN ('draft', 'in_review')) = (published_version IS NULL)),
  CONSTRAINT offering_submitted CHECK (NOT draft_submitted OR draft_version IS NOT NULL),
  CONSTRAINT offering_not_own_successor CHECK (successor_id <> id));
COMMENT ON TABLE catalog.offering IS 'R V: head of an offering; its content lies in offering_version';
CREATE INDEX offering_owner ON catalog.offering (owner_id, state);
CREATE INDEX offering_facets ON catalog.offering (category_id, owner_id, price_base, state);
CREATE INDEX offering_title ON catalog.offering (state, title_key, id);
CREATE INDEX offering_search ON catalog.offering USING gin (search);
CREATE INDEX offering_reconfirm ON catalog.offering (reconfirm_due) WHERE state = 'published';

CREATE TABLE catalog.offering_version (
  offering_id uuid NOT NULL REFERENCES catalog.offering, version int NOT NULL CONSTRAINT offering_version_number CHECK (version >= 1),
  schema_version int NOT NULL DEFAULT 1,
  category_id uuid NOT NULL REFERENCES catalog.category,
  title text NOT NULL, summary text NOT NULL, description text NOT NULL, prerequisites text NOT NULL,
  attributes jsonb NOT NULL DEFAULT '{}', sla jsonb NOT NULL DEFAULT '{}', site text NOT NULL,
  protection_level text CONSTRAINT offering_version_protection CHECK (protection_level IN ('normal', 'high', 'very_high')),
  lead_time_days int CONSTRAINT offering_version_lead_time CHECK (lead_time_days BETWEEN 0 AND 1000),
  capacity text NOT NULL, notice_months int CONSTRAINT offering_version_notice CHECK (notice_months BETWEEN 0 AND 60),
  min_term_months int CONSTRAINT offering_version_term CHECK (min_term_months BETWEEN 0 AND 120),
  valid_from date, valid_to date, cpv text[] NOT NULL DEFAULT '{}', leika text[] NOT NULL DEFAULT '{}',
  audience_keys text[] NOT NULL DEFAULT '{}',
  origin text NOT NULL CONSTRAINT offering_version_origin CHECK (origin IN ('entered', 'imported')),
  author uuid, editors uuid[] NOT NULL DEFAULT '{}', submitted_by uuid, approver uuid, approved_at timestamptz,
  content_hash bytea NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (offering_id, version),
  CONSTRAINT offering_version_validity CHECK (valid_to > valid_from),
  CONSTRAINT offering_version_four_eyes CHECK (approver <> author AND NOT approver = ANY (editors) AND approver <> submitted_by),
  CONSTRAINT offering_version_approved CHECK (approved_at IS NULL OR approver IS NOT NULL OR origin = 'imported'));
COMMENT ON TABLE catalog.offering_version IS 'A once approved: row security lets nobody change a version with approved_at';

CREATE TABLE catalog.price_item (
  offering_id uuid NOT NULL, version int NOT NULL, ordinal int NOT NULL CONSTRAINT price_item_ordinal CHECK (ordinal BETWEEN 1 AND 40),
  label text NOT NULL DEFAULT '',
  kind text NOT NULL CONSTRAINT price_item_kind CHECK (kind IN ('one_off', 'recurring', 'usage', 'share', 'cost_recovery')),
  base text NOT NULL CONSTRAINT price_item_base CHECK (base IN ('inhabitant', 'workplace', 'user', 'case', 'page', 'hour', 'day', 'gb', 'device', 'flat', 'key')),
  per text NOT NULL CONSTRAINT price_item_per CHECK (per IN ('once', 'month', 'quarter', 'year', 'use')),
  unit_price_micro bigint CONSTRAINT price_item_amount CHECK (unit_price_micro >= 0),
  tier_mode text NOT NULL DEFAULT 'none' CONSTRAINT price_item_tier_mode CHECK (tier_mode IN ('none', 'graduated', 'slab')),
  tiers jsonb NOT NULL DEFAULT '[]', pro_rata text NOT NULL DEFAULT 'months' CONSTRAINT price_item_pro_rata CHECK (pro_rata IN ('days', 'months')),
  frozen_until date, index_clause text NOT NULL DEFAULT '', valid_from date,
  PRIMARY KEY (offering_id, version, ordinal),
  FOREIGN KEY (offering_id, version) REFERENCES catalog.offering_version,
  CONSTRAINT price_item_once CHECK ((kind = 'one_off') = (per = 'once')),
  CONSTRAINT price_item_priced CHECK (unit_price_micro IS NOT NULL OR kind IN ('share', 'cost_recovery')));
CREATE TABLE catalog.audience (
  offering_id uuid NOT NULL, version int NOT NULL, ordinal int NOT NULL CONSTRAINT audience_ordinal CHECK (ordinal BETWEEN 1 AND 10),
  kind text NOT NULL CONSTRAINT audience_kind CHECK (kind IN ('all', 'members', 'level', 'region', 'none')),
  member_ids uuid[] NOT NULL DEFAULT '{}', levels text[] NOT NULL DEFAULT '{}', regions text[] NOT NULL DEFAULT '{}',
  legal_basis text NOT NULL CONSTRAINT audience_legal_basis CHECK (legal_basis IN
    ('gwb_108_1', 'gwb_108_3', 'gwb_108_4', 'gwb_108_6', 'public_law_agreement', 'task_transfer', 'tendered', 'below_threshold')),
  tax_code text NOT NULL CONSTRAINT audience_tax_code CHECK (tax_code IN ('U19', 'F29', 'FX', 'N2B', 'NALT', 'KU', 'OPEN')),
  PRIMARY KEY (offering_id, version, ordinal),
  FOREIGN KEY (offering_id, version) REFERENCES catalog.offering_version,
  CONSTRAINT audience_named CHECK (CASE kind WHEN 'members' THEN cardinality(member_ids) > 0 WHEN 'level' THEN cardinality(levels) > 0
    WHEN 'region' THEN cardinality(regions) > 0 ELSE true END));
CREATE TABLE catalog.offering_contact (
  offering_id uuid NOT NULL REFERENCES catalog.offering, role text NOT NULL CONSTRAINT offering_contact_role CHECK (role IN ('lead', 'deputy', 'technical', 'contract')),
  name text NOT NULL, email text NOT NULL DEFAULT '', phone text NOT NULL DEFAULT '',
  PRIMARY KEY (offering_id, role));
COMMENT ON TABLE catalog.offering_contact IS 'R: not versioned, contacts change in running contracts';
CREATE TABLE catalog.offering_use (
  offering_id uuid NOT NULL REFERENCES catalog.offering, recipient_id uuid NOT NULL REFERENCES kdnx.member, valid_from date NOT NULL,
  owner_id uuid NOT NULL REFERENCES kdnx.member, valid_to date, opted_out boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL, PRIMARY KEY (offering_id, recipient_id, valid_from),
  CONSTRAINT offering_use_term CHECK (valid_to >= valid_from), CONSTRAINT offering_use_other CHECK (recipient_id <> owner_id));
CREATE INDEX offering_use_recipient ON catalog.offering_use (recipient_id);

-- Row security: the owner, the office and audit; others what was published for them.
ALTER TABLE catalog.offering ENABLE ROW LEVEL SECURITY;
CREATE POLICY offering_read ON catalog.offering FOR SELECT USING (
  (SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (published_version IS NOT NULL AND audience_keys && (SELECT catalog.viewer_keys())::text[]));
CREATE POLICY offering_new ON catalog.offering FOR INSERT WITH CHECK (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY offering_change ON catalog.offering FOR UPDATE USING (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.offering_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY offering_version_read ON catalog.offering_version FOR SELECT USING (EXISTS (
  SELECT 1 FROM catalog.offering o WHERE o.id = offering_id AND ((SELECT kdnx.viewer_sees_all()) OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
    OR (offering_version.approved_at IS NOT NULL AND offering_version.audience_keys && (SELECT catalog.viewer_keys())::text[]))));
CREATE POLICY offering_version_new ON catalog.offering_version FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM catalog.offering o WHERE o.id = offering_id
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
-- only what is not approved can still change: an approved version is what orders are pinned to
CREATE POLICY offering_version_change ON catalog.offering_version FOR UPDATE USING (approved_at IS NULL AND EXISTS (
  SELECT 1 FROM catalog.offering o WHERE o.id = offering_id
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])))) WITH CHECK (true);
ALTER TABLE catalog.price_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY price_item_read ON catalog.price_item FOR SELECT USING (EXISTS (
  SELECT 1 FROM catalog.offering_version v WHERE v.offering_id = price_item.offering_id AND v.version = price_item.version));
CREATE POLICY price_item_new ON catalog.price_item FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM catalog.offering_version v JOIN catalog.offering o ON o.id = v.offering_id
  WHERE v.offering_id = price_item.offering_id AND v.version = price_item.version AND v.approved_at IS NULL
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY price_item_drop ON catalog.price_item FOR DELETE USING (EXISTS (
  SELECT 1 FROM catalog.offering_version v JOIN catalog.offering o ON o.id = v.offering_id
  WHERE v.offering_id = price_item.offering_id AND v.version = price_item.version AND v.approved_at IS NULL
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
ALTER TABLE catalog.audience ENABLE ROW LEVEL SECURITY;
-- who else is in the audience is the owner's business; a reader learns legal basis and tax case of its own audience
CREATE POLICY audience_read ON catalog.audience FOR SELECT USING (EXISTS (
  SELECT 1 FROM catalog.offering_version v JOIN catalog.offering o ON o.id = v.offering_id
  WHERE v.offering_id = audience.offering_id AND v.version = audience.version
    AND ((SELECT kdnx.viewer_sees_all()) OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
      OR audience.kind = 'all' OR audience.member_ids && (SELECT kdnx.viewer_members())::uuid[]
      OR ARRAY(SELECT 'l:' || l FROM unnest(audience.levels) l UNION ALL SELECT 'r:' || r FROM unnest(audience.regions) r) && (SELECT catalog.viewer_keys())::text[])));
CREATE POLICY audience_new ON catalog.audience FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM catalog.offering_version v JOIN catalog.offering o ON o.id = v.offering_id
  WHERE v.offering_id = audience.offering_id AND v.version = audience.version AND v.approved_at IS NULL
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY audience_drop ON catalog.audience FOR DELETE USING (EXISTS (
  SELECT 1 FROM catalog.offering_version v JOIN catalog.offering o ON o.id = v.offering_id
  WHERE v.offering_id = audience.offering_id AND v.version = audience.version AND v.approved_at IS NULL
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
ALTER TABLE catalog.offering_contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY offering_contact_read ON catalog.offering_contact FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.offering o WHERE o.id = offering_id));
CREATE POLICY offering_contact_write ON catalog.offering_contact USING (EXISTS (
  SELECT 1 FROM catalog.offering o WHERE o.id = offering_id
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
ALTER TABLE catalog.offering_use ENABLE ROW LEVEL SECURITY;
CREATE POLICY offering_use_all ON catalog.offering_use USING ((SELECT kdnx.viewer_sees_all())
  OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]) OR recipient_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT, UPDATE ON catalog.offering, catalog.offering_version, catalog.offering_use TO kdnx_app;
GRANT SELECT, INSERT, DELETE ON catalog.price_item, catalog.audience TO kdnx_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.offering_contact TO kdnx_app;

-- Lists read through this view and not the table: under row security the full-text index could not be used.
CREATE VIEW catalog.visible_offering AS
SELECT id, owner_id, number, reference, state, state_reason, published_version, draft_version, draft_submitted, category_id, title, title_key, summary,
  price_base, price_per, price_micro, audience_keys, published_at, search, row_version, updated_at FROM catalog.offering
WHERE (SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (published_version IS NOT NULL AND audience_keys && (SELECT catalog.viewer_keys())::text[]);

-- How many members use an offering, told to whoever may see the offering; the names stay with the parties.
CREATE FUNCTION catalog.count_users(ids uuid[], on_day date) RETURNS TABLE (offering_id uuid, users int) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT u.offering_id, count(DISTINCT u.recipient_id)::int FROM catalog.offering_use u JOIN catalog.visible_offering o ON o.id = u.offering_id
  WHERE u.offering_id = ANY (ids) AND u.valid_from <= on_day AND (u.valid_to IS NULL OR u.valid_to > on_day) GROUP BY 1 $$;
REVOKE ALL ON FUNCTION catalog.count_users(uuid[], date) FROM PUBLIC;

-- The faces other domains read: what is published, audience applied.
CREATE VIEW catalog.public_category AS SELECT id, code, parent_id, name, position, kdnx.sort_key(name) AS sort_key FROM catalog.category;
CREATE VIEW catalog.public_offering AS
SELECT id, owner_id, number, reference, state, published_version AS version, category_id, title, title_key, summary, price_base, price_per, price_micro,
  published_at, search, row_version FROM catalog.visible_offering WHERE published_version IS NOT NULL;
CREATE VIEW catalog.public_offering_version AS
SELECT v.offering_id, v.version, o.owner_id, v.category_id, v.title, v.summary, v.description, v.sla, v.site, v.protection_level, v.lead_time_days,
  v.notice_months, v.min_term_months, v.valid_from, v.valid_to, v.cpv, v.approved_at, v.version = o.published_version AS is_current
FROM catalog.offering_version v JOIN catalog.visible_offering o ON o.id = v.offering_id
WHERE v.approved_at IS NOT NULL AND ((SELECT kdnx.viewer_sees_all()) OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR v.audience_keys && (SELECT catalog.viewer_keys())::text[]);
CREATE VIEW catalog.public_price_item AS
SELECT p.offering_id, p.version, p.ordinal, p.label, p.kind, p.base, p.per, p.unit_price_micro, p.tier_mode, p.tiers, p.pro_rata, p.frozen_until, p.index_clause, p.valid_from
FROM catalog.price_item p JOIN catalog.public_offering_version v ON v.offering_id = p.offering_id AND v.version = p.version;
GRANT SELECT ON catalog.visible_offering, catalog.public_category, catalog.public_offering, catalog.public_offering_version, catalog.public_price_item TO kdnx_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA catalog TO kdnx_app;
