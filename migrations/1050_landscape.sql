-- The landscape: which tasks there are, which product each member runs for them, and the standards of the working groups (model.md 1.2, 4).
CREATE TABLE catalog.capability (
  id uuid PRIMARY KEY,
  code text NOT NULL CONSTRAINT capability_code UNIQUE CONSTRAINT capability_code_form CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
  parent_id uuid REFERENCES catalog.capability,
  name text NOT NULL CONSTRAINT capability_name CHECK (length(trim(name)) BETWEEN 2 AND 120),
  description text NOT NULL DEFAULT '',
  target_level text CONSTRAINT capability_target_level CHECK (target_level IN ('central', 'regional', 'local')),
  position int NOT NULL DEFAULT 0,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT capability_not_own_parent CHECK (parent_id <> id));
COMMENT ON TABLE catalog.capability IS 'R: what members need applications for; two levels, a group and its tasks';
CREATE UNIQUE INDEX capability_name_once ON catalog.capability (kdnx.sort_key(name));

CREATE TABLE catalog.product (
  id uuid PRIMARY KEY,
  name text NOT NULL CONSTRAINT product_name CHECK (length(trim(name)) BETWEEN 2 AND 120),
  vendor text NOT NULL DEFAULT '' CONSTRAINT product_vendor CHECK (length(vendor) <= 120),
  added_by uuid NOT NULL REFERENCES kdnx.member,
  merged_into_id uuid REFERENCES catalog.product,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT product_not_own_merge CHECK (merged_into_id <> id));
COMMENT ON TABLE catalog.product IS 'R: what runs; a double points at the product that stays, what was declared is not rewritten';
CREATE UNIQUE INDEX product_name_once ON catalog.product (kdnx.sort_key(name), kdnx.sort_key(vendor));
CREATE INDEX product_merged ON catalog.product (merged_into_id) WHERE merged_into_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON catalog.capability, catalog.product TO kdnx_app;

-- Which task an offering serves, and with which product where its provider says so. Not versioned, as contacts.
CREATE TABLE catalog.offering_capability (
  offering_id uuid NOT NULL REFERENCES catalog.offering, capability_id uuid NOT NULL REFERENCES catalog.capability,
  product_id uuid REFERENCES catalog.product, created_at timestamptz NOT NULL,
  PRIMARY KEY (offering_id, capability_id));
