"""Each rule finds what it is for, and keeps silent about what only looks like it.

Tests `rule.py` and `served.py` of `kampyn_perf/indexes/lint`, and `kampyn_perf/indexes/lint/rules`
and `kampyn_perf/indexes/model/query.py` too.
"""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf import config
from kampyn_perf.indexes.catalogue.load import load_catalogue, read_catalogue
from kampyn_perf.indexes.lint.engine import Evidence, LintResult, lint
from kampyn_perf.indexes.lint.rule import Rule, Severity
from kampyn_perf.indexes.lint.rules import BY_ID, RULES
from kampyn_perf.indexes.model.facts import IndexUse, UseReport
from kampyn_perf.indexes.model.live import LiveState
from kampyn_perf.indexes.model.ports import FieldSample
from kampyn_perf.indexes.plan.actions import ActionKind
from kampyn_perf.indexes.plan.diff import make_plan
from tests.indexes.simulator import Simulator

DAY_US = 86_400_000_000


def judge(text: str, evidence: Evidence | None = None) -> LintResult:
    return lint(load_catalogue(config.parse_yaml(text, "cat.yaml")), evidence)


def users(*indexes: str, head: str = "", top: str = "") -> str:
    """A catalogue of one collection; each index is one line of YAML in flow style."""
    entries = "".join(f"      - {index}\n" for index in indexes) or "      []\n"
    return f"{top}\ncollections:\n  users:\n{head}    indexes:\n{entries}"


REQUIRED = "    required: [a, b]\n"
OPTIONAL = "    optional: [a]\n"
ARRAYS = "    arrays: [tags, roles]\n"
QUERY = "    queries:\n      q: {filter: {a: 1}}\n"
SORTED = "    queries:\n      q: {filter: {b: 1}, sort: {a: -1}}\n"
ENGLISH = "    queries:\n      q: {filter: {a: x}, collation: {locale: en}}\n"
MANY = tuple(f"{{key: {{f{n}: 1}}}}" for n in range(64))
WIDE = "{key: {" + ", ".join(f"f{n}: 1" for n in range(33)) + "}}"
FULL = "{key: {" + ", ".join(f"f{n}: 1" for n in range(32)) + "}}"

DEEP = "{$and: [{$and: [{$and: [{$and: [{a: 1}]}]}]}]}"

