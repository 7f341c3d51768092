"""Other people's readings reconciled, without a form or a store."""

from reconcile.collection.file_formats import Collected, Fault, collect
from reconcile.collection.items import Item, ItemResult
from reconcile.collection.reconcile_items import Reconciled, reconcile_items
from reconcile.collection.source_standing import value_of

__all__ = ["Collected", "Fault", "Item", "ItemResult", "Reconciled", "collect", "reconcile_items", "value_of"]
