"""The operator's desk: what waits, what it costs, when it will be done, and every verb of an operator, as pages."""

from flows.desk.batches.batch_pages import Name
from flows.desk.batches.batch_view import BatchView, batch_view
from flows.desk.desk import DESK_ADDRESS, add_desk
from flows.desk.tables import Cell, Column, Kind, Table, table_file
from flows.desk.visit import Look, Visit

__all__ = [
    "DESK_ADDRESS",
    "BatchView",
    "Cell",
    "Column",
    "Kind",
    "Look",
    "Name",
    "Table",
    "Visit",
    "add_desk",
    "batch_view",
    "table_file",
]