COMMENT ON TABLE catalog.offering_capability IS 'R: seen by whoever sees the offering';
CREATE INDEX offering_capability_of ON catalog.offering_capability (capability_id);
ALTER TABLE catalog.offering_capability ENABLE ROW LEVEL SECURITY;
CREATE POLICY offering_capability_read ON catalog.offering_capability FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.offering o WHERE o.id = offering_id));
CREATE POLICY offering_capability_write ON catalog.offering_capability USING (EXISTS (
  SELECT 1 FROM catalog.offering o WHERE o.id = offering_id
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
GRANT SELECT, INSERT, DELETE ON catalog.offering_capability TO kdnx_app;

-- A row holds from valid_from until the next of the same member, task and product; mode NULL = no longer used.
CREATE TABLE catalog.application_use (
  owner_id uuid NOT NULL REFERENCES kdnx.member, capability_id uuid NOT NULL REFERENCES catalog.capability,
  product_id uuid NOT NULL REFERENCES catalog.product, valid_from date NOT NULL,
  mode text CONSTRAINT application_use_mode CHECK (mode IN ('own', 'from_member', 'market')),
  from_member_id uuid REFERENCES kdnx.member,
  users int CONSTRAINT application_use_users CHECK (users BETWEEN 0 AND 10000000),
  yearly_cents bigint CONSTRAINT application_use_cost CHECK (yearly_cents BETWEEN 0 AND 100000000000),
  used_since date, contract_end date,
  declared_by uuid, row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, capability_id, product_id, valid_from),
  CONSTRAINT application_use_from CHECK ((mode IS NOT DISTINCT FROM 'from_member') = (from_member_id IS NOT NULL)),
  CONSTRAINT application_use_other CHECK (from_member_id <> owner_id),
  CONSTRAINT application_use_ended CHECK (mode IS NOT NULL OR (users IS NULL AND yearly_cents IS NULL AND contract_end IS NULL)));
COMMENT ON TABLE catalog.application_use IS 'G: what a member runs for a task; the cost is for the own house, office and audit';
CREATE INDEX application_use_capability ON catalog.application_use (capability_id);
ALTER TABLE catalog.application_use ENABLE ROW LEVEL SECURITY;
CREATE POLICY application_use_read ON catalog.application_use FOR SELECT USING (
  (SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY application_use_new ON catalog.application_use FOR INSERT WITH CHECK (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY application_use_change ON catalog.application_use FOR UPDATE USING (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT, UPDATE ON catalog.application_use TO kdnx_app;

CREATE TABLE catalog.application_report (
  owner_id uuid PRIMARY KEY REFERENCES kdnx.member, confirmed_on date NOT NULL, confirmed_by uuid, reminded_on date,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
COMMENT ON TABLE catalog.application_report IS 'G: when a member last said that its declarations are complete';
CREATE INDEX application_report_due ON catalog.application_report (confirmed_on) WHERE reminded_on IS NULL;
ALTER TABLE catalog.application_report ENABLE ROW LEVEL SECURITY;
CREATE POLICY application_report_read ON catalog.application_report FOR SELECT USING ((SELECT kdnx.viewer_scope()) <> '');
CREATE POLICY application_report_new ON catalog.application_report FOR INSERT WITH CHECK (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY application_report_change ON catalog.application_report FOR UPDATE USING (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT, UPDATE ON catalog.application_report TO kdnx_app;

-- What everybody signed in may read of the declarations: everything but the cost; doubles of products resolved.
CREATE VIEW catalog.public_application AS
SELECT u.owner_id, u.capability_id, coalesce(p.merged_into_id, p.id) AS product_id, u.valid_from, u.mode, u.from_member_id, u.users,
  u.used_since, u.contract_end,
  lead(u.valid_from) OVER (PARTITION BY u.owner_id, u.capability_id, u.product_id ORDER BY u.valid_from) AS valid_to
FROM catalog.application_use u JOIN catalog.product p ON p.id = u.product_id WHERE (SELECT kdnx.viewer_scope()) <> '';
GRANT SELECT ON catalog.public_application TO kdnx_app;

-- Cost as sums from at least three members (model.md 4), of what is run in the own house or bought on the market and has cost and users.
-- Only this one sum is told, and the sum of the cheapest three only where nobody is left alone: all of them, or at least three others.
-- Whoever sees no single cost cannot choose the least number of users: by trying numbers the sums would give away single houses.
CREATE FUNCTION catalog.application_cost(on_day date, wanted_users int) RETURNS TABLE (capability_id uuid, members int, cents bigint, users bigint,
  best_members int, best_cents bigint, best_users bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
WITH lower_limit AS (SELECT CASE WHEN kdnx.viewer_sees_all() AND wanted_users IS NOT NULL THEN wanted_users ELSE coalesce((
    SELECT (r.value ->> 'users')::int FROM kdnx.public_rule r WHERE r.kind = 'consolidation' AND r.key = 'comparable' AND r.valid_from <= on_day
    ORDER BY r.valid_from DESC LIMIT 1), 0) END AS n),
now_used AS (SELECT DISTINCT ON (u.owner_id, u.capability_id, u.product_id) u.* FROM catalog.application_use u
  WHERE u.valid_from <= on_day AND kdnx.viewer_scope() <> '' ORDER BY u.owner_id, u.capability_id, u.product_id, u.valid_from DESC),
house AS (SELECT u.capability_id, u.owner_id, sum(u.yearly_cents)::bigint AS cents, sum(u.users)::bigint AS users FROM now_used u
  WHERE u.mode IN ('own', 'market') AND u.yearly_cents IS NOT NULL AND u.users > 0 GROUP BY 1, 2),
ranked AS (SELECT h.*, h.users >= l.n AS fits, row_number() OVER (PARTITION BY h.capability_id, h.users >= l.n ORDER BY h.cents::numeric / h.users, h.owner_id) AS place
  FROM house h CROSS JOIN lower_limit l),
told AS (SELECT capability_id, count(*)::int AS members, sum(cents)::bigint AS cents, sum(users)::bigint AS users, count(*) FILTER (WHERE fits)::int AS fitting
  FROM ranked GROUP BY 1 HAVING count(*) >= 3),
size AS (SELECT t.*, CASE WHEN fitting >= 3 AND members - 3 >= 3 THEN 3 WHEN fitting >= 3 AND fitting = members THEN members ELSE 0 END AS best FROM told t)
SELECT s.capability_id, s.members, s.cents, s.users, nullif(s.best, 0), sum(r.cents)::bigint, sum(r.users)::bigint
FROM size s LEFT JOIN ranked r ON r.capability_id = s.capability_id AND r.fits AND r.place <= s.best GROUP BY 1, 2, 3, 4, 5 $$;
REVOKE ALL ON FUNCTION catalog.application_cost(date, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.application_cost(date, int) TO kdnx_app;

-- Standards (Arbeitskreis-Empfehlungen): a head and its versions; an adopted text never changes, its hash proves it.
CREATE TABLE catalog.standard (
  id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES kdnx.member,
  working_group text NOT NULL CONSTRAINT standard_working_group CHECK (length(trim(working_group)) BETWEEN 3 AND 120),
  current_version int, draft_version int, title text NOT NULL,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT standard_version_there CHECK (current_version IS NOT NULL OR draft_version IS NOT NULL));
COMMENT ON TABLE catalog.standard IS 'R V: a recommendation of a working group; current_version is the newest adopted one, also after it was withdrawn';
CREATE TABLE catalog.standard_version (
  standard_id uuid NOT NULL REFERENCES catalog.standard, version int NOT NULL CONSTRAINT standard_version_number CHECK (version >= 1),
  state text NOT NULL CONSTRAINT standard_version_state CHECK (state IN ('draft', 'adopted', 'superseded', 'withdrawn')),
  title text NOT NULL CONSTRAINT standard_version_title CHECK (length(trim(title)) BETWEEN 3 AND 160),
  text text NOT NULL DEFAULT '', change_note text NOT NULL DEFAULT '',
  binding text NOT NULL CONSTRAINT standard_version_binding CHECK (binding IN ('recommended', 'agreed', 'mandatory')),
  valid_from date, review_on date, reminded_on date,
  author uuid, editors uuid[] NOT NULL DEFAULT '{}', submitted_at timestamptz,
  adopter uuid, adopted_at timestamptz, content_hash bytea, state_reason text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (standard_id, version),
  CONSTRAINT standard_version_four_eyes CHECK (adopter <> author AND NOT adopter = ANY (editors)),
  CONSTRAINT standard_version_adopted CHECK ((state = 'draft') = (adopted_at IS NULL) AND (adopted_at IS NULL) = (adopter IS NULL)
    AND (adopted_at IS NULL) = (content_hash IS NULL)),
  CONSTRAINT standard_version_dates CHECK (state = 'draft' OR (valid_from IS NOT NULL AND review_on > valid_from)));
CREATE INDEX standard_version_review ON catalog.standard_version (review_on) WHERE state = 'adopted' AND reminded_on IS NULL;
CREATE FUNCTION catalog.standard_hash(title text, text text, binding text, valid_from date, review_on date) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(convert_to(concat_ws('|', title, text, binding, valid_from - date '2000-01-01', review_on - date '2000-01-01'), 'UTF8')) $$;
CREATE TABLE catalog.standard_link (
  standard_id uuid NOT NULL, version int NOT NULL,
  object_kind text NOT NULL CONSTRAINT standard_link_kind CHECK (object_kind IN ('capability', 'offering', 'demand_line', 'lot')),
  object_id uuid NOT NULL, owner_id uuid NOT NULL REFERENCES kdnx.member,
  conforms boolean NOT NULL DEFAULT true, deviation_reason text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (standard_id, object_kind, object_id),
  FOREIGN KEY (standard_id, version) REFERENCES catalog.standard_version,
  CONSTRAINT standard_link_reason CHECK (conforms = (deviation_reason = '') AND (conforms OR length(trim(deviation_reason)) BETWEEN 10 AND 1000)));
COMMENT ON TABLE catalog.standard_link IS 'R: which version an object states, and why it deviates; seen by whoever sees the object';
CREATE INDEX standard_link_object ON catalog.standard_link (object_kind, object_id);

ALTER TABLE catalog.standard ENABLE ROW LEVEL SECURITY;
CREATE POLICY standard_read ON catalog.standard FOR SELECT USING ((SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (current_version IS NOT NULL AND (SELECT kdnx.viewer_scope()) <> ''));
CREATE POLICY standard_new ON catalog.standard FOR INSERT WITH CHECK (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
CREATE POLICY standard_change ON catalog.standard FOR UPDATE USING (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
ALTER TABLE catalog.standard_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY standard_version_read ON catalog.standard_version FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.standard s WHERE s.id = standard_id
  AND (standard_version.state <> 'draft' OR (SELECT kdnx.viewer_sees_all()) OR s.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY standard_version_new ON catalog.standard_version FOR INSERT WITH CHECK (EXISTS (SELECT 1 FROM catalog.standard s WHERE s.id = standard_id
  AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR s.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY standard_version_change ON catalog.standard_version FOR UPDATE USING (EXISTS (SELECT 1 FROM catalog.standard s WHERE s.id = standard_id
  AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR s.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
ALTER TABLE catalog.standard_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY standard_link_read ON catalog.standard_link FOR SELECT USING ((SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (object_kind = 'capability' AND (SELECT kdnx.viewer_scope()) <> '')
  OR (object_kind = 'offering' AND EXISTS (SELECT 1 FROM catalog.offering o WHERE o.id = object_id)));
CREATE POLICY standard_link_write ON catalog.standard_link USING (
  (SELECT kdnx.viewer_scope()) IN ('office', 'system') OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]));
GRANT SELECT, INSERT, UPDATE ON catalog.standard, catalog.standard_version TO kdnx_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.standard_link TO kdnx_app;
GRANT EXECUTE ON FUNCTION catalog.standard_hash(text, text, text, date, date) TO kdnx_app;

-- The faces other domains read: tasks, and every version that ever was adopted.
CREATE VIEW catalog.public_capability AS SELECT id, code, parent_id, name, position, kdnx.sort_key(name) AS sort_key FROM catalog.capability;
CREATE VIEW catalog.public_standard AS
SELECT v.standard_id AS id, v.version, s.working_group, v.title, v.binding, v.state, v.valid_from, v.review_on, v.version = s.current_version AS is_current
FROM catalog.standard_version v JOIN catalog.standard s ON s.id = v.standard_id WHERE v.state <> 'draft' AND (SELECT kdnx.viewer_scope()) <> '';
GRANT SELECT ON catalog.public_capability, catalog.public_standard TO kdnx_app;

-- What the estimate of a consolidation assumes; each with its source, the alliance enters its own with a date.
INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('consolidation', 'saving_share', '2026-01-01', 1, '{"low_pct": "4.5", "high_pct": "35"}', 'Veröffentlichte Beobachtung: gemeinsame Rahmenverträge für Arbeitsplatzgeräte sparten 4,5 bis 35 %. Ob das für Fachverfahren gilt, ist nicht belegt.'),
  ('consolidation', 'comparable', '2026-01-01', 1, '{"users": 100}', 'Annahme ohne veröffentlichte Quelle: kleinere Betriebe taugen nicht als Vergleich.'),
  ('consolidation', 'migration', '2026-01-01', 1, '{"cents": 2500000}', 'Annahme ohne veröffentlichte Quelle, netto je umstellendem Haus; der Verbund trägt seinen Erfahrungswert mit Datum ein.'),
  ('consolidation', 'process', '2026-01-01', 1, '{"procedures": 1, "cents": 500000}', 'Annahme ohne veröffentlichte Quelle, netto je vermiedenem Vergabeverfahren.'),
  ('consolidation', 'horizon', '2026-01-01', 1, '{"years": 4}', 'Üblicher Zeitraum: Rahmenvereinbarungen laufen in der Regel höchstens vier Jahre (§ 21 Abs. 6 VgV).');

-- The tasks every municipality has; ids are kdnx.ids.named_id('capability', code).
INSERT INTO catalog.capability (id, code, parent_id, name, description, target_level, position, created_at, updated_at) VALUES
  ('920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'citizens', NULL, 'Bürgerdienste', 'Was Bürgerinnen und Bürger am Schalter und im Netz brauchen', NULL, 1000, '2026-01-01', '2026-01-01'),
  ('d9d37e39-0e71-5030-aede-aa6d51771724', 'resident_register', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Einwohnermeldewesen', 'Meldeauskunft, Pässe, Ausweise', NULL, 1010, '2026-01-01', '2026-01-01'),
  ('f1eaedb5-67ab-539f-b444-694c51d46200', 'civil_status', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Personenstandswesen', 'Geburten, Ehen, Sterbefälle; elektronisches Register', NULL, 1020, '2026-01-01', '2026-01-01'),
  ('85ebb5f7-fa78-576c-870d-c8918edf4b66', 'vehicle_registration', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Kfz-Zulassung', 'Zulassung, i-Kfz, Wunschkennzeichen', NULL, 1030, '2026-01-01', '2026-01-01'),
  ('1f053cdc-ec95-5463-bca2-7d6393f680c1', 'driving_licence', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Führerscheinwesen', 'Erteilung, Umtausch, Entzug', NULL, 1040, '2026-01-01', '2026-01-01'),
  ('046955d3-ac48-56c8-a485-5fc319c6d170', 'foreigners', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Ausländerwesen', 'Aufenthalt, elektronischer Aufenthaltstitel', NULL, 1050, '2026-01-01', '2026-01-01'),
  ('861beaf4-2522-5aee-92ab-323af411fd3b', 'elections', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Wahlen und Abstimmungen', 'Wählerverzeichnis, Ergebnis, Wahlhelfer', NULL, 1060, '2026-01-01', '2026-01-01'),
  ('476134e7-f348-53f0-8dca-131aa21acea7', 'appointments', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Terminvergabe und Aufruf', 'Termine online und im Haus', NULL, 1070, '2026-01-01', '2026-01-01'),
  ('949afa0a-620d-56ea-a2ce-e66fff1e61c7', 'cemetery', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Friedhofswesen', 'Grabstellen, Nutzungsrechte, Gebühren', NULL, 1080, '2026-01-01', '2026-01-01'),
  ('9a9dd969-43da-5d81-a51f-f7302e3dfea3', 'library', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Bibliothek', 'Ausleihe, Katalog, Onleihe', NULL, 1090, '2026-01-01', '2026-01-01'),
  ('98e9eb25-af73-552e-bd56-1e9ca4be5dd3', 'cultural_venues', '920914aa-fc1b-5ccd-a944-ffc0e0f4a645', 'Musikschule und Volkshochschule', 'Kurse, Anmeldungen, Entgelte', NULL, 1100, '2026-01-01', '2026-01-01'),
  ('7aea8886-ea14-5efb-bfaa-909bcb3b8f90', 'order', NULL, 'Sicherheit und Ordnung', 'Ordnungsbehörden, Feuerwehr, Rettung', NULL, 2000, '2026-01-01', '2026-01-01'),
  ('9b8fdaa1-9d81-55c6-bc56-c9cb13b62107', 'trade_register', '7aea8886-ea14-5efb-bfaa-909bcb3b8f90', 'Gewerbewesen', 'Gewerbeanzeigen und Erlaubnisse', NULL, 2010, '2026-01-01', '2026-01-01'),
  ('4675b195-7323-593f-8208-57425c4267e2', 'regulatory_offences', '7aea8886-ea14-5efb-bfaa-909bcb3b8f90', 'Ordnungswidrigkeiten', 'Verwarn- und Bußgeldverfahren', NULL, 2020, '2026-01-01', '2026-01-01'),
  ('33f36d57-9896-58ef-ade8-31080afcfd86', 'public_order', '7aea8886-ea14-5efb-bfaa-909bcb3b8f90', 'Allgemeine Gefahrenabwehr', 'Außendienst, Jagd- und Waffenrecht, Fundsachen', NULL, 2030, '2026-01-01', '2026-01-01'),
  ('6c150aa2-1fcb-54ee-b393-e3fb0e6d0f8c', 'parking', '7aea8886-ea14-5efb-bfaa-909bcb3b8f90', 'Parken und Bewohnerparken', 'Ausweise, Überwachung, Handyparken', NULL, 2040, '2026-01-01', '2026-01-01'),
  ('537a3696-057a-586c-8eda-0966f1c1d44f', 'fire_brigade', '7aea8886-ea14-5efb-bfaa-909bcb3b8f90', 'Feuerwehr und Leitstelle', 'Einsatzleitung, Einsatzberichte, Geräte', NULL, 2050, '2026-01-01', '2026-01-01'),
  ('22a52eca-12c6-5aa2-baaa-975c8db6ae3b', 'civil_protection', '7aea8886-ea14-5efb-bfaa-909bcb3b8f90', 'Katastrophenschutz', 'Stabsarbeit, Warnung, Kräfteverwaltung', NULL, 2060, '2026-01-01', '2026-01-01'),
  ('ae4097c2-91a7-5be4-947f-2534908f22ab', 'food_safety', '7aea8886-ea14-5efb-bfaa-909bcb3b8f90', 'Lebensmittel- und Veterinärüberwachung', 'Betriebe, Kontrollen, Proben', NULL, 2070, '2026-01-01', '2026-01-01'),
  ('8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'social', NULL, 'Soziales, Jugend und Bildung', 'Leistungen und Betreuung', NULL, 3000, '2026-01-01', '2026-01-01'),
  ('ede1e063-58dd-532a-bd26-b4a4a5616958', 'social_assistance', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Sozialhilfe', 'SGB XII und Asylbewerberleistungen', NULL, 3010, '2026-01-01', '2026-01-01'),
  ('db38560c-8b90-53d8-8389-f7451fe5ea19', 'basic_income', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Grundsicherung für Arbeitsuchende', 'Jobcenter in kommunaler Trägerschaft (SGB II)', NULL, 3020, '2026-01-01', '2026-01-01'),
  ('7c9736ef-1875-50f6-adc7-2e157ee819dd', 'youth_office', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Jugendamt', 'Hilfen, Beistandschaft, wirtschaftliche Jugendhilfe', NULL, 3030, '2026-01-01', '2026-01-01'),
  ('709ebd03-985e-56fb-90ff-5e14b8421d97', 'maintenance_advance', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Unterhaltsvorschuss', 'Bewilligung und Rückgriff', NULL, 3040, '2026-01-01', '2026-01-01'),
  ('f7ef62b4-5fcd-5c00-9f01-06a66ca630fd', 'housing_benefit', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Wohngeld', 'Antrag, Bewilligung, Zahlung', NULL, 3050, '2026-01-01', '2026-01-01'),
  ('6b659132-dfef-59a9-953e-42d5a2955d8b', 'care_inclusion', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Eingliederungshilfe und Pflege', 'Hilfe- und Teilhabeplanung', NULL, 3060, '2026-01-01', '2026-01-01'),
  ('ab25768f-984e-5369-abae-1a6b63438a6a', 'daycare', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Kita und Elternbeiträge', 'Platzvergabe, Beiträge, Meldungen', NULL, 3070, '2026-01-01', '2026-01-01'),
  ('9ec9bb09-0edd-5880-a78e-69c4d6ee0856', 'schools', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Schulverwaltung', 'Schülerdaten, Anmeldung, Statistik', NULL, 3080, '2026-01-01', '2026-01-01'),
  ('0647f706-71cc-5901-bae2-98b00757f685', 'school_it', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Schul-IT', 'Lernplattform, Geräte, Verzeichnisdienst der Schulen', NULL, 3090, '2026-01-01', '2026-01-01'),
  ('bdffb78f-f709-53e8-92f6-bfdc498610ff', 'public_health', '8bfdaaca-c9c1-5c3c-989b-5cc68498ef45', 'Gesundheitsamt', 'Infektionsschutz, Untersuchungen', NULL, 3100, '2026-01-01', '2026-01-01'),
  ('16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'building', NULL, 'Planen, Bauen und Umwelt', 'Boden, Gebäude, Verkehr, Umwelt', NULL, 4000, '2026-01-01', '2026-01-01'),
  ('a96a9d49-90f3-565f-b096-c336b554cd40', 'building_control', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Bauaufsicht', 'Baugenehmigung, Beteiligung, Bauakte', NULL, 4010, '2026-01-01', '2026-01-01'),
  ('a6dfe670-d36f-56d9-907b-6ba2e92ca193', 'cadastre', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Liegenschaftskataster', 'ALKIS-Führung und Abgabe', NULL, 4020, '2026-01-01', '2026-01-01'),
  ('ede7fac1-47a9-5f31-ae36-325e9cadef30', 'geodata', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Geodaten', 'Geoportal, Dienste, 3D-Modelle', NULL, 4030, '2026-01-01', '2026-01-01'),
  ('b88722a1-667b-5c7f-8064-1ae297aabcb5', 'urban_planning', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Bauleitplanung', 'XPlanung, Beteiligung', NULL, 4040, '2026-01-01', '2026-01-01'),
  ('0944503a-9a18-5e40-adb2-ef2e35891102', 'properties', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Liegenschaften und Gebäude', 'Flächen, Verträge, Gebäudewirtschaft', NULL, 4050, '2026-01-01', '2026-01-01'),
  ('5c199148-7d82-50fc-a702-6e7864b4c0ab', 'roads', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Straßen und Verkehr', 'Straßendatenbank, Anordnungen, Sondernutzung', NULL, 4060, '2026-01-01', '2026-01-01'),
  ('fa3ac3a3-97c7-5256-a503-595707632a9b', 'environment', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Umwelt und Naturschutz', 'Altlasten, Wasser, Immissionen', NULL, 4070, '2026-01-01', '2026-01-01'),
  ('2b3ff134-678d-5e64-876c-eab5c744bc7e', 'waste', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Abfall und Gebühren', 'Behälter, Touren, Gebühren', NULL, 4080, '2026-01-01', '2026-01-01'),
  ('e7ec774f-55eb-582d-ae2b-f8ba677660a7', 'depot', '16112fa8-4b02-5d16-a8e1-d21e0521f53c', 'Bauhof und Grünflächen', 'Aufträge, Baumkataster, Spielplätze', NULL, 4090, '2026-01-01', '2026-01-01'),
  ('f2d092e2-e129-556b-a0af-e595f37df027', 'finance', NULL, 'Finanzen', 'Haushalt, Kasse, Abgaben', NULL, 5000, '2026-01-01', '2026-01-01'),
  ('63c2f743-d530-5039-90e8-c4483ee1b962', 'accounting', 'f2d092e2-e129-556b-a0af-e595f37df027', 'Finanzwesen (HKR)', 'Haushalt, Kasse, Rechnungswesen nach NKF', NULL, 5010, '2026-01-01', '2026-01-01'),
  ('fa6d2184-6a37-5787-a69a-0c05b3dead20', 'taxes', 'f2d092e2-e129-556b-a0af-e595f37df027', 'Steuern und Abgaben', 'Grundsteuer, Gewerbesteuer, Hundesteuer', NULL, 5020, '2026-01-01', '2026-01-01'),
  ('11ffaa8a-069f-5b95-9ed2-fa1b5ed30a29', 'enforcement', 'f2d092e2-e129-556b-a0af-e595f37df027', 'Vollstreckung', 'Innen- und Außendienst', NULL, 5030, '2026-01-01', '2026-01-01'),
  ('a2d04792-566a-59b8-a3e0-9d4e55241219', 'e_invoice', 'f2d092e2-e129-556b-a0af-e595f37df027', 'Elektronische Rechnung', 'Eingang, Prüfung, Anordnung', NULL, 5040, '2026-01-01', '2026-01-01'),
  ('acaff036-2302-5e4e-af3a-ad458a0ff44c', 'procurement', 'f2d092e2-e129-556b-a0af-e595f37df027', 'Vergabe und Einkauf', 'Vergabemanagement, Bestellung', NULL, 5050, '2026-01-01', '2026-01-01'),
  ('0359a98e-3e82-5d93-9113-0282d8fbb1f8', 'assets', 'f2d092e2-e129-556b-a0af-e595f37df027', 'Anlagen und Inventar', 'Anlagenbuchhaltung, Inventur', NULL, 5060, '2026-01-01', '2026-01-01'),
  ('6d772498-61ea-5103-ab29-6c6d61477839', 'grants', 'f2d092e2-e129-556b-a0af-e595f37df027', 'Fördermittel und Zuwendungen', 'Antrag, Bescheid, Nachweis', NULL, 5070, '2026-01-01', '2026-01-01'),
  ('38bd7576-3158-54bb-80ab-4e61f39a6ba6', 'staff', NULL, 'Personal und Organisation', 'Beschäftigte und innere Dienste', NULL, 6000, '2026-01-01', '2026-01-01'),
  ('76dd7674-1410-57c3-a028-af5005a42db7', 'payroll', '38bd7576-3158-54bb-80ab-4e61f39a6ba6', 'Personalabrechnung', 'Entgelt, Besoldung, Versorgung', NULL, 6010, '2026-01-01', '2026-01-01'),
  ('407cf194-93a3-5dd3-9120-d28e85ef2ee0', 'time_management', '38bd7576-3158-54bb-80ab-4e61f39a6ba6', 'Zeitwirtschaft', 'Arbeitszeit, Urlaub, Dienstplan', NULL, 6020, '2026-01-01', '2026-01-01'),
  ('90942967-9ca7-5e25-9e2f-8123385f6dea', 'personnel', '38bd7576-3158-54bb-80ab-4e61f39a6ba6', 'Personalwirtschaft und Stellenplan', 'Akte, Stellen, Bewertung', NULL, 6030, '2026-01-01', '2026-01-01'),
  ('b2d9362a-aaa1-5038-b101-d206f5fac4dd', 'recruiting', '38bd7576-3158-54bb-80ab-4e61f39a6ba6', 'Bewerbung', 'Ausschreibung, Auswahl', NULL, 6040, '2026-01-01', '2026-01-01'),
  ('e04c02d2-552a-538b-bdf4-786f2bbd3426', 'e_learning', '38bd7576-3158-54bb-80ab-4e61f39a6ba6', 'Lernen und Fortbildung', 'Lernplattform, Pflichtschulungen', NULL, 6050, '2026-01-01', '2026-01-01'),
  ('6f1071c7-802d-5fa4-a653-26633c586d4b', 'fleet', '38bd7576-3158-54bb-80ab-4e61f39a6ba6', 'Fuhrpark', 'Buchung, Fahrtenbuch, Wartung', NULL, 6060, '2026-01-01', '2026-01-01'),
  ('d6acea00-653a-505a-8465-3a9e779aa043', 'administration', NULL, 'Verwaltung digital', 'Akten, Gremien, Portale, Zusammenarbeit', NULL, 7000, '2026-01-01', '2026-01-01'),
  ('618a9d73-3f9c-56c5-b4ba-9796d337d42c', 'e_file', 'd6acea00-653a-505a-8465-3a9e779aa043', 'E-Akte und Dokumentenmanagement', 'Akte, Vorgang, Langzeitspeicher', NULL, 7010, '2026-01-01', '2026-01-01'),
  ('92c7987d-fb26-57e6-b320-5c2c6a23049f', 'council', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Ratsinformation', 'Sitzungsdienst, Gremieninformation', NULL, 7020, '2026-01-01', '2026-01-01'),
  ('3005348a-e3b0-53cd-8b4e-6e49756727dd', 'service_portal', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Serviceportal', 'Anträge, Nutzerkonto, Bezahldienst', NULL, 7030, '2026-01-01', '2026-01-01'),
  ('491778a2-f88a-5c3a-ab96-2aabe2997315', 'intranet', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Intranet', 'Nachrichten, Wissen, Zusammenarbeit', NULL, 7040, '2026-01-01', '2026-01-01'),
  ('8527300b-792a-54d5-8e1d-050d6bafedd4', 'website', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Internetauftritt', 'Redaktion, Barrierefreiheit', NULL, 7050, '2026-01-01', '2026-01-01'),
  ('fd4e6185-f20a-5260-9745-9038e151b573', 'participation', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Beteiligung und Mängelmelder', 'Beteiligungsverfahren, Meldungen', NULL, 7060, '2026-01-01', '2026-01-01'),
  ('cfda659a-4afc-5649-a764-2fde5a031d34', 'mail', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Mail und Kalender', 'Postfächer, Kalender, Archiv', NULL, 7070, '2026-01-01', '2026-01-01'),
  ('0ab5c067-7f1b-5b99-9901-7e6ac80873bd', 'video', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Videokonferenz', 'Besprechungen, hybride Sitzungen', NULL, 7080, '2026-01-01', '2026-01-01'),
  ('fec9c482-57f4-5932-91d3-0d8d850088b1', 'output', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Druck und Postausgang', 'Zentraldruck, Hybridpost', NULL, 7090, '2026-01-01', '2026-01-01'),
  ('259c856b-0d31-50b5-bc4a-80c9ee024ecc', 'scanning', 'd6acea00-653a-505a-8465-3a9e779aa043', 'Posteingang und Scannen', 'Ersetzendes Scannen', NULL, 7100, '2026-01-01', '2026-01-01'),
  ('e3ca412c-2e50-5f00-b39f-b41238650e45', 'ai_assistant', 'd6acea00-653a-505a-8465-3a9e779aa043', 'KI-Assistent', 'Sprachmodelle für Texte und Auskunft', NULL, 7110, '2026-01-01', '2026-01-01'),
  ('7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'platform', NULL, 'Technischer Betrieb', 'Rechenzentrum, Arbeitsplatz, Sicherheit', NULL, 8000, '2026-01-01', '2026-01-01'),
  ('3ed32ad0-000d-5781-98a0-ed17b8577f8c', 'virtualisation', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Virtualisierung und Server', 'Rechenleistung, Plattform', NULL, 8010, '2026-01-01', '2026-01-01'),
  ('606acd6c-973c-5ac1-995c-c99182d8cbb0', 'backup', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Datensicherung', 'Sicherung und Wiederanlauf', NULL, 8020, '2026-01-01', '2026-01-01'),
  ('10d4f4a8-920d-5bfb-9094-789a6b52311f', 'workplace', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Arbeitsplatz-Verwaltung', 'Softwareverteilung, Geräteverwaltung', NULL, 8030, '2026-01-01', '2026-01-01'),
  ('bf0ae848-9c7e-51a0-91da-94673de386f6', 'directory', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Verzeichnis und Anmeldung', 'Identitäten, Rechte, Anmeldung', NULL, 8040, '2026-01-01', '2026-01-01'),
  ('d62b9ad4-023d-5057-836f-3efacf25000e', 'service_desk', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Service-Desk', 'Störungen, Anfragen, Bestand', NULL, 8050, '2026-01-01', '2026-01-01'),
  ('79aaed5f-f9da-5ac3-a974-ddfd6268151c', 'monitoring', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Überwachung des Betriebs', 'Verfügbarkeit, Leistung, Alarm', NULL, 8060, '2026-01-01', '2026-01-01'),
  ('d02e63e8-6dc9-5ae8-9b69-8b7ea7779bff', 'soc', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Sicherheitsüberwachung (SOC)', 'Erkennen und Melden von Angriffen', NULL, 8070, '2026-01-01', '2026-01-01'),
  ('57ce7405-8e2c-5606-bb9c-3a737a9e6f93', 'network', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Netz und Fernzugang', 'Standorte, Übergänge, VPN', NULL, 8080, '2026-01-01', '2026-01-01'),
  ('f30c8554-7971-5971-b089-4ec395274adf', 'data_platform', '7df3feb1-e3f5-5a18-8ac6-8e5313f10187', 'Urbane Datenplattform', 'Sensoren, Auswertung, offene Daten', NULL, 8090, '2026-01-01', '2026-01-01');
