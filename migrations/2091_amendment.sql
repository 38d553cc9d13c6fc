-- Amendments: a change of a running order is a new version that all sides sign before it is in force (model.md 2, D12).
CREATE TABLE exchange.amendment (
  owner_id uuid NOT NULL, id uuid NOT NULL, order_id uuid NOT NULL,
  version int NOT NULL, base_version int NOT NULL CONSTRAINT amendment_base CHECK (base_version < version),
  state text NOT NULL CONSTRAINT amendment_state CHECK (state IN ('proposed', 'reviewed', 'approved_provider', 'approved_hub', 'agreed',
    'in_force', 'declined', 'withdrawn', 'lapsed')),
  valid_from date NOT NULL, needs_legal boolean NOT NULL, early_reason text NOT NULL DEFAULT '',
  reason text NOT NULL CONSTRAINT amendment_reason CHECK (length(trim(reason)) >= 3), answer text NOT NULL DEFAULT '',
  proposed_by uuid NOT NULL REFERENCES kdnx.member,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, id),
  FOREIGN KEY (owner_id, order_id, version) REFERENCES exchange.order_version (owner_id, order_id, version),
  CONSTRAINT amendment_version_once UNIQUE (owner_id, order_id, version));
COMMENT ON TABLE exchange.amendment IS 'G mixed: the way of one version of a running order; its terms are the version, its author and signatures stand there';
CREATE UNIQUE INDEX amendment_one_open ON exchange.amendment (owner_id, order_id)
  WHERE state IN ('proposed', 'reviewed', 'approved_provider', 'approved_hub', 'agreed');
CREATE INDEX amendment_id ON exchange.amendment (id);
CREATE INDEX amendment_order ON exchange.amendment (order_id);
CREATE INDEX amendment_due ON exchange.amendment (valid_from) WHERE state IN ('proposed', 'reviewed', 'approved_provider', 'approved_hub', 'agreed');
ALTER TABLE exchange.amendment ENABLE ROW LEVEL SECURITY;
CREATE POLICY amendment_read ON exchange.amendment FOR SELECT USING ((SELECT kdnx.viewer_sees_all())
  OR EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = amendment.owner_id AND o.id = amendment.order_id));
CREATE POLICY amendment_propose ON exchange.amendment FOR INSERT WITH CHECK ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member' AND proposed_by = ANY ((SELECT kdnx.viewer_members())::uuid[])
    AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = amendment.owner_id AND o.id = amendment.order_id)));
CREATE POLICY amendment_move ON exchange.amendment FOR UPDATE USING ((SELECT kdnx.viewer_scope()) IN ('office', 'system')
  OR ((SELECT kdnx.viewer_scope()) = 'member'
    AND EXISTS (SELECT 1 FROM exchange.service_order o WHERE o.owner_id = amendment.owner_id AND o.id = amendment.order_id)));
GRANT SELECT, INSERT ON exchange.amendment TO kdnx_app;
GRANT UPDATE (state, answer, row_version, updated_at) ON exchange.amendment TO kdnx_app;

-- a change that leaves the legal route alone carries the review of the version before
ALTER TABLE exchange.order_approval DROP CONSTRAINT order_approval_origin,
  ADD CONSTRAINT order_approval_origin CHECK (origin IN ('signed', 'legacy', 'succession', 'carried'));
