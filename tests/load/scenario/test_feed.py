"""Data by session number: the same whoever runs the session, and once only where that is asked.

Tests `kampyn_perf/row_files.py` and `kampyn_perf/load/distributed/bundle.py` too.
"""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.errors import ConfigError, KampynError
from kampyn_perf.load.distributed.bundle import pack, unpack
from kampyn_perf.load.messages import Run, from_wire, to_wire
from kampyn_perf.load.scenario.feed import Feed, Source
from kampyn_perf.load.settings import PhaseSettings, TimeoutSettings, ValidityLimits
from kampyn_perf.load.spec import FeedSpec, RunSpec
from kampyn_perf.load.target.settings import FeedOrder, TargetSettings
from kampyn_perf.row_files import read_rows
from kampyn_perf.schedule import ArrivalMode, Mix
from tests.load.conftest import DATA

ROWS = [{"n": n} for n in range(5)]


def spec(data: Path | None, **feeds: FeedSpec) -> RunSpec:
    return RunSpec(
        profile="t",
        phases=(PhaseSettings(duration=1, arrivalRate=4),),
        mode=ArrivalMode.EVEN,
        seed=1,
        scenarios=Path("locustfile.py"),
        max_vusers=10,
        max_waiting=10,
        drain=1_000_000,
        timeouts=TimeoutSettings(),
        validity=ValidityLimits(),
        target="t",
        url="http://127.0.0.1:1",
        api=TargetSettings(name="t"),
        data=data,
        feeds=feeds,
    )


def source(order: FeedOrder, seed: int = 1) -> Source:
    return Source(name="user", rows=ROWS, order=order, seed=seed)


def test_sequential_goes_round():
    rows = [source(FeedOrder.SEQUENTIAL).row(n)["n"] for n in range(7)]
    assert rows == [0, 1, 2, 3, 4, 0, 1]


def test_unique_gives_each_row_once_and_no_more():
    unique = source(FeedOrder.UNIQUE)
    assert [unique.row(n)["n"] for n in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(IndexError):
        unique.row(5)


@given(st.integers(0, 2**40), st.integers(0, 2**31))
def test_random_depends_on_number_and_seed_alone(number, seed):
    assert source(FeedOrder.RANDOM, seed).row(number) == source(FeedOrder.RANDOM, seed).row(number)


def test_random_is_spread_over_the_rows():
    counts = [0] * 5
    for number in range(10_000):
        counts[source(FeedOrder.RANDOM).row(number)["n"]] += 1
    assert all(1_800 < count < 2_200 for count in counts)
    other = [source(FeedOrder.RANDOM, 2).row(n)["n"] for n in range(50)]
    assert other != [source(FeedOrder.RANDOM, 1).row(n)["n"] for n in range(50)]


def walked(name: str, length: int, place: int) -> Source:
    rows = [{"n": n} for n in range(length)]
    return Source(name=name, rows=rows, order=FeedOrder.SPREAD, stride=7_919, shift=place)


@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 50))
def test_a_turn_through_a_list_meets_each_row_once(length, place, turn):
    if 7_919 % length == 0:  # never, for a prime; said for whoever changes it
        return
    numbers = range(turn * length, (turn + 1) * length)
    assert sorted(walked("x", length, place).index(n) for n in numbers) == list(range(length))


@given(st.integers(20, 200), st.integers(1, 5), st.integers(0, 100_000))
def test_sessions_at_the_same_time_get_different_rows(length, place, first):
    """As many as there are rows, but for the few by which a turn moves on."""
    numbers = range(first, first + length - place)
    rows = [walked("x", length, place).index(n) for n in numbers]
    assert len(set(rows)) == len(rows)


def test_every_user_meets_every_flow_and_every_item(tmp_path):
    """Although 200 users, 100 items and a mix of 100 sessions come round together."""
    document = {
        "users": [{"id": f"u{n}"} for n in range(200)],
        "items": [{"id": f"i{n}"} for n in range(100)],
    }
    (tmp_path / "data.json").write_bytes(orjson.dumps(document))
    feed = Feed.of(spec(tmp_path / "data.json"))
    mix = Mix({"authentication": 30, "order": 40, "vendor": 30})
    sessions = [(mix[n], feed[n]) for n in range(21_600)]
    for flow in ("authentication", "order", "vendor"):
        assert len({data["user"]["id"] for name, data in sessions if name == flow}) == 200
    together = {(data["user"]["id"], data["item"]["id"]) for _flow, data in sessions}
    assert len(together) > 10_000


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.json"
    path.write_bytes(orjson.dumps(DATA))
    return path


def test_rows_of_a_file_replace_and_add_lists(tmp_path, data):
    (tmp_path / "u.csv").write_text("id,email\n1,a@x\n2,b@x\n")
    (tmp_path / "c.jsonl").write_text('{"code": 7}\n\n{"code": {"x": 1}}\n')
    feed = Feed.of(
        spec(
            data,
            user=FeedSpec(file=tmp_path / "u.csv", order=FeedOrder.SEQUENTIAL),
            coupon=FeedSpec(file=tmp_path / "c.jsonl", order=FeedOrder.SEQUENTIAL),
            item=FeedSpec(order=FeedOrder.SEQUENTIAL),
        )
    )
    session = feed[1]
    assert session["user"] == {"id": "2", "email": "b@x"}
    assert session["coupon"] == {"code": {"x": 1}}
    assert session["item"]["id"] == "i1"
    assert session["uniId"] == "1"
    assert set(session) == {"uniId", "user", "item", "vendor", "coupon"}


