"""Every message is the same value after its journey as JSON.

Tests `kampyn_perf/load/clock.py` too.
"""

from __future__ import annotations

import orjson
import pytest

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load import messages
from kampyn_perf.load.clock import ClockReading
from kampyn_perf.load.messages import from_wire, to_wire
from kampyn_perf.load.partition import Assignment
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.interval import Gauges

TURNS = Assignment(from_number=7, members=(0, 2))


def interval():
    buffer = SampleBuffer()
    buffer.request(Sample(900, 800, 200, None, 10, 5), endpoint="GET /x", flow="a", phase=1)
    buffer.session_planned(flow="a", phase=1)
    return buffer.take(1_000_000, Gauges(in_flight=2))


@pytest.mark.parametrize(
    "message",
    [
        messages.Describe(scenarios="/x.py", flows=("a", "b"), weights={"a": 3}),
        messages.Run(spec={"seed": 1}, index=2, files={"data.json": "e30="}),
        messages.Start(at_us=5, assignments=(TURNS, TURNS)),
        messages.Reassign(assignment=TURNS),
        messages.Stop(),
        messages.Abort(),
        messages.Flows(weights={"a": 1}, stock_client_reason="a proxy"),
        messages.RecordedCells(cells=interval().cells),
        messages.Recorded(interval=interval()),
        messages.End(scenario_errors={"KeyError": 2}),
        messages.Refused(message="no", code=2, hint="yes"),
        messages.Joined(),
        messages.Forward(to=1, command=to_wire(messages.Stop())),
        messages.Dismiss(to=1, why="silent"),
        messages.RunOver(),
        messages.Listening(port=5557),
        messages.ListenFailed(why="taken"),
        messages.WorkerJoined(index=0, host="load-a"),
        messages.WorkerClock(index=0, reading=ClockReading(offset_us=3, uncertainty_us=1)),
        messages.WorkerLost(index=0, how="was silent"),
        messages.Forwarded(index=0, report=to_wire(messages.Joined())),
    ],
    ids=lambda message: type(message).__name__,
)
def test_there_and_back(message):
    assert from_wire(orjson.loads(orjson.dumps(to_wire(message)))) == message


def test_an_error_keeps_its_code_and_hint():
    error = KampynError("not there", code=ExitCode.UNREACHABLE, hint="start it")
    again = messages.Refused.of(error).error()
    assert (again.message, again.code, again.hint) == (
        "not there",
        ExitCode.UNREACHABLE,
        "start it",
    )


def test_an_unknown_message_is_refused():
    with pytest.raises(LookupError):
        from_wire({"type": "Nonsense"})
