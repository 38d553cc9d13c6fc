-- Roles, schemas and the functions that tell row security who is looking (model.md 4).
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'kdnx_app') THEN
    CREATE ROLE kdnx_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'kdnx_ledger') THEN
    CREATE ROLE kdnx_ledger NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the same server made them in this moment
END
$$;

-- An owner that is no superuser must be a member of the ledger's role to hand functions over to it.
DO $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE format('GRANT kdnx_ledger TO %I', current_user);
  END IF;
END
$$;

CREATE SCHEMA kdnx;
CREATE SCHEMA catalog;
CREATE SCHEMA exchange;
CREATE SCHEMA procurement;
GRANT USAGE ON SCHEMA kdnx, catalog, exchange, procurement TO kdnx_app;
GRANT USAGE ON SCHEMA kdnx, exchange TO kdnx_ledger;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- Nothing set = nothing seen: a used connection holds '' and not NULL.
CREATE FUNCTION kdnx.viewer_members() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(string_to_array(nullif(current_setting('kdnx.members', true), ''), ',')::uuid[], '{}') $$;
CREATE FUNCTION kdnx.viewer_scope() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('kdnx.scope', true), '') $$;
CREATE FUNCTION kdnx.viewer_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('kdnx.person', true), '')::uuid $$;
-- Office, audit and the system see every row; the committee reads aggregates only.
CREATE FUNCTION kdnx.viewer_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('kdnx.scope', true), '') IN ('office', 'audit', 'system') $$;

-- German order without ICU: DIN 5007-1 folded (ä as a, ß as ss), the same on every server.
CREATE FUNCTION kdnx.sort_key(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT translate(replace(lower($1), 'ß', 'ss'), 'äöüéèêáàâóòôúùûíìîçñÄÖÜ', 'aoueeeaaaooouuuiiicnaou') $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA kdnx TO kdnx_app;
