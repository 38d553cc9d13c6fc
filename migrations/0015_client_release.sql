-- Who administers has no rights in the business (domain.md 6): so one person creates a machine client, another releases it.
ALTER TABLE kdnx.client ADD COLUMN released_by uuid;
ALTER TABLE kdnx.client ADD COLUMN released_at timestamptz;
ALTER TABLE kdnx.client ADD CONSTRAINT client_four_eyes CHECK (released_by IS NULL OR released_by <> created_by);
ALTER TABLE kdnx.client ADD CONSTRAINT client_released CHECK ((released_by IS NULL) = (released_at IS NULL));
