"""Pictures for people: a page with its fields drawn, a field in its surroundings."""

from transcribe.drawing.annotated_page import draw_page
from transcribe.drawing.blank_thumbnail import blank_thumbnail, small_picture
from transcribe.drawing.context_crop import frame_of_view, surroundings
from transcribe.drawing.picture_formats import as_png, field_alone

__all__ = ["as_png", "blank_thumbnail", "draw_page", "field_alone", "frame_of_view", "small_picture", "surroundings"]
