-- Dated rules (D10): thresholds, periods, tax codes and policies as rows with validity, source and two signatures.
CREATE TABLE kdnx.rule (
  kind text NOT NULL CONSTRAINT rule_kind CHECK (kind ~ '^[a-z][a-z0-9_]{2,39}$'),
  key text NOT NULL CONSTRAINT rule_key CHECK (length(key) BETWEEN 1 AND 80),
  valid_from date NOT NULL,
  version int NOT NULL CONSTRAINT rule_version CHECK (version > 0),
  id uuid NOT NULL GENERATED ALWAYS AS (
    md5(kind || '|' || key || '|' || (valid_from - date '2000-01-01')::text || '|' || version::text)::uuid) STORED,
  value jsonb,
  source text NOT NULL CONSTRAINT rule_source CHECK (length(trim(source)) >= 3),
  state text NOT NULL DEFAULT 'approved' CONSTRAINT rule_state CHECK (state IN ('entered', 'approved', 'rejected')),
  entered_by uuid REFERENCES kdnx.person, entered_at timestamptz,
  approved_by uuid REFERENCES kdnx.person, approved_at timestamptz,
  note text NOT NULL DEFAULT '',
  row_version int NOT NULL DEFAULT 1,
  PRIMARY KEY (kind, key, valid_from, version),
  CONSTRAINT rule_four_eyes CHECK (approved_by IS NULL OR approved_by <> entered_by),
  CONSTRAINT rule_signed CHECK (entered_by IS NULL OR state = 'entered' OR approved_by IS NOT NULL));
COMMENT ON TABLE kdnx.rule IS 'R V: a dated rule; value NULL = no rule from that day on; entered_by NULL = came with the program';
CREATE UNIQUE INDEX rule_id ON kdnx.rule (id);
CREATE UNIQUE INDEX rule_one_entered ON kdnx.rule (kind, key) WHERE state = 'entered';

ALTER TABLE kdnx.rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY rule_read ON kdnx.rule FOR SELECT USING (true);
CREATE POLICY rule_enter ON kdnx.rule FOR INSERT WITH CHECK (
  state = 'entered' AND entered_by = (SELECT kdnx.viewer_person()) AND approved_by IS NULL);
CREATE POLICY rule_decide ON kdnx.rule FOR UPDATE USING (state = 'entered')
  WITH CHECK (state IN ('approved', 'rejected') AND approved_by = (SELECT kdnx.viewer_person()));
GRANT SELECT, INSERT ON kdnx.rule TO kdnx_app;
GRANT UPDATE (state, approved_by, approved_at, note, row_version) ON kdnx.rule TO kdnx_app;

CREATE VIEW kdnx.public_rule AS
SELECT DISTINCT ON (kind, key, valid_from) id, kind, key, valid_from, version, value, source
FROM kdnx.rule WHERE state = 'approved' ORDER BY kind, key, valid_from, version DESC;
GRANT SELECT ON kdnx.public_rule TO kdnx_app;

