"""The web app of the review queue: people see one field at a time and type what it says."""

from transcribe.review.access.proof import network_of
from transcribe.review.access.roles import DESK_ROLES
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.app import create_app
from transcribe.review.context import Context, Here
from transcribe.review.options import DecisionRules, ReviewOptions
from transcribe.review.pages.pictures import picture_response
from transcribe.review.rendering import Rendering
from transcribe.review.views.comparison import Weight, weights
from transcribe.review.views.formatting import amount, moment, number, share, spent
from transcribe.review.views.kinds import KIND_WORDS

__all__ = [
    "DESK_ROLES",
    "KIND_WORDS",
    "Context",
    "DecisionRules",
    "Here",
    "Rendering",
    "ReviewOptions",
    "Sending",
    "SignedIn",
    "Visitor",
    "Weight",
    "amount",
    "create_app",
    "moment",
    "network_of",
    "number",
    "picture_response",
    "share",
    "spent",
    "weights",
]
