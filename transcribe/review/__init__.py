"""The web app of the review queue: people see one field at a time and type what it says."""

from transcribe.review.access.proof import network_of
from transcribe.review.app import create_app
from transcribe.review.context import Context, Here
from transcribe.review.options import DecisionRules, ReviewOptions
from transcribe.review.pages.pictures import picture_response

__all__ = ["Context", "DecisionRules", "Here", "ReviewOptions", "create_app", "network_of", "picture_response"]
