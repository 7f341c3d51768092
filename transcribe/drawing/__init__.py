"""Pictures for people: a page with its fields drawn, a field in its surroundings."""

from transcribe.drawing.annotated_page import draw_page
from transcribe.drawing.blank_thumbnail import blank_thumbnail
from transcribe.drawing.context_crop import frame_of_view, surroundings

__all__ = ["blank_thumbnail", "draw_page", "frame_of_view", "surroundings"]
