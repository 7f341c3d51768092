"""Readings in; decisions and records out."""
