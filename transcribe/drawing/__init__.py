"""Pictures for people: a page with its fields drawn, a field in its surroundings."""

from transcribe.drawing.annotated_page import draw_page
from transcribe.drawing.context_crop import (
    as_png,
    blank_thumbnail,
    field_alone,
    frame_of_view,
    small_picture,
    surroundings,
)

__all__ = ["as_png", "blank_thumbnail", "draw_page", "field_alone", "frame_of_view", "small_picture", "surroundings"]
