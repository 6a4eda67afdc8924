"""What generators say at their ends, of all of them together."""

from __future__ import annotations

from kampyn_perf.load.coordinator.ends import Ends
from kampyn_perf.load.messages import End
from kampyn_perf.results.load import ApartRequests


def apart(name, count, failed=0, reason=""):
    return {"name": name, "count": count, "failed": failed, "reason": reason}


def test_nothing_was_said():
    ends = Ends()
    assert (ends.scenario_errors, ends.idle_sessions, ends.remarks, ends.apart) == ({}, {}, [], {})


def test_counts_are_added_and_words_stand_once():
    ends = Ends()
    ends.add(
        End(
            scenario_errors={"KeyError": 2},
            apart=[apart("POST /login", 3)],
            idle_sessions={"Order": 1},
            remarks=("it stopped",),
        )
    )
    ends.add(
        End(
            scenario_errors={"KeyError": 1, "ValueError": 4},
            apart=[apart("POST /login", 2, 1, "status 500"), apart("GET /me", 1)],
            idle_sessions={"Order": 2, "Search": 1},
            remarks=("it stopped", "it went wrong"),
        )
    )
    assert ends.scenario_errors == {"KeyError": 3, "ValueError": 4}
    assert ends.idle_sessions == {"Order": 3, "Search": 1}
    assert ends.remarks == ["it stopped", "it went wrong"]
    assert ends.apart == {
        "POST /login": ApartRequests(name="POST /login", count=5, failed=1, reason="status 500"),
        "GET /me": ApartRequests(name="GET /me", count=1, failed=0),
    }
