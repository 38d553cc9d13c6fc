"""The way to PostgreSQL: pool, transaction, rows, migrations, the embedded server."""
