"""Free layouts: forms without a blank, such as receipts and invoices."""

from flows.parts.layouts.layouts_part import PART

__all__ = ["PART"]
