"""A scan read by machine."""

from transcribe.recognition.annotated_regions import read_annotated
from transcribe.recognition.layout_reader import DRAWN, Annotations, BegunReading, LayoutReader
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import pictures, read
from transcribe.recognition.result import ReadResultBuilder, page_transform
from transcribe.recognition.snippet_frames import body_height

__all__ = [
    "DRAWN",
    "Annotations",
    "BegunReading",
    "LayoutReader",
    "ReadOptions",
    "ReadResultBuilder",
    "body_height",
    "page_transform",
    "pictures",
    "read",
    "read_annotated",
]
