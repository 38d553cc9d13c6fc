-- Editing in sections, planned retirement, reminders of the yearly confirmation by rule.

-- what the open form that saved last had in its fields: an answer lost on the way back is then no conflict with oneself
ALTER TABLE catalog.offering_version ADD COLUMN last_form jsonb;

-- a retirement that is announced and can be taken back until its day
ALTER TABLE catalog.offering ADD COLUMN retire_on date, ADD COLUMN retire_note text NOT NULL DEFAULT '';
ALTER TABLE catalog.offering ADD CONSTRAINT offering_retire_note CHECK ((retire_on IS NULL) = (retire_note = ''));
CREATE INDEX offering_retire ON catalog.offering (retire_on) WHERE retire_on IS NOT NULL;

INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('reminder', 'offering_reconfirm', '2000-01-01', 1, '{"first_days": 60, "second_days": 30, "last_days": 7}',
   'Vorgabe des Hauses: die Angaben einer Leistung werden jährlich bestätigt; erinnert wird 60, 30 und 7 Tage vorher');

