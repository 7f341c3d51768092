"""Pictures and files by their SHA-256, in a folder or in a bucket."""

from transcribe.archive.archive import Archive, is_bucket, known_place

__all__ = ["Archive", "is_bucket", "known_place"]
