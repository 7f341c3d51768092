"""The parts: a room for each, which no other room imports."""
