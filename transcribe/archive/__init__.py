"""Pictures and files by their SHA-256, in a folder or at a place that a part opens."""

from transcribe.archive.archive import Archive, FilePlace, Folder

__all__ = ["Archive", "FilePlace", "Folder"]
