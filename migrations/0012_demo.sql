-- The demonstration: which steps of its script are done, so that a start in the middle goes on where it stopped.
CREATE TABLE kdnx.demo_step (
  name text PRIMARY KEY CONSTRAINT demo_step_name CHECK (name ~ '^[a-z0-9_.]{2,60}$'),
  done_at timestamptz NOT NULL);
COMMENT ON TABLE kdnx.demo_step IS 'R: steps of the demonstration that are loaded; empty in every other installation';
GRANT SELECT, INSERT ON kdnx.demo_step TO kdnx_app;
