"""Summaries for the pages of operators: brought up to date a few scans at a time, and looked at."""