-- First content. Amounts in cents net, periods in calendar days, shares in per cent as text.
INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('eu_threshold', 'supplies_services', '2024-01-01', 1, '{"cents": 22100000}', '§ 106 GWB; Delegierte Verordnung (EU) 2023/2495'),
  ('eu_threshold', 'supplies_services_central', '2024-01-01', 1, '{"cents": 14300000}', '§ 106 GWB; Delegierte Verordnung (EU) 2023/2495'),
  ('eu_threshold', 'social_services', '2024-01-01', 1, '{"cents": 75000000}', '§ 106 GWB; Richtlinie 2014/24/EU, Art. 4 Buchst. d'),
  ('eu_threshold', 'works', '2024-01-01', 1, '{"cents": 553800000}', '§ 106 GWB; Delegierte Verordnung (EU) 2023/2495'),
  ('eu_threshold', 'sector', '2024-01-01', 1, '{"cents": 44300000}', '§ 106 GWB; Delegierte Verordnung (EU) 2023/2496'),
  ('eu_threshold', 'supplies_services', '2026-01-01', 1, '{"cents": 21600000}', '§ 106 GWB; Delegierte Verordnungen (EU) 2025/2150 bis 2152'),
  ('eu_threshold', 'supplies_services_central', '2026-01-01', 1, '{"cents": 14000000}', '§ 106 GWB; Delegierte Verordnungen (EU) 2025/2150 bis 2152'),
  ('eu_threshold', 'works', '2026-01-01', 1, '{"cents": 540400000}', '§ 106 GWB; Delegierte Verordnungen (EU) 2025/2150 bis 2152'),
  ('eu_threshold', 'sector', '2026-01-01', 1, '{"cents": 43200000}', '§ 106 GWB; Delegierte Verordnungen (EU) 2025/2150 bis 2152'),
  ('eu_threshold', 'supplies_services', '2028-01-01', 1, NULL, 'Die Schwellenwerte gelten bis 31.12.2027; die nächsten werden Ende 2027 veröffentlicht.'),
  ('eu_threshold', 'supplies_services_central', '2028-01-01', 1, NULL, 'Die Schwellenwerte gelten bis 31.12.2027; die nächsten werden Ende 2027 veröffentlicht.'),
  ('eu_threshold', 'works', '2028-01-01', 1, NULL, 'Die Schwellenwerte gelten bis 31.12.2027; die nächsten werden Ende 2027 veröffentlicht.'),
  ('eu_threshold', 'sector', '2028-01-01', 1, NULL, 'Die Schwellenwerte gelten bis 31.12.2027; die nächsten werden Ende 2027 veröffentlicht.'),

  ('notice_period', 'open', '2016-04-18', 1,
   '{"offer_days": 35, "electronic_days": 30, "urgent_days": 15, "pin_days": 15, "norm": "§ 15 VgV"}', '§ 15 Abs. 2 bis 4, § 38 Abs. 3 VgV'),
  ('notice_period', 'restricted', '2016-04-18', 1,
   '{"participation_days": 30, "participation_urgent_days": 15, "offer_days": 30, "electronic_days": 25, "urgent_days": 10, "pin_days": 10, "agreed_min_days": 10, "norm": "§ 16 VgV"}', '§ 16 Abs. 2 bis 8, § 38 Abs. 3 VgV'),
  ('notice_period', 'negotiated', '2016-04-18', 1,
   '{"participation_days": 30, "participation_urgent_days": 15, "offer_days": 30, "electronic_days": 25, "urgent_days": 10, "pin_days": 10, "agreed_min_days": 10, "norm": "§ 17 VgV"}', '§ 17 Abs. 2 bis 9, § 38 Abs. 3 VgV'),
  ('notice_period', 'negotiated_without_notice', '2016-04-18', 1,
   '{"adequate": true, "norm": "§ 14 Abs. 4, § 17 Abs. 5 VgV"}', '§ 14 Abs. 4, § 17 Abs. 5 VgV: angemessene Frist, bei äußerster Dringlichkeit keine'),
  ('notice_period', 'dialogue', '2016-04-18', 1,
   '{"participation_days": 30, "adequate": true, "norm": "§ 18 VgV"}', '§ 18 Abs. 3 VgV; die Angebotsfrist wird nach dem Dialog gesetzt'),
  ('notice_period', 'innovation_partnership', '2016-04-18', 1,
   '{"participation_days": 30, "adequate": true, "norm": "§ 19 VgV"}', '§ 19 Abs. 4 VgV'),
  ('notice_period', 'interest_confirmation', '2016-04-18', 1, '{"participation_days": 30, "norm": "§ 38 Abs. 5 VgV"}', '§ 38 Abs. 4 und 5 VgV'),
  ('notice_period', 'extra_without_electronic_documents', '2016-04-18', 1, '{"extra_days": 5, "norm": "§ 41 Abs. 2 und 3 VgV"}', '§ 41 Abs. 2 und 3 VgV; nicht bei Dringlichkeit'),
  ('notice_period', 'prior_information', '2016-04-18', 1, '{"min_days": 35, "max_months": 12, "norm": "§ 38 Abs. 3 VgV"}', '§ 38 Abs. 3 VgV'),
  ('notice_period', 'late_information', '2016-04-18', 1, '{"days": 6, "urgent_days": 4, "norm": "§ 20 Abs. 3 VgV"}', '§ 20 Abs. 3 VgV'),

  ('standstill', 'information', '2016-04-18', 1, '{"days": 15, "electronic_days": 10, "norm": "§ 134 Abs. 2 GWB"}', '§ 134 Abs. 2 GWB'),
  ('standstill', 'voluntary_notice', '2016-04-18', 1, '{"days": 10, "norm": "§ 135 Abs. 3 GWB"}', '§ 135 Abs. 3 GWB'),
  ('standstill', 'invalidity_claim', '2016-04-18', 1, '{"days": 30, "max_months": 6, "norm": "§ 135 Abs. 2 GWB"}', '§ 135 Abs. 2 GWB'),
  ('standstill', 'objection', '2016-04-18', 1, '{"days": 10, "review_days": 15, "norm": "§ 160 Abs. 3 GWB"}', '§ 160 Abs. 3 GWB'),
  ('value_estimate', 'small_lot_services', '2016-04-18', 1, '{"cents": 8000000, "share_pct": "20", "norm": "§ 3 Abs. 9 VgV"}', '§ 3 Abs. 9 VgV'),
  ('value_estimate', 'indefinite_term', '2016-04-18', 1, '{"months": 48, "norm": "§ 3 Abs. 11 VgV"}', '§ 3 Abs. 11 VgV'),
  ('inhouse_limit', 'entrusted_share', '2016-04-18', 1, '{"pct": "80", "more_than": true, "amber_pct": "90", "norm": "§ 108 Abs. 1 GWB"}', '§ 108 Abs. 1 Nr. 2, Abs. 8 GWB'),
  ('inhouse_limit', 'cooperation_market_share', '2016-04-18', 1, '{"pct": "20", "more_than": false, "amber_pct": "10", "norm": "§ 108 Abs. 6 GWB"}', '§ 108 Abs. 6 Nr. 3, Abs. 8 GWB'),
  ('register_limit', 'competition_register', '2022-06-01', 1, '{"cents": 3000000, "reuse_months": 2, "norm": "§ 6 WRegG"}', '§ 6 Abs. 1 WRegG (Fassung bis 30.06.2026)'),
  ('register_limit', 'competition_register', '2026-07-01', 1, '{"cents": 5000000, "reuse_months": 2, "norm": "§ 6 WRegG"}', '§ 6 Abs. 1 WRegG (Fassung ab 01.07.2026)'),

  ('tax_code', 'U19', '2021-01-01', 1, '{"label": "steuerpflichtig 19 %", "rate_pct": "19", "category": "S", "norm": "§ 12 Abs. 1 UStG", "reason": ""}', '§ 12 Abs. 1 UStG'),
  ('tax_code', 'F29', '2021-01-01', 1, '{"label": "steuerfrei § 4 Nr. 29", "rate_pct": "0", "category": "E", "norm": "§ 4 Nr. 29 UStG", "reason": "Steuerfrei nach § 4 Nr. 29 UStG (Kostenteilung eines Zusammenschlusses)"}', '§ 4 Nr. 29 UStG'),
  ('tax_code', 'FX', '2021-01-01', 1, '{"label": "aus anderem Grund steuerfrei", "rate_pct": "0", "category": "E", "norm": "§ 4 UStG", "reason": "Steuerfrei nach § 4 UStG"}', '§ 4 UStG'),
  ('tax_code', 'N2B', '2021-01-01', 1, '{"label": "nicht steuerbar § 2b", "rate_pct": "0", "category": "O", "norm": "§ 2b UStG", "reason": "Nicht steuerbar nach § 2b UStG"}', '§ 2b UStG'),
  ('tax_code', 'NALT', '2021-01-01', 1, '{"label": "nicht steuerbar nach altem Recht", "rate_pct": "0", "category": "O", "norm": "§ 2 Abs. 3 UStG a. F.", "reason": "Nicht steuerbar nach § 2 Abs. 3 UStG a. F. in Verbindung mit § 27 Abs. 22 UStG"}', '§ 27 Abs. 22 und 22a UStG'),
  ('tax_code', 'NALT', '2027-01-01', 1, NULL, '§ 27 Abs. 22a UStG: Leistungen, die vor dem 01.01.2027 erbracht werden'),
  ('tax_code', 'KU', '2021-01-01', 1, '{"label": "Kleinunternehmer", "rate_pct": "0", "category": "E", "norm": "§ 19 UStG", "reason": "Steuerfrei nach § 19 UStG (Kleinunternehmer)"}', '§ 19 UStG'),
  ('tax_code', 'undecided', '2021-01-01', 1, '{"label": "unbestimmt", "rate_pct": null, "category": null, "norm": "", "reason": "", "blocks_service_from": "2027-01-01"}', 'Vorgabe des Hauses: Zeiträume ab 01.01.2027 brauchen eine Entscheidung (§ 27 Abs. 22a UStG)'),

  ('surcharge', 'hub', '2000-01-01', 1, '{"pct": "0", "fee_cents": 0}', 'Ausgangswert ohne Umlage; der Verbund beschließt seine Umlage und trägt sie mit Datum ein.'),
  ('volume_definition', 'volume', '2000-01-01', 1, '{"version": "v1", "text": "Summe der von beiden Seiten bestätigten Nettobeträge der ersten Leistungsbeziehung nach Leistungszeitraum; ohne Umlage, Umsatzsteuer und Abrufe aus Vergaben."}', 'Festlegung des Verbunds, Fassung v1'),
  ('posting_template', 'booking', '2000-01-01', 1, '{"version": "v1", "hub": ["supply", "pass", "surcharge"], "direct": ["supply"], "split": "calendar_month_by_days"}', 'Kontierung des Hauses, Fassung v1'),
  ('confirmation_policy', 'default', '2000-01-01', 1, '{"silence": "escalate", "confirm_days": 30}', 'Vorgabe des Hauses: Schweigen gilt nie als Zustimmung, wenn nichts anderes vereinbart ist.'),
  ('committee_grain', 'default', '2000-01-01', 1, '{"grain": "pair_category", "pairs_from": "open_year", "k": 1}', 'Vorgabe des Hauses; der Lenkungsausschuss kann gröber beschließen.'),
  ('holiday', 'calendar', '2000-01-01', 1, '{"subdivision": "NW", "extra_days": []}', 'Verordnung (EWG, Euratom) Nr. 1182/71; Feiertagsgesetz NW');
