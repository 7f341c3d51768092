"""The state in a database of PostgreSQL: the driver, its pool, its tables."""