CASES: list[tuple[str, str, str]] = [
    # rule, what it finds, what it does not
    (
        "partial-filter-operator",
        users("{key: {a: 1}, partialFilterExpression: {a: {$exists: false}}}"),
        users("{key: {a: 1}, partialFilterExpression: {a: {$exists: true}}}"),
    ),
    (
        "partial-filter-operator",
        users("{key: {a: 1}, partialFilterExpression: {$and: [{b: {$ne: 1}}]}}"),
        users("{key: {a: 1}, partialFilterExpression: {$or: [{b: {$in: [1, 2]}}, {b: x}]}}"),
    ),
    (
        "partial-filter-operator",
        users("{key: {a: 1}, partialFilterExpression: {b: {$not: {$gt: 1}}}}"),
        users('{key: {a: 1}, partialFilterExpression: {b: {$oid: "507f1f77bcf86cd799439011"}}}'),
    ),
    (
        "two-text-indexes",
        users("{key: {a: text}}", "{key: {b: text}}"),
        users("{key: {a: text, b: text}}", "{key: {b: 1}}"),
    ),
    (
        "same-name",
        users("{key: {a: 1}, name: n}", "{key: {b: 1}, name: n}"),
        users("{key: {a: 1}, name: n}", "{key: {b: 1}, name: m}"),
    ),
    (
        "same-keys",
        users("{key: {a: 1}}", "{key: {a: 1}, expireAfterSeconds: 60}"),
        users("{key: {a: 1}}", "{key: {a: 1}, collation: {locale: en}}"),
    ),
    (
        "same-keys",
        users("{key: {a: 1}}", "{key: {a: 1}, unique: true}", head=REQUIRED),
        users("{key: {a: 1, b: 1}}", "{key: {b: 1, a: 1}, unique: true}", head=REQUIRED),
    ),
    (
        "ttl-on-compound",
        users("{key: {a: 1, b: 1}, expireAfterSeconds: 60}"),
        users("{key: {a: 1}, expireAfterSeconds: 60}"),
    ),
    (
        "ttl-on-special",
        users("{key: {a: hashed}, expireAfterSeconds: 60}"),
        users("{key: {a: -1}, expireAfterSeconds: 0}"),
    ),
    (
        "ttl-out-of-range",
        users("{key: {a: 1}, expireAfterSeconds: 2147483648}"),
        users("{key: {a: 1}, expireAfterSeconds: 2147483647}"),
    ),
    (
        "sparse-and-partial",
        users("{key: {a: 1}, sparse: true, partialFilterExpression: {b: 1}}"),
        users("{key: {a: 1}, sparse: true}", "{key: {b: 1}, partialFilterExpression: {b: 1}}"),
    ),
    (
        "hashed-and-unique",
        users("{key: {a: hashed}, unique: true}"),
        users("{key: {a: hashed}}", "{key: {b: 1}, unique: true}"),
    ),
    (
        "special-keys",
        users("{key: {a: text}, unique: true}"),
        users("{key: {a: text}, weights: {a: 3}}"),
    ),
    (
        "wildcard-key",
        users("{key: {a: 1}, wildcardProjection: {b: 1}}"),
        users('{key: {"$**": 1}, wildcardProjection: {b: 1}}'),
    ),
    (
        "partial-filter-depth",
        users(f"{{key: {{a: 1}}, partialFilterExpression: {DEEP}}}"),
        users(f"{{key: {{a: 1}}, partialFilterExpression: {DEEP[8:-2]}}}"),
    ),
    (
        "text-fields-apart",
        users("{key: {a: text, b: 1, c: text}}"),
        users("{key: {b: 1, a: text, c: text}}"),
    ),
    (
        "text-language",
        users("{key: {a: text}, default_language: klingon}"),
        users("{key: {a: text}, default_language: none}"),
    ),
    ("illegal-field", users("{key: {_fts: 1}}"), users("{key: {owner.$id: 1}}")),
    ("plane-key", users("{key: {a: 1, b: 2d}}"), users("{key: {b: 2d, a: 1}}")),
    (
        "collation-locale",
        users("{key: {a: 1}, collation: {locale: xx}}"),
        users('{key: {a: 1}, collation: {locale: "zh@collation=unihan"}}'),
    ),
    ("index-name", users("{key: {a: 1}, name: _id_}"), users("{key: {a: 1}, name: _id}")),
    (
        "needs-newer-server",
        users('{key: {"$**": -1}}', top="server: {min: 6.0}"),
        users('{key: {"$**": -1}}', top="server: {min: 7.0}"),
    ),
    (
        "needs-newer-server",
        users("{key: {a: 1}, hidden: true}", top="server: {min: 4.2}"),
        users("{key: {a: 1}, hidden: true}", top="server: {engine: atlas, min: 4.4}"),
    ),
    (
        "engine-refuses",
        users("{key: {a: text}}", top="server: {engine: cosmos-ru}"),
        users("{key: {a: text}}", top="server: {engine: cosmos-vcore}"),
    ),
    (
        "engine-unknown",
        users("{key: {a: 1}}", top="server: {engine: unknown}"),
        users("{key: {a: 1}}", top="server: {engine: mongodb}"),
    ),
    ("too-many-indexes", users(*MANY), users(*MANY[:63])),
    ("too-many-keys", users(WIDE), users(FULL)),
    (
        "unique-may-be-missing",
        users("{key: {a: 1}, unique: true}", head=OPTIONAL),
        users("{key: {a: 1}, unique: true}", head=REQUIRED),
    ),
    (
        "unique-may-be-missing",
        users("{key: {a: 1}, unique: true, partialFilterExpression: {b: 1}}", head=OPTIONAL),
        users(
            "{key: {a: 1}, unique: true, partialFilterExpression: {a: {$type: string}}}",
            head=OPTIONAL,
        ),
    ),
    (
        "redundant-prefix",
        users("{key: {a: 1}}", "{key: {a: 1, b: 1}}"),
        # {user: 1} is no prefix of {userId: 1, ...}, whatever joined text says.
        users("{key: {user: 1}}", "{key: {userId: 1, b: 1}}"),
    ),
    (
        "redundant-prefix",
        users("{key: {a: -1}}", "{key: {a: 1, b: 1}}"),
        users("{key: {a: 1, b: -1}}", "{key: {a: 1, b: 1, c: 1}}"),
    ),
    (
        "redundant-prefix",
        users("{key: {a: 1, b: -1}}", "{key: {a: -1, b: 1, c: 1}}"),
        users("{key: {a: 1}}", "{key: {a: 1, b: 1}, sparse: true}"),
    ),
    (
        "duplicate-index",
        users("{key: {a: 1}}", "{key: {a: 1.0}, name: again, sparse: false}"),
        users("{key: {a: 1}}", "{key: {a: -1}}"),
    ),
    (
        "two-arrays",
        users("{key: {tags: 1, roles: 1}}", head=ARRAYS),
        # Both lie in one array: that is one array.
        users("{key: {tags.name: 1, tags.rank: 1}}", head=ARRAYS),
    ),
    (
        "cannot-serve",
        users("{key: {b: 1, a: 1}, serves: [q]}", head=QUERY),
        users("{key: {a: 1}, serves: [q]}", head=SORTED),
    ),
    (
        "cannot-serve",
        users("{key: {a: text}, serves: [q]}", head=QUERY),
        users(
            "{key: {a: text}, serves: [q]}",
            head="    queries:\n      q: {filter: {$text: {$search: x}}}\n",
        ),
    ),
    (
        "partial-not-implied",
        users("{key: {a: 1}, partialFilterExpression: {b: 1}, serves: [q]}", head=QUERY),
        users("{key: {a: 1}, partialFilterExpression: {a: {$gt: 0}}, serves: [q]}", head=QUERY),
    ),
    (
        "collation-mismatch",
        users("{key: {a: 1}, serves: [q]}", head=ENGLISH),
        users("{key: {a: 1}, collation: {locale: en, strength: 3}, serves: [q]}", head=ENGLISH),
    ),
    (
        "hidden-serves",
        users("{key: {a: 1}, hidden: true, serves: [q]}", head=QUERY),
        users("{key: {a: 1}, hidden: true}", head=QUERY),
    ),
    ("id-index", users("{key: {_id: 1}}"), users("{key: {_id: 1, a: 1}}")),
    (
        "suppression-without-reason",
        users("{key: {_id: 1}, suppress: [{rule: id-index}]}"),
        users("{key: {_id: 1}, suppress: [{rule: id-index, reason: for show}]}"),
    ),
    (
        "suppression-unused",
        users("{key: {a: 1}, suppress: [{rule: id-index, reason: old}]}"),
        # Not looked for without a database, so not known to be unused.
        users("{key: {a: 1}, suppress: [{rule: unknown-field, reason: new field}]}"),
    ),
    (
        "suppression-unknown",
        users("{key: {a: 1}}", top="suppress: [{rule: id-indexes, reason: typing error}]"),
        users("{key: {_id: 1}}", top="suppress: [{rule: id-index, reason: for show}]"),
    ),
]


