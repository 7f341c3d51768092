"""The same order again: pairs of scans that look alike or have the same values, and what operators say of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from math import prod
from typing import get_args

from transcribe.errors import SettingsError
from transcribe.model import Duplicate, DuplicatePolicy, PageFingerprint, Scan, Verdict
from transcribe.store.drivers.columns import noun
from transcribe.store.drivers.database import Row
from transcribe.store.steering.acts import ActVerbs
from transcribe.store.verbs.ingest import IngestVerbs

BAND_BYTES = 2
"""Bytes of a band of a fingerprint.

Two pages that differ in 18 % of their bits, the most that two pictures of a sheet did, share one of 128 bands in 996 of
1,000 cases; of pages that differ in 39 %, as different sheets do, 5 of 100 share one.
"""

MOST_PARTNERS_COUNT = 3
"""So many scans at most are said to be the same as one: the most alike. Chosen by hand."""

SAME_PROBABILITY = 0.9
"""Least probability that all identifying values of two scans are as they were read. Chosen by hand: six fields, each
decided as surely as is usual, have 0.94 on two scans."""


class DuplicateVerbs(IngestVerbs, ActVerbs):
    """Keeps what tells one order from another, and finds the same one again."""

    def put_fingerprints(
        self,
        scan: str,
        fingerprints: Sequence[PageFingerprint],
        most_differing: float,
        policy: DuplicatePolicy,
        now: datetime,
    ) -> list[str]:
        """Keep the fingerprints of a scan's pages in place of what was kept, and find the scans that look alike.

        All pages that two scans both have differ in `most_differing` of their bits at most then. Each is a pair with
        this scan, under this policy where the pair is new. Gives their ids, the most alike first.
        """
        with self.db.write():
            row = self.scan_row(scan)
            if row["erased_at"] is not None:
                return []
            self.db.run("drop_page_prints", scan_id=row["id"])
            self.db.run("drop_print_bands", scan_id=row["id"])
            self.db.run("not_alike_any_more", scan_id=row["id"])
            slots = [slot for each in fingerprints for slot in _slots(row["form"], each)]
            found = self._alike(row, fingerprints, slots, most_differing) if slots else {}
            for each in fingerprints:
                self.db.run("put_page_print", scan_id=row["id"], number=each.number, form=row["form"], bits=each.bits)
            self.db.run("put_print_bands", scan_id=row["id"], slots=slots)
            for other, differing in found.items():
                self.db.run("set_differing", id=self._pair(row["id"], other, policy, now)["id"], differing=differing)
            return self._told(row, list(found), now)

    def put_identities(
        self, scan: str, identities: Mapping[tuple[str, ...], float], policy: DuplicatePolicy, now: datetime
    ) -> list[str]:
        """Keep keyed hashes of the values that may identify the order of a scan, and find the scans with the same ones.

        Each with the probability that all of them are right; none where one of them is not known. A pair that was found
        so stays, whatever becomes of the identities. Gives the ids of those found; none where nothing is new.
        """
        with self.db.write():
            row = self.scan_row(scan)
            before = {each["keyed"]: each["probability"] for each in self.db.all("identities_of", scan_id=row["id"])}
            keyed = {self.keyed_hash("identity", row["form"], *each): p for each, p in identities.items()}
            if row["erased_at"] is not None or keyed == before:
                return []
            self.db.run("drop_identity", scan_id=row["id"])
            for each, probability in keyed.items():
                self.db.run("put_identity", scan_id=row["id"], keyed=each, probability=probability)
            found = self._same(row["id"], keyed, policy, now)
            self._refute(row["id"], now)
            return self._told(row, found, now)

    def put_identity_parts(self, scan: str, parts: Mapping[str, tuple[str, float]], now: datetime) -> None:
        """Keep a keyed hash of the likeliest value of each identifying field, by field, with how probable it is.

        A pair of which one such value surely is another is no more, though not all are decided.
        """
        with self.db.write():
            row = self.scan_row(scan)
            before = {each["field"]: (each["keyed"], each["probability"]) for each in self._parts(row["id"])}
            keyed = {
                field: (self.keyed_hash("identity part", row["form"], field, value), probability)
                for field, (value, probability) in parts.items()
            }
            if row["erased_at"] is not None or keyed == before:
                return
            self.db.run("drop_identity_parts", scan_id=row["id"])
            for field, (value, probability) in keyed.items():
                part = {"field": field, "keyed": value, "probability": probability}
                self.db.run("put_identity_part", scan_id=row["id"], **part)
            self._refute(row["id"], now)

    def look_alikes(self, scan: str) -> list[str]:
        """The scans that look like this one, where nobody has settled whether they are the same order."""
        return [row["sha256"] for row in self.db.all("look_alikes", scan_id=self.scan_row(scan)["id"])]

    def tell_apart(self, scan: str, apart: Collection[str], now: datetime) -> None:
        """Say which of a scan's `look_alikes` have several values that surely are others: they are no pair any more.

        A pair whose identifying values are the same stays one.
        """
        with self.db.write():
            own = self.scan_row(scan)["id"]
            for row in self.db.all("look_alikes", scan_id=own):
                if self.db.changed("set_told_apart", id=row["id"], apart=row["sha256"] in apart):
                    self.db.run("wake", scan_id=row["newer"])
            self.tell_pairs(own, now)

    def _parts(self, scan: int) -> list[Row]:
        return self.db.all("identity_parts", scan_id=scan)

    def duplicates(self, scan: str | None = None) -> list[Duplicate]:
        """The pairs of scans that may be the same order and those that were settled, or those with this scan.

        Latest first. Forgotten scans and those set aside are in none that is open.
        """
        if scan is None:
            return [duplicate_of(row) for row in self.db.all("pairs")]
        return [duplicate_of(row) for row in self.db.all("pairs_of_scan", scan_id=self.scan_row(scan)["id"])]

    def has_record(self, scan: str) -> bool:
        """Whether a scan has a record under its present form."""
        return self.scan_row(scan)["recorded_at"] is not None

    def in_order(self, first: str, second: str) -> tuple[Scan, Scan]:
        """Two scans, the earlier first. SettingsError where both are one, NotFound where one is forgotten."""
        older, newer = self._rows_in_order(first, second)
        return self.scan_from(older), self.scan_from(newer)

    def settle_duplicate(
        self,
        first: str,
        second: str,
        verdict: Verdict,
        by: str,
        reason: str,
        now: datetime,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Say what two scans are to each other, whether a pair was found or not; "open" takes that back.

        Of the newer one nobody is asked any more where it is the same order; what somebody holds is kept and paid. It
        is an act on the newer scan, with this `detail` besides. SettingsError where both are one scan.
        """
        with self.db.write():
            older, newer = self._rows_in_order(first, second)
            if verdict not in get_args(Verdict):
                raise SettingsError(f"A pair is settled as {', '.join(get_args(Verdict))}, not as {verdict!r}.")
            pair = self._pair(older["id"], newer["id"], "flag", now)
            said = {"older": older["sha256"], "as": verdict, "before": pair["settled"] or "open", **(detail or {})}
            self.act("duplicate settled", newer["sha256"], by, reason, now, scan=newer["id"], detail=said)
            self.db.run("set_settled", id=pair["id"], settled="" if verdict == "open" else verdict)
            if verdict in ("duplicate", "retake", "joined"):
                self.db.run("withdraw_questions", scan_id=newer["id"], now=now)
            self.tell_programs("settled", now, scan=newer["id"], other=older["id"])
            for row in (older, newer):
                self.db.run("wake", scan_id=row["id"])
                self.tell_pairs(row["id"], now)

    def _rows_in_order(self, first: str, second: str) -> tuple[Row, Row]:
        one, other = self.live_scan(first), self.live_scan(second)
        if one["id"] == other["id"]:
            raise SettingsError("Both names are of one scan. Name two.")
        return (one, other) if one["id"] < other["id"] else (other, one)

    def _alike(
        self, scan: Row, own: Sequence[PageFingerprint], slots: Sequence[int], most_differing: float
    ) -> dict[int, float]:
        """The scans all of whose pages look like the same pages of this one, the most alike, with how they differ."""
        bits = {each.number: int.from_bytes(each.bits) for each in own}
        length = 8 * max(len(each.bits) for each in own)
        differing: dict[int, float] = {}
        for row in self.db.all("prints_alike", slots=slots, scan_id=scan["id"]):
            if row["number"] in bits:
                share = (bits[row["number"]] ^ int.from_bytes(row["bits"])).bit_count() / length
                differing[row["scan_id"]] = max(share, differing.get(row["scan_id"], 0.0))
        near = sorted((share, other) for other, share in differing.items() if share <= most_differing)
        known = [(self.db.one("is_partner", scan_id=other), other, share) for share, other in near]
        partners = [(row["stands_still"], other, share) for row, other, share in known if row is not None]
        partners.sort(key=lambda each: each[0])  # those that stand still come last: they may go on
        return {other: share for _, other, share in partners[:MOST_PARTNERS_COUNT]}

    def _same(self, scan: int, keyed: Mapping[str, float], policy: DuplicatePolicy, now: datetime) -> list[int]:
        """The scans that surely have the same identifying values; each is a pair with this one from then on."""
        found = []
        for each, probability in keyed.items():
            for row in self.db.all("same_identities", keyed=each, scan_id=scan, count=MOST_PARTNERS_COUNT):
                both = row["probability"] * probability
                if both >= SAME_PROBABILITY:
                    pair = self._pair(scan, row["scan_id"], policy, now)
                    self.db.run("set_same_values", id=pair["id"], same_values=both)
                    found.append(row["scan_id"])
        return found

    def _refute(self, scan: int, now: datetime) -> None:
        """Say of each pair of a scan whether an identifying value surely is another than that of its partner.

        One such value is enough, also where the others are not decided yet; several less sure ones count together.
        Not where all surely are the same, as what was read wrongly may be corrected.
        """
        for pair in self.db.all("duplicates_of_one", scan_id=scan):
            other = pair["older"] if pair["newer"] == scan else pair["newer"]
            differing = self.db.all("parts_differing", scan_id=scan, other=other)
            refuted = 1 - prod(1 - each["probability"] for each in differing) >= SAME_PROBABILITY and not self.db.one(
                "share_identity", scan_id=scan, other=other, least=SAME_PROBABILITY
            )
            if self.db.changed("set_refuted", id=pair["id"], refuted=refuted):
                self.db.run("wake", scan_id=pair["newer"])
        self.tell_pairs(scan, now)

    def _pair(self, first: int, second: int, policy: DuplicatePolicy, now: datetime) -> Row:
        two = {"older": min(first, second), "newer": max(first, second)}
        row = self.db.one("duplicate_of_two", **two)
        if row is None:
            self.db.insert("put_duplicate", **two, policy=policy, now=now)
            row = self.db.one("duplicate_of_two", **two)
        assert row is not None, "it was just made"
        return row

    def _told(self, scan: Row, found: Sequence[int], now: datetime) -> list[str]:
        """The ids of these scans; the newer of each pair waits to be weighed again, as its record may say so.

        Programs are told of what has changed.
        """
        self.tell_pairs(scan["id"], now)
        partners = []
        for other in found:
            self.db.run("wake", scan_id=max(scan["id"], other))
            partners.append(str(self.db.value("sha256_of_scan", scan_id=other)))
        return partners


def _slots(form: str, page: PageFingerprint) -> list[int]:
    """Where a fingerprint stands in the index: one number for each band of its bits."""
    kind = int.from_bytes(hashlib.sha256(f"{form} {page.number}".encode()).digest()[:4]) >> 1
    bands = [page.bits[begin : begin + BAND_BYTES] for begin in range(0, len(page.bits), BAND_BYTES)]
    return [(kind << 24) + (place << 16) + int.from_bytes(band) for place, band in enumerate(bands)]


def duplicate_of(row: Row) -> Duplicate:
    """The pair of a row."""
    return noun(Duplicate, row, older=row["older_id"], newer=row["newer_id"], settled=row["settled"] or "open")
