"""Roles that print beside a form's own fields plays on receipts and invoices, by the words that announce them.

A label belongs to whom it is most like: these take away from a field what only looks like its label.
"""

from __future__ import annotations

from collections.abc import Mapping

ROLES: Mapping[str, tuple[str, ...]] = {
    "#total": (
        *("Total", "Grand total", "Total amount", "Amount due", "Balance due", "Nett total", "Net total"),
        *("Total TTC", "Montant TTC", "Net à payer", "Total à payer", "Gesamtbetrag", "Summe", "Zu zahlen"),
    ),
    "#subtotal": (
        *("Subtotal", "Sub total", "Sub-total (RM)", "Total excluding GST", "Total (excluding GST)", "Total excl. GST"),
        *("Total excl tax", "Total before tax", "Total sales excluding GST", "Total (excl. of GST)", "Taxable amount"),
        *("Gross amount", "Item total", "Total excluded GST", "Total exclude GST", "Amount before tax"),
        *("Total HT", "Montant HT", "Sous-total", "Total hors taxe", "Base HT"),
        *("Zwischensumme", "Netto", "Nettobetrag", "Subtotaal", "Excl. BTW"),
    ),
    "#tax": (
        *(
            "GST",
            "Total GST",
            "GST amount",
            "GST 6%",
            "GST @ 6%",
            "Total GST 6%",
            "Tax",
            "Sales tax",
            "Total tax",
            "VAT",
        ),
        *("GST payable", "Service tax", "SST", "SR 6%", "Add GST", "Tax amount", "Includes GST", "Inclusive GST 6%"),
        *("Total includes GST", "GST included in total", "Total GST amount", "Inclusive of GST"),
        *("TVA", "Taxes", "Montant TVA", "Total TVA", "MwSt", "USt", "MwSt-Betrag", "BTW"),
    ),
    "#service": (
        "Service charge",
        "Svc chg",
        "Service chg 10%",
        "Frais de port",
        "Shipping",
        "Versand",
        "Delivery fee",
    ),
    "#tip": ("Tip", "Tips", "Gratuity", "Tip amount", "Pourboire", "Trinkgeld", "Propina", "Mancia"),
    "#rounding": (
        *("Rounding", "Rounding adjustment", "Rounding adj", "Round adj", "Rounding adj (RM)", "Rnd adj", "Adjustment"),
        *("Arrondi", "Rundung"),
    ),
    "#discount": (
        *("Discount", "Total discount", "Disc", "Total savings", "You saved", "Member discount", "Item discount"),
        *("Remise", "Rabatt", "Less discount", "Voucher", "Total disc"),
    ),
    "#paid": (
        *("Cash", "Cash tendered", "Tendered", "Tender", "Amount tendered", "Paid", "Amount paid", "Payment", "Visa"),
        *("Mastercard", "Credit card", "Debit card", "Visa card", "Card", "Bank card", "Received", "Cash received"),
        *("Paid amount", "Payment mode", "Espèces", "Carte bancaire", "CB", "Réglé", "Acompte", "Règlement"),
        *("Acompte versé", "Acompte reçu", "Acomptes versés", "Déjà réglé", "Déjà versé"),
        *("Bar", "Bargeld", "Gegeben", "EC-Karte", "Kartenzahlung", "Customer's payment", "Amex", "Cash payment"),
        *("Maestro", "girocard", "Payment amount", "Pay amount", "Deposit"),
    ),
    "#change": (
        "Charge amt",
        *("Change", "Change due", "Cash change", "Balance", "Change amount", "Monnaie", "Rendu", "À rendre"),
        *("Rückgeld", "Zurück", "Your change"),
    ),
    "#count": (
        *("Total qty", "Total quantity", "Total item", "Total items", "Item count", "Items", "No. of items", "Qty"),
        *("Total no. of items", "Number of items", "Total pcs", "Item(s)", "Quantity", "Quantité", "Qté"),
        *("Anzahl", "Anzahl Artikel", "Menge", "Posten", "Total no of article", "Count", "Pax", "Points"),
        *("Total points", "Points earned", "Bonus"),
    ),
    "#summary": (
        "GST summary",
        "Tax summary",
        "GST analysis",
        "Summary",
        "GST breakdown",
        "SST summary",
        "Tax invoice summary",
    ),
    "#rate": ("Tax code", "Tax rate", "Code", "Rate", "Taux", "Unit price", "U.price", "Price", "Prix unitaire"),
    "#due": (
        *("Due date", "Date due", "Payment due", "Date d'échéance", "Échéance", "À régler avant", "Règlement avant le"),
        *("Date limite", "Zahlbar bis", "Fällig am", "Expiry date", "Valid until", "Exp date", "Valid till"),
    ),
    "#delivery": ("Delivery date", "Ship date", "Date de livraison", "Lieferdatum", "Order date", "Date de commande"),
    "#account": (
        *("Code client", "N° client", "N° de client", "Numéro client", "Numéro de client", "Client n°"),
        *(
            "Compte client",
            "N° de compte client",
            "Référence client",
            "Réf. client",
            "Service client",
            "Service clients",
        ),
        *("Customer no", "Customer number", "Customer ID", "Account no", "Account number", "Kundennummer", "Kunden-Nr"),
    ),
    "#left": ("Reste à payer", "Reste dû", "Solde", "Solde dû", "Solde à payer", "Solde à régler", "Restbetrag"),
    "#born": (
        "Print date",
        "Printed on",
        "Date of birth",
        "Date de naissance",
        "Geburtsdatum",
        "Member since",
        "Expiry",
        "Card expiry",
    ),
    "#phone": ("Tel", "Telephone", "Phone", "Fax", "Mobile", "H/P", "Hotline", "Tél", "Téléphone", "Telefon", "Tel No"),
    "#registered": (
        *("GST No", "GST ID", "GST Reg No", "GST ID No", "Company No", "Co. Reg. No", "Reg No", "ROC", "ROC No"),
        *("Co No", "Company Reg No", "Business Reg No", "BRN", "SST No", "SST ID", "VAT No", "Tax ID"),
        *(
            "SIRET",
            "SIREN",
            "RCS",
            "N° TVA",
            "N° de TVA",
            "Numéro de TVA",
            "TVA intracommunautaire",
            "Steuernummer",
            "USt-IdNr",
            "St.Nr",
            "Steuer-Nr",
        ),
    ),
}
"""Words in English, French and German, with those of Malaysian receipts; the role's name begins with #."""
