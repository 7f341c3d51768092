"""The section Records: duplicates, exceptions, corrected records, webhooks with resending, tokens."""
