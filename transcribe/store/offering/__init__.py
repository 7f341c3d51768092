"""Whom open tasks are for, and in which order: queues are given out by these rules."""
