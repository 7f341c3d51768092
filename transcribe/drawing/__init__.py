"""Pictures for people: a page with its fields drawn, a field in its surroundings."""

from transcribe.drawing.annotated_page import draw_page
from transcribe.drawing.context_crop import frame_of_view, surroundings

__all__ = ["draw_page", "frame_of_view", "surroundings"]
