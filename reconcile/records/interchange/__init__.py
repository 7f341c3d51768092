"""What records.db is for other systems: measured quality, typed columns, descriptions, a copy in PostgreSQL."""
