-- Offerings in full: what categories ask, certificates that expire, relations, deputies and free capacity.

-- The questions of a category as a list; a version never changes, old offerings keep the version they answered.
-- The nil id holds what every category asks; a category without rows of its own asks that.
CREATE TABLE catalog.category_schema (
  category_id uuid NOT NULL, version int NOT NULL CONSTRAINT category_schema_version CHECK (version >= 1),
  attributes jsonb NOT NULL CONSTRAINT category_schema_list CHECK (jsonb_typeof(attributes) = 'array'),
  note text NOT NULL DEFAULT '', author uuid, created_at timestamptz NOT NULL,
  PRIMARY KEY (category_id, version));
COMMENT ON TABLE catalog.category_schema IS 'R A: what a category asks of its offerings, by version';
GRANT SELECT, INSERT ON catalog.category_schema TO kdnx_app;

-- What every category asks (the attribute groups follow what public buyers of IT services must know), version 1.
INSERT INTO catalog.category_schema (category_id, version, attributes, note, created_at) VALUES ('00000000-0000-0000-0000-000000000000', 1,
'[
  {"key": "support_levels", "label": "Unterstützungsstufen", "type": "many", "group": "support", "help": "Welche Stufen Sie selbst leisten.", "options": [{"value": "first", "label": "First Level: nimmt Anfragen an"}, {"value": "second", "label": "Second Level: fachliche Hilfe"}, {"value": "third", "label": "Third Level: Hersteller oder Entwicklung"}], "facet": true},
  {"key": "support_channels", "label": "Wege zur Unterstützung", "type": "many", "group": "support", "options": [{"value": "phone", "label": "Telefon"}, {"value": "mail", "label": "E-Mail"}, {"value": "portal", "label": "Ticketportal"}, {"value": "chat", "label": "Chat"}, {"value": "remote", "label": "Fernwartung"}, {"value": "onsite", "label": "vor Ort"}]},
  {"key": "support_times", "label": "Erreichbarkeit der Unterstützung", "type": "one", "group": "support", "help": "Die genauen Zeiten stehen bei den Servicezeiten.", "options": [{"value": "office", "label": "Bürozeiten"}, {"value": "extended", "label": "erweiterte Zeiten"}, {"value": "always", "label": "rund um die Uhr"}], "facet": true},
  {"key": "on_call", "label": "Rufbereitschaft außerhalb der Servicezeiten", "type": "yes_no", "group": "support"},
  {"key": "availability_measured", "label": "Wie die Verfügbarkeit gemessen wird", "type": "long_text", "group": "availability", "help": "Messpunkt, Zeitraum, was nicht zählt (zum Beispiel angekündigte Wartung)."},
  {"key": "availability_report", "label": "Bericht über die Verfügbarkeit", "type": "one", "group": "availability", "options": [{"value": "none", "label": "keiner"}, {"value": "on_request", "label": "auf Anfrage"}, {"value": "monthly", "label": "monatlich"}, {"value": "live", "label": "laufend einsehbar"}]},
  {"key": "backup", "label": "Datensicherung", "type": "one", "group": "availability", "options": [{"value": "none", "label": "keine"}, {"value": "weekly", "label": "wöchentlich"}, {"value": "daily", "label": "täglich"}, {"value": "hourly", "label": "stündlich oder öfter"}, {"value": "not_applicable", "label": "nicht nötig, es gibt keine Daten"}], "facet": true},
  {"key": "backup_days", "label": "Aufbewahrung der Sicherungen", "type": "number", "group": "availability", "unit": "Tage", "minimum": "0", "maximum": "4000"},
  {"key": "rpo_hours", "label": "Höchster Datenverlust im Notfall (RPO)", "type": "number", "group": "availability", "help": "Wie alt der Stand nach der Wiederherstellung höchstens ist.", "unit": "Stunden", "minimum": "0", "maximum": "720"},
  {"key": "second_site", "label": "Zweites Rechenzentrum", "type": "yes_no", "group": "availability", "help": "Der Betrieb geht weiter, wenn ein Standort ausfällt.", "facet": true},
  {"key": "data_location", "label": "Wo die Daten liegen", "type": "one", "group": "data", "help": "Der äußerste Ort zählt, auch für Sicherungen.", "options": [{"value": "own", "label": "im eigenen Haus des Abnehmers"}, {"value": "nrw", "label": "Nordrhein-Westfalen"}, {"value": "de", "label": "Deutschland"}, {"value": "eu", "label": "Europäische Union oder EWR"}, {"value": "other", "label": "außerhalb der EU"}, {"value": "none", "label": "keine Daten des Abnehmers"}], "required": true, "facet": true},
  {"key": "processing_agreement", "label": "Vertrag zur Auftragsverarbeitung", "type": "one", "group": "data", "help": "Art. 28 DSGVO: nötig, sobald personenbezogene Daten im Auftrag verarbeitet werden.", "options": [{"value": "ready", "label": "Muster liegt vor"}, {"value": "preparing", "label": "in Vorbereitung"}, {"value": "joint", "label": "gemeinsame Verantwortung, Art. 26 DSGVO"}, {"value": "not_needed", "label": "nicht nötig, keine personenbezogenen Daten"}], "required": true, "facet": true},
  {"key": "special_categories", "label": "Besondere Kategorien personenbezogener Daten", "type": "yes_no", "group": "data", "help": "Art. 9 DSGVO, zum Beispiel Gesundheit oder Religion."},
  {"key": "impact_assessment", "label": "Datenschutz-Folgenabschätzung", "type": "one", "group": "data", "help": "Art. 35 DSGVO.", "options": [{"value": "available", "label": "liegt vor und wird bereitgestellt"}, {"value": "preparing", "label": "in Arbeit"}, {"value": "not_needed", "label": "nicht nötig"}]},
  {"key": "subcontractors", "label": "Unterauftragnehmer beteiligt", "type": "yes_no", "group": "data", "help": "Wer sonst Daten verarbeitet oder den Betrieb trägt.", "required": true, "facet": true},
  {"key": "subcontractor_list", "label": "Unterauftragnehmer: wer, wofür, wo", "type": "long_text", "group": "data", "help": "Firma, Aufgabe und Land; bleibt leer, wenn niemand beteiligt ist."},
  {"key": "encryption", "label": "Verschlüsselung", "type": "many", "group": "security", "options": [{"value": "transport", "label": "bei der Übertragung"}, {"value": "storage", "label": "bei der Speicherung"}, {"value": "customer_key", "label": "Schlüssel beim Abnehmer"}]},
  {"key": "patching", "label": "Sicherheitsaktualisierungen", "type": "one", "group": "security", "help": "Wie schnell kritische Lücken geschlossen werden.", "options": [{"value": "day", "label": "innerhalb eines Tages"}, {"value": "three_days", "label": "innerhalb von drei Tagen"}, {"value": "week", "label": "innerhalb einer Woche"}, {"value": "month", "label": "innerhalb eines Monats"}, {"value": "not_applicable", "label": "entfällt"}]},
  {"key": "incident_handling", "label": "Umgang mit Sicherheitsvorfällen", "type": "long_text", "group": "security", "help": "Wen Sie wann und wie unterrichten."},
  {"key": "incident_notice_hours", "label": "Meldung von Vorfällen an Abnehmer", "type": "number", "group": "security", "unit": "Stunden", "minimum": "0", "maximum": "168"},
  {"key": "penetration_test", "label": "Penetrationstest", "type": "one", "group": "security", "options": [{"value": "none", "label": "keiner"}, {"value": "once", "label": "einmalig vor Einführung"}, {"value": "yearly", "label": "jährlich"}, {"value": "on_change", "label": "bei jeder größeren Änderung"}]},
  {"key": "multi_tenant", "label": "Mandantenfähig", "type": "yes_no", "group": "security", "help": "Mehrere Häuser getrennt auf einer Plattform.", "facet": true},
  {"key": "authentication", "label": "Anmeldung der Anwender", "type": "many", "group": "access", "options": [{"value": "directory", "label": "Verzeichnisdienst des Abnehmers"}, {"value": "saml", "label": "SSO über SAML"}, {"value": "oidc", "label": "SSO über OpenID Connect"}, {"value": "bundid", "label": "BundID"}, {"value": "eid", "label": "Online-Ausweis"}, {"value": "two_factor", "label": "zweiter Faktor"}, {"value": "password", "label": "eigenes Kennwort"}, {"value": "none", "label": "keine Anmeldung"}], "facet": true},
  {"key": "interfaces", "label": "Schnittstellen und Standards", "type": "long_text", "group": "access", "help": "Zum Beispiel XÖV-Standards, REST, SFTP, mit Version."},
  {"key": "xoev", "label": "XÖV-Standards", "type": "many", "group": "access", "options": [{"value": "xmeld", "label": "XMeld"}, {"value": "xpersonenstand", "label": "XPersonenstand"}, {"value": "xkfz", "label": "XKfz"}, {"value": "xrechnung", "label": "XRechnung"}, {"value": "xplanung", "label": "XPlanung"}, {"value": "xbau", "label": "XBau"}, {"value": "xdomea", "label": "xdomea"}, {"value": "xfall", "label": "XFall"}, {"value": "other", "label": "anderer"}], "facet": true},
  {"key": "accessibility", "label": "Barrierefreiheit", "type": "one", "group": "access", "help": "§ 10 BGG NRW und BITVNRW.", "options": [{"value": "full", "label": "vollständig (EN 301 549)"}, {"value": "partly", "label": "teilweise, Erklärung nennt Lücken"}, {"value": "not_tested", "label": "nicht geprüft"}, {"value": "no_interface", "label": "keine Oberfläche"}], "facet": true},
  {"key": "accessibility_statement", "label": "Erklärung zur Barrierefreiheit", "type": "url", "group": "access"},
  {"key": "onboarding", "label": "Einführung", "type": "long_text", "group": "change", "help": "Schritte und Mitwirkung bis zum Betrieb."},
  {"key": "training", "label": "Schulung", "type": "many", "group": "change", "options": [{"value": "onsite", "label": "vor Ort"}, {"value": "online", "label": "online"}, {"value": "material", "label": "Unterlagen oder Videos"}, {"value": "none", "label": "keine"}]},
  {"key": "data_export", "label": "Herausgabe der Daten", "type": "one", "group": "change", "help": "In welcher Form Sie die Daten jederzeit bekommen.", "options": [{"value": "open", "label": "offenes Format, selbst abrufbar"}, {"value": "open_on_request", "label": "offenes Format, auf Anfrage"}, {"value": "vendor", "label": "Format des Herstellers"}, {"value": "none", "label": "keine Daten vorhanden"}], "facet": true},
  {"key": "exit", "label": "Ausstieg", "type": "long_text", "group": "change", "help": "Hilfe beim Wechsel, Fristen für Herausgabe und Löschung."},
  {"key": "deletion_days", "label": "Löschung nach Vertragsende", "type": "number", "group": "change", "unit": "Tage", "minimum": "0", "maximum": "4000"},
  {"key": "roadmap", "label": "Geplante Änderungen", "type": "url", "group": "more", "help": "Wo Neuerungen und Versionen angekündigt werden."}]', '', '2026-01-01');
