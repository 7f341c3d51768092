"""What forms often call themselves and their fields, in every language of the pages.

A form says its labels in the languages of whoever made it. Who reads in another language is told these words in
theirs: the shipped forms are French and English, and are read by people with Spanish pages too.
"""

from __future__ import annotations

from transcribe.i18n.marks import N_

FORM_WORDS = frozenset(
    {
        N_("Account"),
        N_("Address"),
        N_("Amount"),
        N_("Bank transfer"),
        N_("Card"),
        N_("Card number"),
        N_("Cheque"),
        N_("Comment"),
        N_("Company"),
        N_("Copy the dashes too"),
        N_("Customer"),
        N_("Customer number"),
        N_("Date"),
        N_("Day/month/year"),
        N_("Deliver by"),
        N_("Delivery"),
        N_("Delivery wanted"),
        N_("Description"),
        N_("Due date"),
        N_("E-mail"),
        N_("Express delivery"),
        N_("French invoice"),
        N_("Goods total"),
        N_("Invoice date"),
        N_("Invoice me"),
        N_("Invoice number"),
        N_("Item code"),
        N_("Lines"),
        N_("Notes"),
        N_("Order date"),
        N_("Order form"),
        N_("Order form (French)"),
        N_("Order no."),
        N_("Order number"),
        N_("Phone"),
        N_("Postcode"),
        N_("Price each"),
        N_("Purchase order number"),
        N_("Qty"),
        N_("Quantity"),
        N_("Receipt"),
        N_("Reference"),
        N_("Send me the new catalogue"),
        N_("Signature"),
        N_("Subtotal"),
        N_("Supplier"),
        N_("Tax"),
        N_("Tax amount"),
        N_("To whom the invoice is addressed"),
        N_("Total"),
        N_("Total before tax"),
        N_("Total to pay"),
        N_("Town"),
        N_("Unit price"),
        N_("VAT 20 %"),
        N_("VAT at 20 %"),
        N_("Who issued the invoice"),
    }
)
"""Titles, labels and help of the shipped forms, as they are in English."""
