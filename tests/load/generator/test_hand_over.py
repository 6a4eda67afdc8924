"""What was recorded is handed over once, in parts between which others have their turn."""

from __future__ import annotations

import json
from typing import Any

from tests.cli import program

SCRIPT = """
import gevent, json
from types import SimpleNamespace
from kampyn_perf.load.generator.hand_over import HandOver
from kampyn_perf.load.generator.health import Health
from kampyn_perf.load.messages import to_wire
from kampyn_perf.recorder.buffer import Sample, SampleBuffer

said = []
turns = 0

def turning():
    global turns
    while True:
        turns += 1
        gevent.sleep(0)

class Line:
    def send(self, report):
        said.append([turns, to_wire(report)])
        gevent.sleep(0.001)  # a full pipe

buffer = SampleBuffer()
pacer = SimpleNamespace(elapsed_us=1_000_000, in_flight=0, waiting=0, vusers=3)
hand_over = HandOver(
    Line(), buffer=buffer, pacer=pacer, health=Health(), acknowledged=None, tracer=None
)

def record(requests, endpoints):
    for number in range(requests):
        endpoint = f"GET /{number % endpoints}"
        buffer.request(Sample(number, number, 200, None), endpoint=endpoint, flow="f", phase=0)

record(100, 7)
hand_over.send()
said.append(None)
gevent.spawn(turning)
record(7000, 7)
first = gevent.spawn(hand_over.send)
gevent.sleep(0.0015)  # it is at its parts
record(3500, 7)
pacer.elapsed_us = 2_000_000
hand_over.send(over=True)
first.join()
print(json.dumps(said))
"""


def test_parts_come_one_after_the_other_and_what_is_small_comes_whole() -> None:
    said = json.loads(program.run_script(SCRIPT))
    small, large = said[: said.index(None)], said[said.index(None) + 1 :]
    assert [kind(report) for _turns, report in small] == ["Recorded"]
    kinds = [kind(report) for _turns, report in large]
    assert kinds.count("Recorded") == 2
    end = kinds.index("Recorded")
    first, second = large[: end + 1], large[end + 1 :]
    assert len(first) > 3, "thousands of requests are not sent at once"
    assert kinds[-1] == "Recorded", "parts of two seconds do not mix"
    assert requests(first) == 7000
    assert requests(second) == 3500
    assert first[-1][1]["interval"]["to_us"] == 1_000_000
    assert second[-1][1]["interval"]["to_us"] == 2_000_000
    turns = [turn for turn, _report in first]
    assert turns == sorted(set(turns)), "others had a turn between each two of them"


def kind(report: dict[str, Any]) -> str:
    return str(report["type"])


def requests(reports: list[Any]) -> int:
    cells = [
        cell
        for _turns, report in reports
        for *_key, cell in report.get("cells") or report["interval"]["cells"]
    ]
    return sum(len(cell["responses_us"]) for cell in cells)
