"""The state database: the only SQL of the state."""
