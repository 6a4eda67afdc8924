"""A plan as people read it, and as programs do."""

from __future__ import annotations

from kampyn_perf.indexes.text.plan import LineKind, plan_json, plan_lines
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
  ~ change    a_1  {{a: 1}} expireAfterSeconds: 90
      is changed in place
      expireAfterSeconds: 60 -> 90
      1. let a_1 expire documents after 90 s (collMod)
      documents older than 90 s are deleted from then on
  + create    e_1_f_-1  {{e: 1, f: -1}} unique, collation: {{"locale":"en"}}
      fails if values stand twice; apply looks for duplicates first
  ! conflict  g_1  {{g: 1}} partialFilterExpression: {{"g":{{"$ne":1}}}}
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
