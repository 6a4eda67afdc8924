"""Names that were probably meant."""

from __future__ import annotations

from kampyn_perf.suggest import did_you_mean, near_or_known, nearest

KNOWN = ("maxVusers", "mode", "seed")


def test_the_nearest_come_first_and_no_more_than_asked_for() -> None:
    assert nearest("orders", ["order", "orders.get", "border"], count=2) == ["order", "border"]


def test_nothing_near_is_an_empty_answer() -> None:
    assert nearest("xyz", KNOWN) == []


def test_a_hint_names_the_nearest_or_says_the_other_thing() -> None:
    assert did_you_mean("maxVuser", KNOWN, otherwise="See --list.") == "Did you mean maxVusers?"
    assert did_you_mean("xyz", KNOWN, otherwise="See --list.") == "See --list."
    assert did_you_mean("xyz", KNOWN) == ""


def test_a_looser_cutoff_finds_what_is_less_alike() -> None:
    assert did_you_mean("cache", ["cache.get.small"], cutoff=0.6) == ""
    assert did_you_mean("cache", ["cache.get.small"], cutoff=0.4) == "Did you mean cache.get.small?"


def test_without_a_near_name_all_are_listed_in_order() -> None:
    assert near_or_known("sed", iter(KNOWN)) == "did you mean seed?"
    assert near_or_known("xyz", iter(KNOWN)) == "known here: maxVusers, mode, seed"
