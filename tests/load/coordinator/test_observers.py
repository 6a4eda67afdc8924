"""Several observers as one: who fails hears no more, and holds up nobody."""

from __future__ import annotations

import pytest

from kampyn_perf.load import Observers, Severity, Unobserved


class Noting(Unobserved):
    def __init__(self, *, fails_on: str = "", error: BaseException | None = None) -> None:
        self.heard: list[str] = []
        self._fails_on = fails_on
        self._error = error or ValueError("no")

    def ending(self, *, draining: bool, drain_us: int) -> None:
        self._note(f"ending {drain_us}")

    def remark(self, text: str, severity: Severity) -> None:
        self._note(f"{severity}: {text}")

    def _note(self, what: str) -> None:
        self.heard.append(what)
        if self._fails_on and self._fails_on in what:
            raise self._error


FAILED = "Noting, which watched the run, failed and saw no more of it: ValueError: no"


def test_all_hear_everything() -> None:
    one, other = Noting(), Noting()
    observers = Observers(one, other)
    observers.ending(draining=True, drain_us=7)
    assert one.heard == other.heard == ["ending 7"]
    assert observers.failures == []


def test_one_that_fails_hears_no_more_and_the_others_are_told() -> None:
    failing, sound = Noting(fails_on="ending"), Noting()
    observers = Observers(failing, sound)
    observers.ending(draining=True, drain_us=7)
    observers.remark("on it goes", Severity.INFO)
    assert failing.heard == ["ending 7"]
    assert sound.heard == [f"error: {FAILED}", "ending 7", "info: on it goes"]
    assert observers.failures == [FAILED]


def test_where_all_fail_each_is_told_once() -> None:
    observers = Observers(Noting(fails_on="ending"), Noting(fails_on=":"))
    observers.ending(draining=True, drain_us=7)
    observers.remark("still here", Severity.INFO)
    observers.remark("and again", Severity.INFO)
    assert observers.failures == [FAILED, FAILED]


def test_an_interruption_is_no_defect() -> None:
    observers = Observers(Noting(fails_on="ending", error=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        observers.ending(draining=True, drain_us=7)
