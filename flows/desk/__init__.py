"""The operator's desk: what waits, what it costs, when it will be done, and every verb of an operator, as pages."""

from flows.desk.deeds import do, refused, safe_name, uploads, with_done
from flows.desk.desk import DESK_ADDRESS, add_desk
from flows.desk.pages.batch_pages import Name
from flows.desk.pages.batch_table import BatchView, batch_view
from flows.desk.pages.form_pages import (
    PERSONAL,
    FormName,
    KnownForm,
    PageNumber,
    difference_table,
    earlier_versions,
    forget_suggested,
    form_of_version,
    known_form,
    suggested,
    type_choices,
)
from flows.desk.pages.programs_page import PROGRAMS, NewSecret, shown_secret
from flows.desk.pages.scan_view import rule_words
from flows.desk.parts import Deed, Part
from flows.desk.tables import Cell, Kind, Raw, Table, table_file
from flows.desk.visit import Act, Look, ProvedAct, Visit

__all__ = [
    "DESK_ADDRESS",
    "PERSONAL",
    "PROGRAMS",
    "Act",
    "BatchView",
    "Cell",
    "Deed",
    "FormName",
    "Kind",
    "KnownForm",
    "Look",
    "Name",
    "NewSecret",
    "PageNumber",
    "Part",
    "ProvedAct",
    "Raw",
    "Table",
    "Visit",
    "add_desk",
    "batch_view",
    "difference_table",
    "do",
    "earlier_versions",
    "forget_suggested",
    "form_of_version",
    "known_form",
    "refused",
    "rule_words",
    "safe_name",
    "shown_secret",
    "suggested",
    "table_file",
    "type_choices",
    "uploads",
    "with_done",
]
