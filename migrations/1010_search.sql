-- Finding: parts of compounds, spelling against the words of the catalogue, synonyms, and the columns of the facets.

-- Folding again, with one mend: "ue" after a, e or q is no umlaut (Steuer, Bauer, Quelle), nor "ae", "oe" after a vowel.
CREATE OR REPLACE FUNCTION catalog.fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT regexp_replace(translate(regexp_replace(replace(lower($1), 'ß', 'ss'), '(?<![aeiouq])([aou])e', '\1', 'g'),
    'äöüéèêáàâóòôúùûíìîçñÄÖÜ', 'aoueeeaaaooouuuiiicnaou'), '[^a-z0-9]+', ' ', 'g') $$;
-- Stems of a few words in their order, joined by one blank: what a synonym is looked up by.
CREATE FUNCTION catalog.stem_key(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(coalesce((ts_lexize('pg_catalog.german_stem', w))[1], w), ' ' ORDER BY place), '')
  FROM regexp_split_to_table(trim(catalog.fold($1)), ' ') WITH ORDINALITY AS x(w, place) WHERE w <> '' $$;
-- The vector of an offering: as catalog.search_vector, with the ends of compounds beside the words they are of.
CREATE FUNCTION catalog.index_vector(title text, summary text, body text, names text, ends text, body_ends text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT catalog.search_vector(title, summary, body, names) || setweight(to_tsvector('pg_catalog.simple', ends), 'B')
    || setweight(to_tsvector('pg_catalog.simple', body_ends), 'C') $$;

-- The columns lists count and choose by; of the version that lists show.
ALTER TABLE catalog.offering
  ADD COLUMN protection_level text, ADD COLUMN lead_time_days int,
  -- audience key, '>', legal basis: whoever is not in the audience does not learn its legal basis
  ADD COLUMN legal_routes text[] NOT NULL DEFAULT '{}',
  ADD COLUMN certified_until date,
  -- 'field=value' of the attributes that the schema of the category marks as facets
  ADD COLUMN facet_values text[] NOT NULL DEFAULT '{}',
  -- with which program and which names it was indexed: what differs is indexed again by a due job
  ADD COLUMN index_version int NOT NULL DEFAULT 0, ADD COLUMN indexed_names text NOT NULL DEFAULT '';

-- As catalog.visible_offering, with what the search needs.
CREATE VIEW catalog.findable_offering AS
SELECT id, owner_id, number, reference, state, published_version, draft_version, draft_submitted, category_id, title, title_key, summary,
  price_base, price_per, price_micro, audience_keys, published_at, search, row_version, updated_at,
  protection_level, lead_time_days, legal_routes, certified_until, facet_values FROM catalog.offering
WHERE (SELECT kdnx.viewer_sees_all()) OR owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[])
  OR (published_version IS NOT NULL AND audience_keys && (SELECT catalog.viewer_keys())::text[]);
GRANT SELECT ON catalog.findable_offering TO kdnx_app;

-- All words of all offerings, folded, with one spelling. Nobody reads this table: words of a restricted offering stand
-- in it too. The functions below give a word only to whoever sees a published offering that holds it.
CREATE TABLE catalog.word (
  word text PRIMARY KEY CONSTRAINT word_form CHECK (word ~ '^[a-z0-9]{3,60}$'),
  shown text NOT NULL, near_keys text[] NOT NULL,
  is_part boolean NOT NULL, spread boolean NOT NULL DEFAULT false, created_at timestamptz NOT NULL);
COMMENT ON TABLE catalog.word IS 'R: vocabulary of the offerings; only functions read it';
CREATE INDEX word_near ON catalog.word USING gin (near_keys);
CREATE INDEX word_beginning ON catalog.word (word text_pattern_ops);
CREATE INDEX word_spread ON catalog.word (word) WHERE is_part AND NOT spread;

