-- What a document is to its object, and who may read it when the object's own audience changes.
ALTER TABLE kdnx.document ADD COLUMN kind text NOT NULL DEFAULT 'other' CONSTRAINT document_kind CHECK (kind IN ('contract', 'annex', 'other'));
GRANT UPDATE (party_ids) ON kdnx.document TO kdnx_app;