def active(result: LintResult) -> set[str]:
    return {finding.rule.id for finding in result.active}


@pytest.mark.parametrize(("rule", "bad", "good"), CASES, ids=lambda text: str(text)[:24])
def test_a_rule_finds_its_case_and_not_the_near_miss(rule: str, bad: str, good: str) -> None:
    found = [finding for finding in judge(bad).active if finding.rule.id == rule]
    assert found
    assert all(finding.severity is BY_ID[rule].severity for finding in found)
    assert rule not in active(judge(good))


def test_every_rule_has_a_case() -> None:
    live = {rule.id for rule in RULES if rule.needs_database}
    assert {rule.id for rule in RULES} == {rule for rule, _, _ in CASES} | live


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_a_rules_own_example_is_found_and_its_near_miss_is_not(rule: Rule) -> None:
    documents = FieldSample(documents=100, present={"uniID": 100})
    idle = UseReport(uses=(IndexUse(index="a_1", node="n", operations=0, since_us=0),))
    evidence = None
    if rule.needs_database:
        samples, uses = {"users": documents}, {"users": idle}
        evidence = Evidence(samples=samples, uses=uses, now_us=8 * DAY_US)
    assert rule.id in active(judge(f"{rule.top}\ncollections: {{{rule.example}}}", evidence))
    near = judge(f"{rule.top}\ncollections: {{{rule.near_miss}}}", evidence)
    assert rule.id not in active(near)