def test_too_few_unique_rows_are_refused_before_the_run(tmp_path, data):
    (tmp_path / "u.csv").write_text("id\n1\n2\n3\n")
    with pytest.raises(ConfigError, match="4 sessions need more than its 3 rows"):
        Feed.of(spec(data, user=FeedSpec(file=tmp_path / "u.csv", order=FeedOrder.UNIQUE)))


def test_a_list_that_nobody_has_is_refused(data):
    with pytest.raises(ConfigError, match=r"config\.data\.coupon: needs a file"):
        Feed.of(spec(data, coupon=FeedSpec(order=FeedOrder.RANDOM)))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "", "has no rows"),
        ("a.csv", "id,email\n", "has no rows"),
        ("a.csv", "id,id\n1,2\n", "a.csv:1: the header has an empty name, or one twice"),
        ("a.csv", "id,email\n1\n2,b@x\n3,c,d\n", "a.csv:2: has 1 fields; the header has 2"),
        ("a.csv", 'id\n"1\n', "is not CSV"),
        ("a.jsonl", '{"a": 1}\n{"a"\n[]\n', "a.jsonl:2: is not JSON"),
        ("a.jsonl", '{"a": 1}\n[]\n', "a.jsonl:2: is not a JSON object"),
        ("a.csv", b"id\n\xff\xfe\n", "is not UTF-8"),
    ],
)
def test_wrong_rows_are_named_with_their_line(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        read_rows(path)
    assert message in str(caught.value)


def test_rows_may_be_quoted_marked_and_separated_otherwise(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes('\ufeffid;note\r\n1;"a;\r\nb"\r\n'.encode())
    assert read_rows(path, delimiter=";") == [{"id": "1", "note": "a;\r\nb"}]
    with pytest.raises(KampynError, match="cannot read"):
        read_rows(tmp_path / "none.csv")


def test_a_bundle_brings_every_file_to_another_machine(tmp_path, data):
    (tmp_path / "locustfile.py").write_text("print('x')")
    (tmp_path / "u.csv").write_text("id\n1\n2\n3\n4\n")
    here = spec(data, user=FeedSpec(file=tmp_path / "u.csv", order=FeedOrder.UNIQUE)).model_copy(
        update={"scenarios": tmp_path / "locustfile.py"}
    )
    there = tmp_path / "there"
    command = pack(Run(spec=orjson.loads(here.dump()), index=1))
    command = unpack(from_wire(orjson.loads(orjson.dumps(to_wire(command)))), there)
    found = RunSpec.model_validate(command.spec)
    assert found.scenarios.read_text() == "print('x')"
    assert found.scenarios.parent == there
    assert Feed.of(found)[3]["user"] == {"id": "4"}
    assert {path.stat().st_mode & 0o777 for path in there.iterdir()} == {0o600}


def test_columns_of_their_own_names_and_whole_lists(tmp_path):
    path = tmp_path / "u.csv"
    path.write_text("skipped,line,more\nana,3,x\nbob,04,y\n")
    feeds = {
        "payload": FeedSpec(
            file=path, order=FeedOrder.SEQUENTIAL, fields=("who", "n"), skip_header=True,
            numbers=True, flat=True,
        ),
        "all": FeedSpec(file=path, order=FeedOrder.RANDOM, fields=("a",), whole=True),
        "one": FeedSpec(rows=({"x": 1}, {"x": 2}), order=FeedOrder.RANDOM, flat=True),
        "two": FeedSpec(rows=({"y": 1}, {"y": 2}), order=FeedOrder.RANDOM, flat=True),
    }  # fmt: skip
    feed = Feed.of(spec(None, **feeds))
    assert [(feed[n]["who"], feed[n]["n"]) for n in (0, 1, 2)] == [
        ("ana", 3),
        ("bob", "04"),
        ("ana", 3),
    ]
    assert feed[0]["all"] == [{"a": "skipped"}, {"a": "ana"}, {"a": "bob"}]
    assert {(feed[n]["x"], feed[n]["y"]) for n in range(100)} == {(1, 1), (1, 2), (2, 1), (2, 2)}
    assert (feed.lacks("who"), feed.lacks("y")) == ("", "")
    assert feed.lacks("payload.who")
    feed.add({"shop": 7})
    assert (feed[0]["shop"], feed.lacks("shop")) == (7, "")


def test_a_row_that_is_shorter_than_its_fields(tmp_path):
    (tmp_path / "u.csv").write_text("a\n")
    with pytest.raises(ConfigError, match="has 1 fields; `fields` names 2"):
        read_rows(tmp_path / "u.csv", fields=("x", "y"))
