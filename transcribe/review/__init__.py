"""The web app of the review queue: people see one field at a time and type what it says."""

from transcribe.review.access.guard import REQUEST_ID_HEADER, TAKES_FILE
from transcribe.review.access.roles import network_of, require_proof, require_still_operator
from transcribe.review.access.sessions import Sending, SignedIn, Visitor
from transcribe.review.app import create_app
from transcribe.review.context import Context, Here
from transcribe.review.options import DecisionRules, ReviewOptions
from transcribe.review.pages.people import ENGAGEMENT_WORDS, ROLE_WORDS
from transcribe.review.pages.pictures import picture_response
from transcribe.review.rendering import Rendering
from transcribe.review.requests import reason_words as skip_reason_words
from transcribe.review.views.comparison import Weight, weights
from transcribe.review.views.form_choices import Statement, months_of, statements_of
from transcribe.review.views.formatting import (
    amount,
    day,
    full_amount,
    moment,
    number,
    percent_sign,
    placed_amount,
    places_of,
    share,
    signed,
    spent,
)
from transcribe.review.views.formatting import month as month_words
from transcribe.review.work_row import WORK_HEADS, Figure, work_row

__all__ = [
    "ENGAGEMENT_WORDS",
    "REQUEST_ID_HEADER",
    "ROLE_WORDS",
    "TAKES_FILE",
    "WORK_HEADS",
    "Context",
    "DecisionRules",
    "Figure",
    "Here",
    "Rendering",
    "ReviewOptions",
    "Sending",
    "SignedIn",
    "Statement",
    "Visitor",
    "Weight",
    "amount",
    "create_app",
    "day",
    "full_amount",
    "moment",
    "month_words",
    "months_of",
    "network_of",
    "number",
    "percent_sign",
    "picture_response",
    "placed_amount",
    "places_of",
    "require_proof",
    "require_still_operator",
    "share",
    "signed",
    "skip_reason_words",
    "spent",
    "statements_of",
    "weights",
    "work_row",
]
