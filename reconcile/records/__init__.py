"""The record database, records.db: published from the state's outbox, read by downstream systems."""
