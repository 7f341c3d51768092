"""Other people's readings reconciled, without a form or a store."""

from reconcile.collection.items import Collected, Fault, Item, ItemResult, collect
from reconcile.collection.reconcile_items import Reconciled, reconcile_items
from reconcile.collection.source_standing import value_of

__all__ = ["Collected", "Fault", "Item", "ItemResult", "Reconciled", "collect", "reconcile_items", "value_of"]
