-- Read notices and finished letters do not stay for ever; the days are a dated rule of kind retention.
GRANT DELETE ON kdnx.notice, kdnx.outbox TO kdnx_app;
CREATE POLICY notice_delete ON kdnx.notice AS RESTRICTIVE FOR DELETE USING ((SELECT kdnx.viewer_scope()) = 'system');
CREATE INDEX outbox_done ON kdnx.outbox (done_at) WHERE state <> 'waiting';
CREATE INDEX notice_created ON kdnx.notice (created_at);
INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source) VALUES
  ('retention', 'notice', '2000-01-01', 1, '{"days": 400}', 'Vorgabe des Hauses: Meldungen werden nach 400 Tagen gelöscht (Art. 5 Abs. 1 Buchst. e DSGVO)'),
  ('retention', 'outbox', '2000-01-01', 1, '{"days": 90}', 'Vorgabe des Hauses: Versandnachweise werden nach 90 Tagen gelöscht (Art. 5 Abs. 1 Buchst. e DSGVO)');