-- And what each of the ten categories asks besides.
INSERT INTO catalog.category_schema (category_id, version, attributes, note, created_at)
SELECT c.id, 1, x.own || s.attributes, '', '2026-01-01' FROM (VALUES
('line_of_business', '[
  {"key": "product", "label": "Fachverfahren (Produkt)", "type": "text", "group": "scope", "help": "Name des Verfahrens, ohne Versionsnummer."},
  {"key": "vendor", "label": "Hersteller", "type": "text", "group": "scope"},
  {"key": "product_version", "label": "Eingesetzte Version", "type": "text", "group": "scope"},
  {"key": "field", "label": "Fachgebiet", "type": "one", "group": "scope", "options": [{"value": "residents", "label": "Einwohner und Ausweise"}, {"value": "civil_status", "label": "Standesamt"}, {"value": "vehicles", "label": "Kfz und Fahrerlaubnis"}, {"value": "social", "label": "Soziales"}, {"value": "youth", "label": "Jugend"}, {"value": "order", "label": "Ordnung und Gewerbe"}, {"value": "building", "label": "Bauen und Planen"}, {"value": "environment", "label": "Umwelt"}, {"value": "schools", "label": "Schule und Kita"}, {"value": "council", "label": "Rat und Gremien"}, {"value": "documents", "label": "Akten und Dokumente"}, {"value": "other", "label": "anderes"}], "facet": true},
  {"key": "operation", "label": "Umfang des Betriebs", "type": "many", "group": "scope", "options": [{"value": "infrastructure", "label": "technischer Betrieb"}, {"value": "application", "label": "Anwendungsbetrieb"}, {"value": "expert", "label": "fachliche Betreuung"}, {"value": "licences", "label": "Lizenzen enthalten"}]},
  {"key": "release_cycle", "label": "Versionswechsel", "type": "one", "group": "change", "options": [{"value": "vendor", "label": "nach Vorgabe des Herstellers"}, {"value": "quarterly", "label": "vierteljährlich"}, {"value": "half_yearly", "label": "halbjährlich"}, {"value": "yearly", "label": "jährlich"}]},
  {"key": "test_system", "label": "Testsystem", "type": "yes_no", "group": "scope"}]'::jsonb),
('hosting', '[
  {"key": "hosting_kind", "label": "Art des Betriebs", "type": "many", "group": "scope", "options": [{"value": "colocation", "label": "Stellfläche"}, {"value": "virtual", "label": "virtuelle Server"}, {"value": "managed", "label": "betreute Server"}, {"value": "container", "label": "Container-Plattform"}, {"value": "storage", "label": "Speicher"}, {"value": "backup", "label": "Datensicherung"}, {"value": "desktop", "label": "virtuelle Arbeitsplätze"}, {"value": "database", "label": "Datenbank"}], "facet": true},
  {"key": "operating_systems", "label": "Betriebssysteme", "type": "many", "group": "scope", "options": [{"value": "linux", "label": "Linux"}, {"value": "windows", "label": "Windows Server"}, {"value": "other", "label": "andere"}]},
  {"key": "network", "label": "Netzanschluss", "type": "many", "group": "access", "options": [{"value": "nrw", "label": "Landesverwaltungsnetz"}, {"value": "kn", "label": "kommunales Netz"}, {"value": "vpn", "label": "VPN"}, {"value": "internet", "label": "Internet"}]},
  {"key": "self_service", "label": "Selbst bestellen und ändern", "type": "yes_no", "group": "scope", "help": "Portal oder Schnittstelle für den Abnehmer.", "facet": true},
  {"key": "dvc", "label": "Konform zur Deutschen Verwaltungscloud", "type": "one", "group": "scope", "options": [{"value": "yes", "label": "ja"}, {"value": "planned", "label": "geplant"}, {"value": "no", "label": "nein"}]},
  {"key": "restore_test", "label": "Test der Wiederherstellung", "type": "one", "group": "availability", "options": [{"value": "yearly", "label": "jährlich"}, {"value": "half_yearly", "label": "halbjährlich"}, {"value": "on_request", "label": "auf Anfrage"}, {"value": "none", "label": "keiner"}]}]'::jsonb),
('printing', '[
  {"key": "output_kind", "label": "Leistungen", "type": "many", "group": "scope", "options": [{"value": "print", "label": "Druck"}, {"value": "insert", "label": "Kuvertierung"}, {"value": "mail", "label": "Versand"}, {"value": "hybrid", "label": "Hybridbrief"}, {"value": "digital", "label": "digitaler Versand"}, {"value": "scan", "label": "Scannen"}, {"value": "card", "label": "Karten und Bescheide"}], "facet": true},
  {"key": "cutoff", "label": "Annahmeschluss am Tag", "type": "text", "group": "scope", "help": "Zum Beispiel 14:00 Uhr für Versand am selben Tag."},
  {"key": "daily_pages", "label": "Leistung am Tag", "type": "number", "group": "scope", "unit": "Seiten", "minimum": "0", "maximum": "100000000"},
  {"key": "file_formats", "label": "Annahmeformate", "type": "many", "group": "access", "options": [{"value": "pdf", "label": "PDF"}, {"value": "afp", "label": "AFP"}, {"value": "pcl", "label": "PCL"}, {"value": "postscript", "label": "PostScript"}, {"value": "xml", "label": "XML-Daten"}]},
  {"key": "replacement_scan", "label": "Ersetzendes Scannen nach BSI TR-03138", "type": "yes_no", "group": "security", "facet": true},
  {"key": "postage", "label": "Porto", "type": "one", "group": "scope", "options": [{"value": "included", "label": "im Preis"}, {"value": "passed_on", "label": "wird weitergegeben"}, {"value": "discounted", "label": "weitergegeben, mit Nachlass"}]},
  {"key": "duplex_colour", "label": "Farbdruck", "type": "yes_no", "group": "scope"}]'::jsonb),
('hr_finance', '[
  {"key": "hr_field", "label": "Gebiet", "type": "many", "group": "scope", "options": [{"value": "payroll", "label": "Entgelt und Bezüge"}, {"value": "staff", "label": "Personalverwaltung"}, {"value": "time", "label": "Zeitwirtschaft"}, {"value": "travel", "label": "Reisekosten"}, {"value": "budget", "label": "Haushalt"}, {"value": "cash", "label": "Kasse und Vollstreckung"}, {"value": "taxes", "label": "Steuern und Abgaben"}, {"value": "assets", "label": "Anlagen"}, {"value": "benefits", "label": "Beihilfe"}], "facet": true},
  {"key": "product", "label": "Verfahren (Produkt)", "type": "text", "group": "scope"},
  {"key": "pay_rules", "label": "Tarif- und Besoldungsrecht", "type": "many", "group": "scope", "options": [{"value": "tvoed", "label": "TVöD"}, {"value": "tvl", "label": "TV-L"}, {"value": "civil_servants", "label": "Beamtenrecht NRW"}, {"value": "other", "label": "anderes"}]},
  {"key": "paying_out", "label": "Auszahlung durch den Anbieter", "type": "yes_no", "group": "scope"},
  {"key": "einvoice", "label": "Eingang elektronischer Rechnungen", "type": "yes_no", "group": "access", "help": "XRechnung und ZUGFeRD."},
  {"key": "audit_proof", "label": "Geprüft nach GoBD oder § 94 GO NRW", "type": "one", "group": "security", "options": [{"value": "yes", "label": "ja, Bericht liegt vor"}, {"value": "running", "label": "läuft"}, {"value": "no", "label": "nein"}]}]'::jsonb),
('geodata', '[
  {"key": "geo_kind", "label": "Leistungen", "type": "many", "group": "scope", "options": [{"value": "alkis", "label": "ALKIS"}, {"value": "maps", "label": "Kartendienste"}, {"value": "data", "label": "Geodaten"}, {"value": "portal", "label": "Geoportal"}, {"value": "twin", "label": "digitaler Zwilling"}, {"value": "xplan", "label": "Planungsdaten"}, {"value": "aerial", "label": "Luftbilder und Befliegung"}], "facet": true},
  {"key": "ogc", "label": "Dienste nach OGC", "type": "many", "group": "access", "options": [{"value": "wms", "label": "WMS"}, {"value": "wfs", "label": "WFS"}, {"value": "wmts", "label": "WMTS"}, {"value": "features", "label": "OGC API Features"}, {"value": "sensor", "label": "SensorThings"}]},
  {"key": "reference_system", "label": "Bezugssystem", "type": "text", "group": "scope", "help": "Zum Beispiel ETRS89/UTM32."},
  {"key": "update_cycle", "label": "Aktualisierung", "type": "one", "group": "scope", "options": [{"value": "daily", "label": "täglich"}, {"value": "weekly", "label": "wöchentlich"}, {"value": "monthly", "label": "monatlich"}, {"value": "yearly", "label": "jährlich"}]},
  {"key": "open_licence", "label": "Offene Lizenz", "type": "one", "group": "scope", "options": [{"value": "zero", "label": "Datenlizenz Deutschland Zero"}, {"value": "by", "label": "Datenlizenz Deutschland Namensnennung"}, {"value": "cc_by", "label": "CC BY"}, {"value": "closed", "label": "keine offene Lizenz"}], "facet": true}]'::jsonb),
('portals', '[
  {"key": "portal_kind", "label": "Art des Angebots", "type": "many", "group": "scope", "options": [{"value": "online_service", "label": "Online-Dienst"}, {"value": "portal", "label": "Serviceportal"}, {"value": "efa", "label": "Einer-für-Alle-Leistung"}, {"value": "form", "label": "Formularserver"}, {"value": "payment", "label": "Bezahldienst"}, {"value": "platform", "label": "urbane Datenplattform"}, {"value": "website", "label": "Internetauftritt"}, {"value": "participation", "label": "Beteiligung"}], "facet": true},
  {"key": "ozg_level", "label": "Reifegrad nach OZG", "type": "one", "group": "scope", "options": [{"value": "r2", "label": "Stufe 2"}, {"value": "r3", "label": "Stufe 3"}, {"value": "r4", "label": "Stufe 4"}], "facet": true},
  {"key": "ozg_number", "label": "OZG-Leistungen", "type": "text", "group": "scope", "help": "Kennungen oder Namen aus dem OZG-Umsetzungskatalog."},
  {"key": "fit_connect", "label": "Anbindung über FIT-Connect", "type": "yes_no", "group": "access"},
  {"key": "accounts", "label": "Nutzerkonten", "type": "many", "group": "access", "options": [{"value": "bundid", "label": "BundID"}, {"value": "mein_uk", "label": "Mein Unternehmenskonto"}, {"value": "service_account", "label": "Servicekonto.NRW"}, {"value": "none", "label": "keine"}]},
  {"key": "payment", "label": "Bezahlen", "type": "many", "group": "access", "options": [{"value": "epaybl", "label": "ePayBL"}, {"value": "pmpayment", "label": "pmPayment"}, {"value": "giro", "label": "giropay oder Nachfolge"}, {"value": "other", "label": "anderes"}, {"value": "none", "label": "keines"}]},
  {"key": "languages", "label": "Sprachen", "type": "many", "group": "scope", "options": [{"value": "de", "label": "Deutsch"}, {"value": "plain", "label": "Leichte Sprache"}, {"value": "sign", "label": "Gebärdensprache"}, {"value": "en", "label": "Englisch"}, {"value": "other", "label": "weitere"}]}]'::jsonb),
('security', '[
  {"key": "security_kind", "label": "Leistungen", "type": "many", "group": "scope", "options": [{"value": "soc", "label": "Überwachung (SOC)"}, {"value": "siem", "label": "SIEM"}, {"value": "pentest", "label": "Prüfungen"}, {"value": "officer", "label": "Informationssicherheitsbeauftragte"}, {"value": "privacy_officer", "label": "Datenschutzbeauftragte"}, {"value": "awareness", "label": "Sensibilisierung"}, {"value": "isms", "label": "ISMS-Beratung"}, {"value": "emergency", "label": "Notfallmanagement"}, {"value": "signature", "label": "Siegel und Signatur"}, {"value": "pki", "label": "Zertifikate (PKI)"}], "facet": true},
  {"key": "response_time_text", "label": "Reaktion auf Alarme", "type": "text", "group": "support"},
  {"key": "grundschutz_profile", "label": "IT-Grundschutz-Profil", "type": "text", "group": "scope", "help": "Zum Beispiel „Basis-Absicherung Kommunalverwaltung“."},
  {"key": "staff_qualification", "label": "Nachweise der Beschäftigten", "type": "long_text", "group": "security"},
  {"key": "bsi_registered", "label": "Vom BSI anerkannt oder registriert", "type": "yes_no", "group": "security"},
  {"key": "nis2", "label": "Unterstützt Pflichten aus NIS 2", "type": "yes_no", "group": "scope"}]'::jsonb),
('service_desk', '[
  {"key": "desk_kind", "label": "Leistungen", "type": "many", "group": "scope", "options": [{"value": "users", "label": "Anwenderbetreuung"}, {"value": "d115", "label": "Behördennummer 115"}, {"value": "clients", "label": "Arbeitsplatzbetreuung"}, {"value": "onsite", "label": "Einsatz vor Ort"}, {"value": "swap", "label": "Geräte tauschen"}, {"value": "citizens", "label": "Bürgertelefon"}], "facet": true},
  {"key": "answered_pct", "label": "Angenommene Anrufe im Ziel", "type": "number", "group": "support", "unit": "%", "decimals": 1, "minimum": "0", "maximum": "100"},
  {"key": "answer_seconds", "label": "Annahme eines Anrufs im Ziel", "type": "number", "group": "support", "unit": "Sekunden", "minimum": "0", "maximum": "3600"},
  {"key": "first_fix_pct", "label": "Sofort gelöst im Ziel", "type": "number", "group": "support", "unit": "%", "decimals": 1, "minimum": "0", "maximum": "100"},
  {"key": "languages", "label": "Sprachen", "type": "many", "group": "support", "options": [{"value": "de", "label": "Deutsch"}, {"value": "en", "label": "Englisch"}, {"value": "other", "label": "weitere"}]},
  {"key": "ticket_tool", "label": "Ticketsystem und Anbindung", "type": "text", "group": "access"}]'::jsonb),
('ai', '[
  {"key": "ai_kind", "label": "Leistungen", "type": "many", "group": "scope", "options": [{"value": "chat", "label": "Assistent für Texte"}, {"value": "documents", "label": "Auswertung von Dokumenten"}, {"value": "speech", "label": "Sprache zu Text"}, {"value": "translation", "label": "Übersetzung"}, {"value": "bot", "label": "Auskunft für Bürger"}, {"value": "platform", "label": "Plattform und Schnittstelle"}, {"value": "vision", "label": "Bilderkennung"}], "facet": true},
  {"key": "models", "label": "Sprachmodelle", "type": "text", "group": "scope"},
  {"key": "model_operation", "label": "Betrieb der Modelle", "type": "one", "group": "data", "options": [{"value": "own", "label": "im eigenen Rechenzentrum"}, {"value": "eu_cloud", "label": "Cloud in der EU"}, {"value": "world", "label": "Cloud außerhalb der EU"}], "facet": true},
  {"key": "training_use", "label": "Eingaben dienen dem Training", "type": "yes_no", "group": "data"},
  {"key": "ai_act_risk", "label": "Einstufung nach KI-Verordnung", "type": "one", "group": "security", "help": "Verordnung (EU) 2024/1689.", "options": [{"value": "minimal", "label": "geringes Risiko"}, {"value": "limited", "label": "Transparenzpflichten, Art. 50"}, {"value": "high", "label": "Hochrisiko, Art. 6"}, {"value": "open", "label": "noch nicht eingestuft"}], "facet": true},
  {"key": "human_control", "label": "Menschliche Aufsicht", "type": "long_text", "group": "security"},
  {"key": "tokens_limit", "label": "Begrenzung der Nutzung", "type": "text", "group": "scope"}]'::jsonb),
('consulting', '[
  {"key": "consulting_kind", "label": "Leistungen", "type": "many", "group": "scope", "options": [{"value": "digitisation", "label": "Digitalisierung"}, {"value": "process", "label": "Prozesse"}, {"value": "project", "label": "Projektleitung"}, {"value": "training", "label": "Schulung"}, {"value": "procurement", "label": "Vergabe"}, {"value": "organisation", "label": "Organisation"}, {"value": "architecture", "label": "Architektur"}], "facet": true},
  {"key": "delivery", "label": "Durchführung", "type": "many", "group": "scope", "options": [{"value": "onsite", "label": "vor Ort"}, {"value": "remote", "label": "online"}, {"value": "hybrid", "label": "gemischt"}]},
  {"key": "certificates_of_staff", "label": "Qualifikation der Beratenden", "type": "long_text", "group": "scope"},
  {"key": "participants", "label": "Teilnehmende je Termin, höchstens", "type": "number", "group": "scope", "unit": "Personen", "minimum": "1", "maximum": "1000"},
  {"key": "result", "label": "Was der Abnehmer am Ende hat", "type": "long_text", "group": "scope"}]'::jsonb)) AS x(code, own) JOIN catalog.category c ON c.code = x.code, catalog.category_schema s WHERE s.version = 1 AND s.category_id = '00000000-0000-0000-0000-000000000000';

-- Capacity as a number; how much of it is free changes without a new version.
ALTER TABLE catalog.offering_version
  ADD COLUMN capacity_amount numeric(16, 2) CONSTRAINT offering_version_capacity CHECK (capacity_amount >= 0),
  ADD COLUMN capacity_unit text NOT NULL DEFAULT '' CONSTRAINT offering_version_capacity_unit CHECK (length(capacity_unit) <= 40);
ALTER TABLE catalog.offering
  ADD COLUMN capacity_free numeric(16, 2) CONSTRAINT offering_capacity_free CHECK (capacity_free >= 0),
  ADD COLUMN capacity_free_on date,
  ADD CONSTRAINT offering_capacity_day CHECK ((capacity_free IS NULL) = (capacity_free_on IS NULL));
-- Whoever steps in for a contact.
ALTER TABLE catalog.offering_contact
  ADD COLUMN deputy text NOT NULL DEFAULT '', ADD COLUMN deputy_email text NOT NULL DEFAULT '';

-- Proofs with an end; the offering is suspended when one that is required has ended.
CREATE TABLE catalog.certificate (
  id uuid PRIMARY KEY,
  offering_id uuid NOT NULL REFERENCES catalog.offering,
  kind text NOT NULL CONSTRAINT certificate_kind CHECK (kind IN
    ('iso_27001', 'iso_27001_grundschutz', 'bsi_c5', 'iso_9001', 'iso_20000', 'iso_22301', 'tuev', 'en_50600', 'tr_resiscan', 'eu_trust', 'other')),
  title text NOT NULL DEFAULT '', issuer text NOT NULL DEFAULT '', number text NOT NULL DEFAULT '', scope text NOT NULL DEFAULT '',
  valid_from date, valid_to date NOT NULL, document_id uuid,
  is_required boolean NOT NULL DEFAULT false,
  warned_days int CONSTRAINT certificate_warned CHECK (warned_days >= 0),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT certificate_term CHECK (valid_to > valid_from),
  CONSTRAINT certificate_named CHECK (kind <> 'other' OR title <> ''));
COMMENT ON TABLE catalog.certificate IS 'R: proofs of an offering; valid_to is the last day, not versioned';
CREATE INDEX certificate_offering ON catalog.certificate (offering_id);
CREATE INDEX certificate_end ON catalog.certificate (valid_to);
ALTER TABLE catalog.certificate ENABLE ROW LEVEL SECURITY;
CREATE POLICY certificate_read ON catalog.certificate FOR SELECT USING (EXISTS (SELECT 1 FROM catalog.offering o WHERE o.id = offering_id));
CREATE POLICY certificate_write ON catalog.certificate USING (EXISTS (
  SELECT 1 FROM catalog.offering o WHERE o.id = offering_id
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
GRANT SELECT, INSERT, UPDATE, DELETE ON catalog.certificate TO kdnx_app;

-- How offerings hang together; read only by who may see both ends.
CREATE TABLE catalog.relation (
  from_id uuid NOT NULL REFERENCES catalog.offering, to_id uuid NOT NULL REFERENCES catalog.offering,
  kind text NOT NULL CONSTRAINT relation_kind CHECK (kind IN ('depends_on', 'replaces', 'part_of')),
  author uuid, created_at timestamptz NOT NULL,
  PRIMARY KEY (from_id, to_id, kind), CONSTRAINT relation_other CHECK (from_id <> to_id));
COMMENT ON TABLE catalog.relation IS 'R: depends on, replaces, is part of; written by the owner of from_id';
CREATE INDEX relation_to ON catalog.relation (to_id);
ALTER TABLE catalog.relation ENABLE ROW LEVEL SECURITY;
CREATE POLICY relation_read ON catalog.relation FOR SELECT USING (
  EXISTS (SELECT 1 FROM catalog.offering o WHERE o.id = from_id) AND EXISTS (SELECT 1 FROM catalog.offering o WHERE o.id = to_id));
CREATE POLICY relation_new ON catalog.relation FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM catalog.offering o WHERE o.id = from_id
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
CREATE POLICY relation_drop ON catalog.relation FOR DELETE USING (EXISTS (
  SELECT 1 FROM catalog.offering o WHERE o.id = from_id
    AND ((SELECT kdnx.viewer_scope()) IN ('office', 'system') OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))));
GRANT SELECT, INSERT, DELETE ON catalog.relation TO kdnx_app;

-- Whether one reaches another by relations of a kind: a ring is a ring also where the asker does not see all of it.
CREATE FUNCTION catalog.relation_reaches(start uuid, goal uuid, by_kind text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH RECURSIVE r(id) AS (SELECT start UNION SELECT x.to_id FROM catalog.relation x JOIN r ON x.from_id = r.id WHERE x.kind = by_kind)
  SELECT EXISTS (SELECT 1 FROM r WHERE id = goal) $$;
-- What hangs on an offering, by count; names come from the tables, as far as the asker sees them. Only for its owner,
-- the office and audit. A row a distance: published or suspended offerings that need it directly (1) or through others.
CREATE FUNCTION catalog.count_impact(offering uuid, on_day date) RETURNS TABLE (distance int, offerings int, users int, orders int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH RECURSIVE r(id, d) AS (SELECT o.id, 0 FROM catalog.visible_offering o WHERE o.id = offering
      AND ((SELECT kdnx.viewer_sees_all()) OR o.owner_id = ANY ((SELECT kdnx.viewer_members())::uuid[]))
    UNION SELECT x.from_id, r.d + 1 FROM catalog.relation x JOIN r ON x.to_id = r.id JOIN catalog.offering o ON o.id = x.from_id
      WHERE x.kind IN ('depends_on', 'part_of') AND r.d < 12 AND o.state IN ('published', 'suspended')),
  near AS (SELECT id, min(d) AS d FROM r GROUP BY id)
  SELECT n.d, count(DISTINCT n.id)::int, count(DISTINCT u.recipient_id)::int, count(u.recipient_id)::int
  FROM near n LEFT JOIN catalog.offering_use u ON u.offering_id = n.id AND u.valid_from <= on_day AND (u.valid_to IS NULL OR u.valid_to > on_day)
  GROUP BY n.d ORDER BY n.d $$;
REVOKE ALL ON FUNCTION catalog.relation_reaches(uuid, uuid, text), catalog.count_impact(uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.relation_reaches(uuid, uuid, text), catalog.count_impact(uuid, date) TO kdnx_app;
