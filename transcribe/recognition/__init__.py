"""A scan read by machine."""

from transcribe.recognition.annotated_regions import DRAWN, Annotations, read_annotated
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import pictures, read

__all__ = ["DRAWN", "Annotations", "ReadOptions", "pictures", "read", "read_annotated"]
