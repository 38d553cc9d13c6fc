-- The application's login reads which migrations are there, so that it refuses to serve an outdated database.
GRANT SELECT ON public.kdnx_migration TO kdnx_app;
