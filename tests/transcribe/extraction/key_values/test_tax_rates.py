"""Tax tables of several rates."""

from __future__ import annotations

from tests.transcribe.extraction.key_values.test_finders import best

TABLE = [
    "Net à payer :      75,17 €",
    "",
    "Taux        Base HT      TVA      TTC",
    "10,0 %        40,35     4,04    44,39",
    "20,0 %        25,65     5,13    30,78",
]


def test_the_total_of_a_tax_table_is_read_and_not_its_first_rate() -> None:
    found = best("facture", [*TABLE, "Total         66,00     9,17    75,17"])
    assert (found["total_untaxed"], found["tax_amount"], found["total_amount"]) == ("66,00", "9,17", "75,17")


def test_the_last_amount_of_a_column_that_is_the_sum_of_those_above_is_its_total() -> None:
    found = best("facture", [*TABLE, "              66,00     9,17    75,17"])
    assert (found["total_untaxed"], found["tax_amount"]) == ("66,00", "9,17")


def test_without_a_total_of_several_rates_none_of_them_is_the_tax() -> None:
    rows = ["Total HT     1118,56 €", "TVA à 10%      91,28 €", "TVA à 20%      41,14 €", "Total TTC    1250,98 €"]
    found = best("facture", rows)
    assert "tax_amount" not in found
    assert (found["total_untaxed"], found["total_amount"]) == ("1118,56", "1250,98")
    assert "tax_amount" not in best("facture", TABLE)


def test_a_rate_without_tax_leaves_the_other_as_the_tax() -> None:
    rows = ["Total HT      100,00 €", "TVA à 20%      20,00 €", "TVA à 0%        0,00 €", "Total TTC     120,00 €"]
    assert best("facture", rows)["tax_amount"] == "20,00"


def test_a_rebate_in_percent_is_no_second_rate() -> None:
    rows = ["10 % de remise     12,00 €", "Total HT          100,00 €", "TVA 20%            20,00 €"]
    assert best("facture", rows)["tax_amount"] == "20,00"


def test_a_single_rate_is_the_tax() -> None:
    assert best("facture", ["Total HT   100,00 €", "TVA 20%     20,00 €"])["tax_amount"] == "20,00"
