"""Database, bucket and Prefect's server go away while files are taken in and read, and what must be there after."""