@pytest.mark.parametrize(
    "option",
    [
        "unique: true",
        "expireAfterSeconds: 60",
        "sparse: true",
        "hidden: true",
        "partialFilterExpression: {b: 1}",
        "collation: {locale: en}",
    ],
)
def test_a_prefix_that_does_more_than_serve_queries_is_not_redundant(option: str) -> None:
    text = users(f"{{key: {{a: 1}}, {option}}}", "{key: {a: 1, b: 1}}", head=REQUIRED)
    assert "redundant-prefix" not in active(judge(text))


def test_a_unique_field_of_which_nothing_is_said_is_asked_about() -> None:
    (finding,) = judge(users("{key: {a: 1}, unique: true}")).active
    assert finding.rule.id == "unique-may-be-missing"
    assert finding.severity is Severity.WARNING
    assert "required" in finding.message


def seen(**present: int) -> Evidence:
    return Evidence(samples={"users": FieldSample(documents=100, present=present)})


def test_a_sample_decides_whether_a_unique_field_is_missing() -> None:
    text = users("{key: {a: 1}, unique: true}")
    (finding,) = judge(text, seen(a=98)).active
    assert finding.severity is Severity.ERROR
    assert "2 of 100" in finding.message
    assert not judge(text, seen(a=100)).active


def test_a_field_that_no_sampled_document_has() -> None:
    text = users("{key: {uniId: 1}}")
    (finding,) = judge(text, seen(uniID=100)).active
    assert finding.rule.id == "unknown-field"
    assert finding.message.endswith("has uniId; did you mean uniID?")
    assert not judge(text, seen(uniId=1)).active
    few = Evidence(samples={"users": FieldSample(documents=3)})
    assert not judge(text, few).active


def use(operations: int, days: float, node: str = "n1") -> IndexUse:
    since = round((100 - days) * DAY_US)
    return IndexUse(index="a_1", node=node, operations=operations, since_us=since)


@pytest.mark.parametrize(
    ("uses", "unasked", "unused"),
    [
        ((use(0, 8), use(0, 9, "n2")), (), True),
        ((use(0, 8), use(1, 9, "n2")), (), False),
        ((use(0, 8), use(0, 6, "n2")), (), False),
        ((use(0, 8),), ("n2: no answer",), False),
        ((), (), False),
        ((use(0, 8), IndexUse(index="a_1", node="n2", operations=0, since_us=None)), (), False),
    ],
    ids=[
        "idle everywhere",
        "used on one node",
        "counted too short",
        "a node unasked",
        "no counts",
        "a node does not say since when",
    ],
)
def test_unused_needs_every_node_for_a_week(uses: Any, unasked: Any, unused: bool) -> None:
    report = UseReport(uses=uses, unasked=unasked)
    evidence = Evidence(uses={"users": report}, now_us=100 * DAY_US)
    assert ("unused-index" in active(judge(users("{key: {a: 1}}"), evidence))) is unused
    for option in ("unique: true", "expireAfterSeconds: 60"):
        text = users(f"{{key: {{a: 1}}, {option}}}", head=REQUIRED)
        assert "unused-index" not in active(judge(text, evidence))


def test_a_suppression_holds_where_it_stands_and_nowhere_else() -> None:
    text = users(
        "{key: {a: 1}, suppress: [{rule: redundant-prefix, reason: a report needs it small}]}",
        "{key: {a: 1, b: 1}}",
        "{key: {b: 1}}",
        "{key: {b: 1, a: 1}}",
    )
    result = judge(text)
    assert [(f.index, f.suppressed) for f in result.findings] == [
        ("a_1", "a report needs it small"),
        ("b_1", None),
    ]
    assert [finding.index for finding in result.active] == ["b_1"]


def test_the_documents_catalogue_has_one_warning() -> None:
    result = lint(read_catalogue()[0])
    assert [(f.rule.id, f.index, f.severity) for f in result.active] == [
        ("redundant-prefix", "vendorId_1", Severity.WARNING)
    ]


def test_what_only_newer_servers_take_is_a_note_where_nothing_is_said_of_servers() -> None:
    text = users("{key: {a: 1}, partialFilterExpression: {a: {$in: [1]}}}")
    (finding,) = judge(text).active
    assert finding.severity is Severity.NOTE
    assert finding.message.endswith("say so if that is what you have: `server: {min: '6.0'}`")
    (finding,) = judge(f"server: {{min: 5.0}}\n{text}").active
    assert finding.severity is Severity.ERROR
    assert finding.message.endswith("needs MongoDB 6.0; this is for MongoDB 5.0 or newer")
    assert not judge(f"server: {{min: 6.0}}\n{text}").active


