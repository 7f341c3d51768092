"""Fields of a page without a blank, found among its words."""

from transcribe.extraction.key_values.text_in_box import text_in_box
from transcribe.extraction.locate import Located, locate
from transcribe.extraction.page_text.page_text import PageText
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.annotated_rows import AnnotatedCell, cells_of_rows

__all__ = ["AnnotatedCell", "Located", "PageText", "cells_of_rows", "lines", "locate", "text_in_box"]
