-- People and machines: identity providers, invitations, sessions, dated roles, deputies, clients (D23).
CREATE TABLE kdnx.identity_provider (
  id uuid PRIMARY KEY, slug text NOT NULL CONSTRAINT identity_provider_slug UNIQUE CHECK (slug ~ '^[a-z0-9-]{2,40}$'),
  label text NOT NULL, issuer text NOT NULL CONSTRAINT identity_provider_issuer UNIQUE,
  client_id text NOT NULL, client_secret text NOT NULL, member_id uuid REFERENCES kdnx.member,
  state text NOT NULL CONSTRAINT identity_provider_state CHECK (state IN ('active', 'off')),
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE kdnx.person (
  id uuid PRIMARY KEY, issuer text NOT NULL, subject text NOT NULL, display_name text NOT NULL, email text NOT NULL DEFAULT '',
  theme text NOT NULL DEFAULT '' CONSTRAINT person_theme CHECK (theme IN ('', 'light', 'dark')),
  language text NOT NULL DEFAULT 'de', is_persona boolean NOT NULL DEFAULT false, erased_at timestamptz,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT person_identity UNIQUE (issuer, subject));
CREATE TABLE kdnx.role_grant (
  id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES kdnx.person, member_id uuid NOT NULL REFERENCES kdnx.member,
  role text NOT NULL CONSTRAINT role_grant_role CHECK (role IN ('offering_editor', 'offering_approver', 'demand_editor', 'demand_approver',
    'procurement_officer', 'procurement_approver', 'evaluator', 'legal_officer', 'tax_officer', 'booking_clerk', 'booking_approver',
    'call_off_buyer', 'contract_manager', 'working_group_lead', 'committee', 'auditor', 'administrator')),
  limit_cents bigint CONSTRAINT role_grant_limit CHECK (limit_cents >= 0),
  valid_from date NOT NULL, valid_to date, granted_by uuid,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
  CONSTRAINT role_grant_once UNIQUE (person_id, member_id, role, valid_from),
  CONSTRAINT role_grant_term CHECK (valid_to IS NULL OR valid_to > valid_from),
  CONSTRAINT role_grant_not_self CHECK (granted_by IS NULL OR granted_by <> person_id));
CREATE TABLE kdnx.deputy (
  id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES kdnx.person, deputy_id uuid NOT NULL REFERENCES kdnx.person,
  member_id uuid NOT NULL REFERENCES kdnx.member, roles text[] NOT NULL, valid_from date NOT NULL, valid_to date NOT NULL,
  created_at timestamptz NOT NULL, ended_at timestamptz,
  CONSTRAINT deputy_other CHECK (deputy_id <> person_id), CONSTRAINT deputy_term CHECK (valid_to > valid_from));
CREATE TABLE kdnx.invitation (
  id uuid PRIMARY KEY, token_hash bytea NOT NULL CONSTRAINT invitation_token UNIQUE, email text NOT NULL, display_name text NOT NULL DEFAULT '',
  member_id uuid NOT NULL REFERENCES kdnx.member, roles text[] NOT NULL, invited_by uuid,
  expires_at timestamptz NOT NULL, accepted_at timestamptz, accepted_by uuid, withdrawn_at timestamptz, created_at timestamptz NOT NULL);
CREATE TABLE kdnx.session (
  id_hash bytea PRIMARY KEY, person_id uuid REFERENCES kdnx.person, client_id uuid, member_id uuid REFERENCES kdnx.member,
  scope text NOT NULL DEFAULT 'member', csrf_token text NOT NULL, provider_sid text, user_agent text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, revoked_at timestamptz);
CREATE INDEX session_person ON kdnx.session (person_id);
CREATE INDEX session_provider_sid ON kdnx.session (provider_sid) WHERE provider_sid IS NOT NULL;
CREATE TABLE kdnx.client (
  id uuid PRIMARY KEY, member_id uuid NOT NULL REFERENCES kdnx.member, label text NOT NULL, secret_hash bytea NOT NULL,
  scopes text[] NOT NULL, created_by uuid, valid_to date, revoked_at timestamptz, last_used_at timestamptz,
  row_version int NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE kdnx.rate (key text NOT NULL, window_start timestamptz NOT NULL, hits int NOT NULL, PRIMARY KEY (key, window_start));
CREATE TABLE kdnx.security_event (
  id uuid PRIMARY KEY, at timestamptz NOT NULL, kind text NOT NULL, detail text NOT NULL DEFAULT '', person_id uuid, request_id text NOT NULL DEFAULT '');
GRANT SELECT, INSERT, UPDATE ON kdnx.identity_provider, kdnx.person, kdnx.role_grant, kdnx.deputy, kdnx.invitation, kdnx.session, kdnx.client TO kdnx_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON kdnx.rate TO kdnx_app;
GRANT SELECT, INSERT ON kdnx.security_event TO kdnx_app;
