"""Parquet, data packages, Order-X, readings and training pairs; copies for PostgreSQL and Datasette."""

from flows.parts.exports.exports_part import PART

__all__ = ["PART"]
