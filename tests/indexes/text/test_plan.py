"""A plan as people read it, and as programs do.

Tests `definitions.py`, `plan_json.py` and `plan_markdown.py` of `kampyn_perf/indexes/text` too.
"""

from __future__ import annotations

from kampyn_perf.indexes.plan.actions import PruneStage
from kampyn_perf.indexes.text.plan import MOST_IN_FULL, LineKind, plan_lines
from kampyn_perf.indexes.text.plan_json import plan_json
from kampyn_perf.indexes.text.plan_markdown import plan_markdown
from tests.indexes.plan.test_diff import live_collection, plan, spec


def text(lines: object) -> str:
    return "\n".join(line.text for line in lines)  # type: ignore[attr-defined]


def test_a_plan_reads_like_an_infrastructure_plan() -> None:
    live = live_collection(
        spec(expireAfterSeconds=60),
        spec(("b", 1)),
        spec(("c", 1)),
        spec(("d", 1)),
        documents=12_034,
    )
    wanted = [
        spec(expireAfterSeconds=90),
        spec(("b", 1)),
        spec(("e", 1), ("f", -1), unique=True, collation={"locale": "en"}),
        spec(("g", 1), partialFilterExpression={"g": {"$ne": 1}}),
    ]
    made = plan(wanted, live, "c_1")
    assert (
        text(plan_lines(made))
        == f"""\
things  (MongoDB 7.0, replica-set, 12,034 documents)
  ~ change    a_1  {{a: 1}} expires older than 90 s
      is changed in place
      expireAfterSeconds: older than 1 min -> older than 90 s
      1. let a_1 expire documents older than 90 s (collMod)
      deletes documents older than 90 s, from then on
  + create    e_1_f_-1  {{e: 1, f: -1}} unique, collation: {{"locale":"en"}}
      fails if values stand twice; apply looks for duplicates first
  ! conflict  g_1  {{g: 1}} where {{g: {{$ne: 1}}}}
      a partial filter cannot have g: {{$ne: ...}}; allowed are equality, $exists: true, $gt, \
$gte, $lt, $lte, $type and $and, from 6.0 also $in, $or and $geoWithin (error 67)
  - extra     c_1  {{c: 1}}
      is not in the catalogue
      1. drop c_1
      gap: no other index serves its queries
  ? extra     d_1  {{d: 1}}
      is not in the catalogue
  = 1 as wanted

Plan: 1 to create, 1 to change, 1 in conflict, 1 to drop, 1 as wanted.
2 beyond the catalogue; none is dropped unless --prune COLLECTION.NAME names it.
hash {made.content_hash[:12]}"""
    )
    kinds = [line.kind for line in plan_lines(made)]
    assert kinds.count(LineKind.REMOVE) == 1
    assert kinds.count(LineKind.CONFLICT) == 1


def test_an_empty_plan_says_so() -> None:
    lines = list(plan_lines(plan([spec()], live_collection(spec()))))
    assert [line.text for line in lines[-2:-1]] == ["No changes: 1 index is as wanted."]


def test_the_machine_form_has_the_steps() -> None:
    made = plan([spec(unique=True)], live_collection(spec()))
    data = plan_json(made)
    assert (data["schema"], data["version"]) == ("kampyn-perf/index-plan", 1)
    assert (data["pending"], data["empty"]) == (True, False)
    assert data["contentHash"] == made.content_hash
    (collection,) = data["collections"]
    assert collection["stateHash"] == made.state_hashes["things"]
    (action,) = collection["actions"]
    assert action["differences"] == ["unique: false -> true"]
    assert action["wanted"] == {"key": {"a": 1}, "name": "a_1", "unique": True}
    assert [(step["step"], step["needs"]) for step in action["steps"]] == [
        ("prepare-unique", []),
        ("make-unique", ["things: prepare-unique a_1"]),
    ]


def many(number: int = MOST_IN_FULL + 1) -> list[object]:
    return [spec((f"f{n}", 1), unique=n < 7) for n in range(number)]


def test_many_creations_are_one_line_a_collection() -> None:
    made = plan(many(), live_collection(spec(("z", 1))))
    lines = [line.text for line in plan_lines(made)]
    assert lines[0].startswith(
        "things  (MongoDB 7.0, replica-set)  + 21  {f0: 1} unique, {f1: 1} u"
    )
    assert sum("  + create" in line for line in lines) == 0
    assert "  ? extra     z_1  {z: 1}" in lines
    assert "7 of them: fails if values stand twice; apply looks for duplicates first" in lines
    assert lines[-1] == "--verbose shows each creation with what it is for."
    full = [line.text for line in plan_lines(made, verbose=True)]
    assert sum(line.startswith("  + create") for line in full) == 21
    assert "--verbose" not in full[-1]


def test_a_creation_of_which_there_is_more_to_say_stands_for_itself() -> None:
    wanted = [*many(), spec(("at", 1), expireAfterSeconds=0)]
    lines = [line.text for line in plan_lines(plan(wanted, live_collection()))]
    assert "+ 21 " in lines[0]
    assert "  + create    at_1  {at: 1} expires when the stored date passes" in lines
    assert any("deletes documents when the stored date passes" in line for line in lines)


def test_few_creations_are_shown_in_full() -> None:
    lines = [line.text for line in plan_lines(plan(many(MOST_IN_FULL), live_collection()))]
    assert sum(line.startswith("  + create") for line in lines) == MOST_IN_FULL


def test_hides_are_counted() -> None:
    live = live_collection(spec(), spec(("z", 1)))
    made = plan([spec()], live, "z_1", stage=PruneStage.HIDE)
    assert "1 to hide, 0 to drop" in text(plan_lines(made))


def test_markdown_for_a_pull_request() -> None:
    wanted = [spec(), spec(("b", 1), unique=True)]
    words = plan_markdown(plan(wanted, live_collection(spec(), spec(("c", 1)))))
    assert words.startswith("### Plan of the indexes\n\n| collection | | index | what |\n")
    assert "| `things` | create | `{b: 1} unique` | fails if values stand twice" in words
    assert "| `things` | extra | `{c: 1}` | is not in the catalogue |" in words
    assert "Plan: 1 to create" in words


def test_a_name_cannot_be_markup() -> None:
    hostile = spec(("a`|@bob<b>", 1))
    words = plan_markdown(plan([spec(("b", 1))], live_collection(hostile)))
    row = next(line for line in words.splitlines() if "extra" in line)
    assert "`{a'/@bob<b>: 1}`" in row
    assert row.count("|") == 5
