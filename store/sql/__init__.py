"""The store in a SQL database: SQLAlchemy Core, Alembic migrations, SQLite by default."""