-- The first seven letters without none, one or two of them: words within two typing errors share one of these.
CREATE FUNCTION catalog.near_keys(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH a AS (SELECT left(word, 7) AS k), b AS (SELECT DISTINCT left(k, i - 1) || substr(k, i + 1) AS k FROM a, generate_series(1, length(k)) i),
  c AS (SELECT DISTINCT left(k, i - 1) || substr(k, i + 1) AS k FROM b, generate_series(1, length(k)) i)
  SELECT array_agg(k) FROM (SELECT k FROM a UNION SELECT k FROM b UNION SELECT k FROM c WHERE length(k) > 2) x $$;
CREATE FUNCTION catalog.learn_words(words text[], shown text[], parts boolean[], at timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH new AS (SELECT DISTINCT ON (x.w) x.w, x.s, x.p FROM unnest(words, shown, parts) AS x(w, s, p)
    WHERE NOT EXISTS (SELECT 1 FROM catalog.word k WHERE k.word = x.w) ORDER BY x.w, x.s),
  made AS (INSERT INTO catalog.word (word, shown, near_keys, is_part, created_at) SELECT w, s, catalog.near_keys(w), p, at FROM new ON CONFLICT DO NOTHING RETURNING 1)
  SELECT count(*) FROM made $$;
-- Which of these may be parts of compounds; for the index only, never for what somebody reads.
CREATE FUNCTION catalog.known_parts(words text[]) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT coalesce(array_agg(w.word), '{}') FROM catalog.word w WHERE w.word = ANY (words) AND w.is_part $$;
-- How many published offerings that the viewer sees meet a query; counts up to 50.
CREATE FUNCTION catalog.count_holders(wanted text) RETURNS int LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT count(*)::int FROM (SELECT 1 FROM catalog.visible_offering o WHERE o.state = 'published' AND o.search @@ wanted::tsquery LIMIT 50) x $$;
-- Which of these words the viewer could read somewhere.
CREATE FUNCTION catalog.seen_words(words text[]) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT coalesce(array_agg(x), '{}') FROM (SELECT w.word AS x FROM catalog.word w WHERE w.word = ANY (words) LIMIT 80) k WHERE catalog.count_holders(k.x || ':*') > 0 $$;
-- Words nearly spelled like this one, of what the viewer could read.
CREATE FUNCTION catalog.near_words(wanted text) RETURNS TABLE (word text, shown text, holders int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT n.word, n.shown, n.holders FROM (
    SELECT c.word, c.shown, catalog.count_holders(c.word || ':*') AS holders FROM (
      SELECT w.word, w.shown FROM catalog.word w WHERE w.near_keys && catalog.near_keys(wanted) AND w.word <> wanted
        AND length(w.word) BETWEEN length(wanted) - 2 AND length(wanted) + 2
      ORDER BY right(w.word, 4) <> right(wanted, 4), abs(length(w.word) - length(wanted)), w.word LIMIT 60) c OFFSET 0) n
  WHERE n.holders > 0 $$;
-- Words that begin like this, of what the viewer could read.
CREATE FUNCTION catalog.words_beginning(beginning text) RETURNS TABLE (word text, shown text, holders int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT n.word, n.shown, n.holders FROM (
    SELECT c.word, c.shown, catalog.count_holders(c.word || ':*') AS holders FROM (
      SELECT w.word, w.shown FROM catalog.word w WHERE w.word LIKE beginning || '%' ORDER BY length(w.word), w.word LIMIT 40) c OFFSET 0) n
  WHERE n.holders > 0 ORDER BY n.holders DESC, n.word LIMIT 8 $$;
-- Words not yet looked for inside longer ones, and the longer ones; for the due job, which runs as the system.
CREATE FUNCTION catalog.spread_words(most int) RETURNS TABLE (part text, holders text[])
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH fresh AS (UPDATE catalog.word SET spread = true WHERE word IN (
    SELECT w.word FROM catalog.word w WHERE w.is_part AND NOT w.spread AND kdnx.viewer_scope() = 'system' ORDER BY w.word LIMIT most) RETURNING word)
  SELECT f.word, ARRAY(SELECT w.word FROM catalog.word w WHERE strpos(w.word, f.word) > 0 AND w.word <> f.word ORDER BY w.word LIMIT 500) FROM fresh f $$;
REVOKE ALL ON FUNCTION catalog.learn_words(text[], text[], boolean[], timestamptz), catalog.known_parts(text[]), catalog.seen_words(text[]),
  catalog.near_words(text), catalog.words_beginning(text), catalog.spread_words(int) FROM PUBLIC;

-- Words that mean the same: all terms find one another; or (one way) the terms also find what stands under `finds`.
CREATE TABLE catalog.synonym (
  id uuid PRIMARY KEY,
  one_way boolean NOT NULL,
  terms text[] NOT NULL CONSTRAINT synonym_terms CHECK (cardinality(terms) BETWEEN 1 AND 20),
  finds text[] NOT NULL DEFAULT '{}' CONSTRAINT synonym_finds CHECK (cardinality(finds) <= 20),
  term_keys text[] NOT NULL, note text NOT NULL DEFAULT '',
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT synonym_both_ways CHECK (CASE WHEN one_way THEN cardinality(finds) > 0 ELSE cardinality(finds) = 0 AND cardinality(terms) > 1 END));
COMMENT ON TABLE catalog.synonym IS 'R: field language of municipal IT, kept by the office';
CREATE INDEX synonym_keys ON catalog.synonym USING gin (term_keys);
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.synonym TO kdnx_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA catalog TO kdnx_app;

-- Field language to begin with; ids follow from the first term, so that every installation has the same.
INSERT INTO catalog.synonym (id, one_way, terms, finds, term_keys, created_at, updated_at)
SELECT md5('synonym:' || one_way || ':' || terms[1])::uuid, one_way, terms, finds::text[], ARRAY(SELECT DISTINCT catalog.stem_key(t) FROM unnest(terms) t),
  '2026-01-01', '2026-01-01' FROM (VALUES
  (false, ARRAY['Meldewesen', 'Einwohnerwesen', 'Einwohnermeldewesen', 'Einwohnerfachverfahren', 'EWO', 'Melderegister', 'Meldeamt', 'Einwohnermeldeamt'], '{}'::text[]),
  (false, ARRAY['Ausweis', 'Personalausweis', 'Reisepass', 'Passwesen', 'Ausweiswesen', 'eID-Karte'], '{}'::text[]),
  (false, ARRAY['Standesamt', 'Personenstandswesen', 'Personenstandsregister', 'Standesamtsverfahren', 'ePR'], '{}'::text[]),
  (false, ARRAY['Kfz-Zulassung', 'i-Kfz', 'Zulassungsstelle', 'Zulassungswesen', 'Straßenverkehrsamt', 'Kraftfahrzeugzulassung'], '{}'::text[]),
  (false, ARRAY['Führerschein', 'Fahrerlaubnis', 'Führerscheinwesen', 'Fahrerlaubnisbehörde'], '{}'::text[]),
  (false, ARRAY['DMS', 'E-Akte', 'eAkte', 'elektronische Akte', 'Dokumentenmanagement', 'Dokumentenmanagementsystem', 'Aktenführung', 'Schriftgutverwaltung'], '{}'::text[]),
  (false, ARRAY['Langzeitspeicher', 'Langzeitarchiv', 'Langzeitspeicherung', 'TR-ESOR'], '{}'::text[]),
  (false, ARRAY['Ratsinformation', 'Ratsinformationssystem', 'RIS', 'Sitzungsdienst', 'Gremieninformation', 'Sitzungsmanagement'], '{}'::text[]),
  (false, ARRAY['Finanzwesen', 'HKR', 'NKF', 'Doppik', 'Haushalt', 'Haushaltswesen', 'Finanzverfahren', 'Haushaltsplanung', 'Kämmerei'], '{}'::text[]),
  (false, ARRAY['Kasse', 'Kassenwesen', 'Stadtkasse', 'Gemeindekasse', 'Zahlungsverkehr'], '{}'::text[]),
  (false, ARRAY['Vollstreckung', 'Beitreibung', 'Vollstreckungswesen', 'Zwangsvollstreckung', 'Pfändung'], '{}'::text[]),
  (false, ARRAY['Steuern', 'Abgaben', 'Veranlagung', 'Grundsteuer', 'Gewerbesteuer', 'Hundesteuer', 'Steueramt'], '{}'::text[]),
  (false, ARRAY['E-Rechnung', 'elektronische Rechnung', 'XRechnung', 'Rechnungseingang', 'Rechnungsworkflow', 'ZUGFeRD'], '{}'::text[]),
  (false, ARRAY['Personalabrechnung', 'Entgeltabrechnung', 'Lohnabrechnung', 'Gehaltsabrechnung', 'Besoldung', 'Bezügeabrechnung', 'Payroll', 'Lohn und Gehalt'], '{}'::text[]),
  (false, ARRAY['Zeiterfassung', 'Zeitwirtschaft', 'Arbeitszeiterfassung', 'Arbeitszeit', 'Dienstplan', 'Stempeluhr'], '{}'::text[]),
  (false, ARRAY['Personalakte', 'ePersonalakte', 'elektronische Personalakte'], '{}'::text[]),
  (false, ARRAY['Bewerbermanagement', 'Bewerbungsverfahren', 'Recruiting', 'Stellenausschreibung', 'Bewerbungsportal'], '{}'::text[]),
  (false, ARRAY['Reisekosten', 'Dienstreise', 'Reisekostenabrechnung'], '{}'::text[]),
  (false, ARRAY['Sozialhilfe', 'Sozialwesen', 'SGB XII', 'Grundsicherung', 'Sozialamt'], '{}'::text[]),
  (false, ARRAY['Asylbewerberleistung', 'AsylbLG', 'Asylbewerberleistungsgesetz'], '{}'::text[]),
  (false, ARRAY['Jobcenter', 'SGB II', 'Bürgergeld'], '{}'::text[]),
  (false, ARRAY['Jugendamt', 'Jugendhilfe', 'SGB VIII', 'Jugendwesen', 'KJHG'], '{}'::text[]),
  (false, ARRAY['Unterhaltsvorschuss', 'UVG', 'Unterhaltsvorschusskasse', 'Beistandschaft'], '{}'::text[]),
  (false, ARRAY['Kita', 'Kindertagesstätte', 'Kindergarten', 'Kitaplatz', 'Kita-Verwaltung', 'KiBiz', 'Kinderbetreuung', 'Tagesbetreuung'], '{}'::text[]),
  (false, ARRAY['Elternbeitrag', 'Elternbeiträge', 'Kitagebühren', 'Beitragsfestsetzung'], '{}'::text[]),
  (false, ARRAY['Wohngeld', 'Wohngeldgesetz', 'WoGG', 'Mietzuschuss'], '{}'::text[]),
  (false, ARRAY['Ausländerbehörde', 'Ausländerwesen', 'Ausländeramt', 'Aufenthaltstitel', 'XAusländer', 'AZR'], '{}'::text[]),
  (false, ARRAY['Gewerbe', 'Gewerberegister', 'Gewerbeamt', 'Gewerbeanmeldung', 'Gewerbeanzeige', 'Gewerbewesen'], '{}'::text[]),
  (false, ARRAY['Bauaufsicht', 'Baugenehmigung', 'Bauordnung', 'Bauamt', 'Bauantrag', 'Bauordnungsamt', 'Baugenehmigungsverfahren'], '{}'::text[]),
  (false, ARRAY['Bußgeld', 'Ordnungswidrigkeit', 'Ordnungswidrigkeiten', 'OWi', 'Verwarngeld', 'Knöllchen', 'Verkehrsüberwachung'], '{}'::text[]),
  (false, ARRAY['Wahl', 'Wahlen', 'Wahlverfahren', 'Wahlamt', 'Wählerverzeichnis', 'Abstimmung'], '{}'::text[]),
  (false, ARRAY['Wahlbenachrichtigung', 'Wahlbrief', 'Wahlpost', 'Wahlschein'], '{}'::text[]),
  (false, ARRAY['Friedhof', 'Friedhofswesen', 'Friedhofsverwaltung', 'Grabstelle', 'Bestattung'], '{}'::text[]),
  (false, ARRAY['Rechenzentrum', 'RZ', 'Serverraum', 'Colocation', 'Housing', 'Stellfläche', 'Höheneinheit', 'Rack', 'Data Center'], '{}'::text[]),
  (false, ARRAY['Server', 'Servermiete', 'VM', 'virtueller Server', 'virtuelle Maschine', 'Serverbetrieb', 'IaaS', 'Rechenleistung'], '{}'::text[]),
  (false, ARRAY['Datensicherung', 'Backup', 'Sicherung', 'Datensicherungsdienst', 'Restore', 'Rücksicherung'], '{}'::text[]),
  (false, ARRAY['Wiederanlauf', 'Notfallhandbuch', 'BCM', 'Notfallmanagement', 'Notfallplan', 'Disaster Recovery', 'Business Continuity', 'Georedundanz'], '{}'::text[]),
  (false, ARRAY['Speicher', 'Storage', 'Speicherplatz', 'Dateiablage', 'SAN', 'NAS', 'Blockspeicher'], '{}'::text[]),
  (false, ARRAY['Datenbank', 'Datenbankbetrieb', 'DB', 'Oracle', 'PostgreSQL', 'SQL-Server'], '{}'::text[]),
  (false, ARRAY['E-Mail', 'Mail', 'Postfach', 'Groupware', 'Exchange', 'Kalender', 'Mailserver'], '{}'::text[]),
  (false, ARRAY['Terminalserver', 'VDI', 'virtueller Arbeitsplatz', 'Remotedesktop', 'Zentralarbeitsplatz'], '{}'::text[]),
  (false, ARRAY['Netz', 'WAN', 'Weitverkehr', 'Netzanbindung', 'Netzwerk', 'Standortvernetzung', 'Leitungen', 'MPLS', 'SD-WAN'], '{}'::text[]),
  (false, ARRAY['WLAN', 'WiFi', 'Funknetz', 'drahtloses Netz'], '{}'::text[]),
  (false, ARRAY['Telefonie', 'VoIP', 'Telefonanlage', 'TK-Anlage', 'IP-Telefonie', 'Sprachdienst'], '{}'::text[]),
  (false, ARRAY['Videokonferenz', 'Videomeeting', 'Webkonferenz', 'Onlinebesprechung'], '{}'::text[]),
  (false, ARRAY['Cloud', 'Private Cloud', 'Verwaltungscloud', 'Kommunalcloud'], '{}'::text[]),
  (false, ARRAY['Container', 'Kubernetes', 'Containerplattform'], '{}'::text[]),
  (false, ARRAY['Druck', 'Zentraldruck', 'Druckzentrum', 'Druckstraße', 'Massendruck', 'Output', 'Outputmanagement', 'Drucken'], '{}'::text[]),
  (false, ARRAY['Kuvertierung', 'Versand', 'Briefversand', 'Postversand', 'Frankierung', 'Porto'], '{}'::text[]),
  (false, ARRAY['Hybridpost', 'Hybridbrief', 'Onlinebrief', 'digitale Post', 'Briefdruck'], '{}'::text[]),
  (false, ARRAY['Scannen', 'Digitalisierung', 'Posteingang', 'Scandienst', 'ersetzendes Scannen', 'TR-RESISCAN', 'Scanstelle', 'Frühes Scannen'], '{}'::text[]),
  (false, ARRAY['Altakten', 'Bestandsakten', 'Aktendigitalisierung', 'Archivdigitalisierung'], '{}'::text[]),
  (false, ARRAY['Geodaten', 'GIS', 'Geoinformation', 'Geoinformationssystem', 'Geodatenportal', 'Kartendienst', 'INSPIRE', 'Geoportal'], '{}'::text[]),
  (false, ARRAY['ALKIS', 'Liegenschaftskataster', 'Kataster', 'Vermessung', 'Katasteramt', 'Liegenschaften'], '{}'::text[]),
  (false, ARRAY['Bauleitplan', 'Bebauungsplan', 'B-Plan', 'XPlanung', 'Bauleitplanung', 'Flächennutzungsplan'], '{}'::text[]),
  (false, ARRAY['3D-Stadtmodell', 'Stadtmodell', 'digitaler Zwilling', '3D-Modell', 'Gebäudemodell'], '{}'::text[]),
  (false, ARRAY['Leitungsauskunft', 'Planauskunft', 'Trassenauskunft', 'Leitungskataster'], '{}'::text[]),
  (false, ARRAY['Serviceportal', 'Bürgerportal', 'Verwaltungsportal', 'Bürgerkonto', 'Servicekonto', 'Nutzerkonto'], '{}'::text[]),
  (false, ARRAY['OZG', 'Onlinezugangsgesetz', 'Online-Dienst', 'Onlinedienst', 'Online-Antrag', 'Antragsstrecke', 'Formularserver', 'Formulare'], '{}'::text[]),
  (false, ARRAY['BundID', 'Anmeldung am Portal', 'Unternehmenskonto'], '{}'::text[]),
  (false, ARRAY['E-Payment', 'Bezahldienst', 'ePayBL', 'Online-Bezahlung', 'Zahlungsplattform'], '{}'::text[]),
  (false, ARRAY['Terminvergabe', 'Terminbuchung', 'Terminvereinbarung', 'Online-Termin', 'Aufrufanlage', 'Terminmanagement', 'Bürgerbüro'], '{}'::text[]),
  (false, ARRAY['Smart City', 'urbane Datenplattform', 'UDP', 'Datenplattform', 'Sensordaten', 'IoT', 'Open Data', 'Sensorik'], '{}'::text[]),
  (false, ARRAY['Website', 'Internetauftritt', 'Webseite', 'Homepage', 'CMS', 'Redaktionssystem', 'Webauftritt'], '{}'::text[]),
  (false, ARRAY['Barrierefreiheit', 'barrierefrei', 'BITV', 'leichte Sprache'], '{}'::text[]),
  (false, ARRAY['Bürgerbeteiligung', 'Beteiligungsplattform', 'Beteiligung', 'Mängelmelder', 'Ideenmelder', 'Partizipation'], '{}'::text[]),
  (false, ARRAY['SOC', 'Sicherheitsüberwachung', 'SIEM', 'Security Operations Center', 'Angriffserkennung', 'Sicherheitsbetrieb'], '{}'::text[]),
  (false, ARRAY['ISB', 'Informationssicherheitsbeauftragte', 'Informationssicherheitsbeauftragter', 'CISO', 'IT-Grundschutz', 'ISMS', 'Informationssicherheit'], '{}'::text[]),
  (false, ARRAY['Pentest', 'Penetrationstest', 'Schwachstellenprüfung', 'Schwachstellenscan', 'Sicherheitsprüfung', 'Schwachstellenmanagement'], '{}'::text[]),
  (false, ARRAY['Awareness', 'Sensibilisierung', 'Phishing', 'Phishing-Übung', 'Sicherheitsschulung'], '{}'::text[]),
  (false, ARRAY['Zertifikate', 'PKI', 'Signatur', 'Fernsignatur', 'Siegel', 'Signaturdienst', 'Zertifikatsdienst', 'elektronische Signatur', 'qualifizierte Signatur'], '{}'::text[]),
  (false, ARRAY['Datenschutz', 'DSB', 'Datenschutzbeauftragte', 'Datenschutzbeauftragter', 'DSGVO'], '{}'::text[]),
  (false, ARRAY['Virenschutz', 'Antivirus', 'Schadsoftware', 'Endpoint', 'EDR'], '{}'::text[]),
  (false, ARRAY['Firewall', 'Perimeterschutz', 'Netzsicherheit', 'Netzübergang'], '{}'::text[]),
  (false, ARRAY['Service-Desk', 'Servicedesk', 'Helpdesk', 'Anwenderbetreuung', 'Hotline', 'Benutzerservice', 'Störungsannahme', 'User Help Desk'], '{}'::text[]),
  (false, ARRAY['Behördennummer', '115', 'D115', 'Bürgertelefon', 'Callcenter', 'Behördenruf', 'Telefonauskunft'], '{}'::text[]),
  (false, ARRAY['Rollout', 'Arbeitsplatz-Rollout', 'Geräteaustausch', 'Clienttausch', 'Hardwaretausch', 'Notebook', 'PC-Austausch'], '{}'::text[]),
  (false, ARRAY['Mobile Device Management', 'MDM', 'Mobilgeräte', 'Smartphone', 'Tablet', 'mobile Geräte'], '{}'::text[]),
  (false, ARRAY['KI', 'künstliche Intelligenz', 'AI', 'Sprachmodell', 'LLM', 'KI-Assistent', 'generative KI'], '{}'::text[]),
  (false, ARRAY['Chatbot', 'Chat', 'Bürgerassistent', 'virtueller Assistent', 'Sprachsteuerung'], '{}'::text[]),
  (false, ARRAY['Texterkennung', 'OCR', 'Dokumentenerkennung', 'Dokumente erkennen', 'Posteingangsklassifikation'], '{}'::text[]),
  (false, ARRAY['Projektleitung', 'Projektmanagement', 'PMO', 'Projektsteuerung', 'Projektbüro'], '{}'::text[]),
  (false, ARRAY['Prozessmanagement', 'Prozessberatung', 'Geschäftsprozess', 'BPM', 'Prozessoptimierung', 'Organisationsberatung', 'Prozessaufnahme'], '{}'::text[]),
  (false, ARRAY['Schulung', 'Fortbildung', 'Seminar', 'Training', 'Kurs', 'Weiterbildung', 'Lehrgang', 'E-Learning'], '{}'::text[]),
  (false, ARRAY['Schul-IT', 'Schulnetz', 'Schulsupport', 'Medienentwicklung', 'Schulverwaltung', 'Digitalpakt', 'Lernplattform'], '{}'::text[]),
  (false, ARRAY['Bibliothek', 'Bücherei', 'Stadtbücherei', 'Bibliotheksverfahren'], '{}'::text[]),
  (false, ARRAY['Feuerwehr', 'Leitstelle', 'Rettungsdienst', 'Katastrophenschutz', 'Brandschutz'], '{}'::text[]),
  (false, ARRAY['Gesundheitsamt', 'Gesundheitswesen', 'ÖGD', 'öffentlicher Gesundheitsdienst'], '{}'::text[]),
  (false, ARRAY['Archiv', 'Stadtarchiv', 'Archivverfahren', 'digitales Archiv'], '{}'::text[]),
  (false, ARRAY['Vergabe', 'E-Vergabe', 'Ausschreibung', 'Vergabemanagement', 'Vergabestelle'], '{}'::text[]),
  (false, ARRAY['Gebäudemanagement', 'Facility Management', 'CAFM', 'Liegenschaftsverwaltung', 'Immobilienmanagement'], '{}'::text[]),
  (false, ARRAY['Fuhrpark', 'Fuhrparkmanagement', 'Dienstwagen', 'Fahrzeugverwaltung'], '{}'::text[]),
  (false, ARRAY['Abfallwirtschaft', 'Müllabfuhr', 'Abfallgebühren', 'Abfallkalender'], '{}'::text[]),
  (false, ARRAY['Verbrauchsabrechnung', 'Wasserabrechnung', 'Abwassergebühren'], '{}'::text[]),
  (false, ARRAY['Active Directory', 'Verzeichnisdienst', 'Identitätsmanagement', 'IAM', 'Benutzerverwaltung'], '{}'::text[]),
  (true, ARRAY['Fachverfahren'], ARRAY['Einwohnerfachverfahren', 'Fachanwendung']),
  (true, ARRAY['Fachanwendung'], ARRAY['Fachverfahren']),
  (true, ARRAY['Bürgeramt'], ARRAY['Einwohnerwesen', 'Ausweis', 'Terminvergabe']),
  (true, ARRAY['Ordnungsamt'], ARRAY['Ordnungswidrigkeiten', 'Gewerberegister', 'Bußgeld']),
  (true, ARRAY['Sozialamt'], ARRAY['Wohngeld', 'Sozialhilfe', 'AsylbLG']),
  (true, ARRAY['Bescheid'], ARRAY['Zentraldruck', 'Gebührenbescheid', 'Steuerbescheid']),
  (true, ARRAY['Ransomware'], ARRAY['unveränderbare Kopie', 'Sicherheitsüberwachung', 'Datensicherung']),
  (true, ARRAY['Homeoffice'], ARRAY['Terminalserver', 'Videokonferenz', 'mobile Anbindung']),
  (true, ARRAY['Lizenzen'], ARRAY['Lizenzmanagement', 'Softwarelizenz']),
  (true, ARRAY['Office'], ARRAY['Bürosoftware', 'Arbeitsplatz'])
) AS x(one_way, terms, finds);
