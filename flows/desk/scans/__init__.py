"""Scans: found by what is known of them, one page each with every field drawn, and every verb on scan and value."""