QUERIES = """    queries:
      one: {filter: {a: 1}}
      range: {filter: {a: {$gt: 1}}}
      none: {filter: {a: null}}
      open: {filter: {a: {$in: [null, 1]}}}
      order: {filter: {b: 1}, sort: {a: 1}}
      placed: {filter: {a: "{who}", b: "{state}"}}
"""


def findings_on(index: str) -> list[str]:
    top = "parameters: {who: u1, state: open}"
    found = judge(users(index, head=QUERIES, top=top)).active
    return [f"{f.rule.id}: {f.message}" for f in found]


@pytest.mark.parametrize(
    ("index", "finding"),
    [
        ("{key: {a: hashed}, serves: [one]}", ""),
        ("{key: {a: hashed}, serves: [range]}", "range asks for no single value of a"),
        ("{key: {a: hashed}, serves: [order]}", "order sorts by a, and a hashed index has no ord"),
        ("{key: {a: 1}, sparse: true, serves: [one]}", ""),
        ("{key: {a: 1}, sparse: true, serves: [range]}", ""),
        ("{key: {a: 1}, sparse: true, serves: [none]}", "none finds documents without a"),
        ("{key: {a: 1}, sparse: true, serves: [open]}", "open finds documents without a"),
        ("{key: {a: 1}, sparse: true, serves: [order]}", "order sorts all documents"),
        ("{key: {a: 1, b: 1}, sparse: true, serves: [order]}", ""),
    ],
)
def test_what_a_hashed_or_sparse_index_cannot_serve(index: str, finding: str) -> None:
    found = findings_on(index)
    assert found[:1] == [] if not finding else found[0].startswith(f"cannot-serve: {finding}")


@pytest.mark.parametrize(
    ("state", "implied"), [("open", True), ("closed", False), ("{$exists: true}", False)]
)
def test_a_partial_index_is_judged_by_values(state: str, implied: bool) -> None:
    # The query's own value is a placeholder, whose sample is `open`.
    index = f"{{key: {{a: 1}}, partialFilterExpression: {{b: {state}}}, serves: [placed]}}"
    found = [words for words in findings_on(index) if words.startswith("partial-not-implied")]
    if state.startswith("{"):
        assert found == []  # it exists where it has a value
    else:
        assert (found == []) is implied
        assert implied or "filters by b, but may ask for what the index does not hold" in found[0]


PAIR = ("{key: {a: 1}, unique: true}", "{key: {a: 1}}")
NAMED = ("{key: {a: 1}, unique: true, name: one}", "{key: {a: 1}, name: two}")


@pytest.mark.parametrize(
    ("pair", "version", "severity", "conflicts"),
    [
        (PAIR, (8, 0), Severity.ERROR, 2),
        (PAIR, (4, 4), Severity.ERROR, 2),
        (NAMED, (8, 0), Severity.WARNING, 0),
        (NAMED, (4, 4), Severity.ERROR, 2),
        ((PAIR[0], NAMED[1]), (8, 0), Severity.WARNING, 0),
        ((PAIR[0], NAMED[1]), (4, 4), Severity.ERROR, 2),
    ],
)
def test_lint_and_plan_agree_about_two_declarations_of_one_key(
    pair: tuple[str, str], version: tuple[int, int], severity: Severity, conflicts: int
) -> None:
    top = f"server: {{min: {version[0]}.{version[1]}}}"
    text = users(*pair, head="    required: [a]\n", top=top)
    (finding,) = [f for f in judge(text).active if f.rule.id == "same-keys"]
    assert finding.severity is severity
    catalogue = load_catalogue(config.parse_yaml(text, "cat.yaml"))
    simulator = Simulator(version=version, name="users")
    live = LiveState(collections={"users": simulator.read_collection("users")})
    actions = make_plan(catalogue, live).actions
    kinds = [action.kind for action in actions]
    assert kinds.count(ActionKind.CONFLICT) == conflicts
    assert kinds.count(ActionKind.CREATE) == 2 - conflicts
    assert not any(step.name.endswith("_2") for action in actions for step in action.steps)
