"""The schema's history (Alembic); the same migrations run on SQLite and PostgreSQL."""
