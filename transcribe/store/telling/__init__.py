"""Webhooks: who is told of what, and the queue of each."""
