"""The three forms of a lint result."""

from __future__ import annotations

from kampyn_perf import config
from kampyn_perf.indexes.catalogue.load import load_catalogue
from kampyn_perf.indexes.lint.engine import lint
from kampyn_perf.indexes.lint.rules import RULES
from kampyn_perf.indexes.text.lint import lint_json, lint_lines, lint_sarif

TEXT = """\
collections:
  users:
    indexes:
      - key: {a: hashed}
        unique: true
        partialFilterExpression: {a: 1}
      - key: {_id: 1}
        suppress: [{rule: id-index, reason: for show}]
"""
SOURCE = config.parse_yaml(TEXT, "configs/my indexes.yaml")
RESULT = lint(load_catalogue(SOURCE))


def test_text_names_file_line_rule_and_counts() -> None:
    lines = [line.text for line in lint_lines(RESULT, SOURCE)]
    assert lines == [
        "configs/my indexes.yaml:4: error: users.a_hashed: a hashed index cannot be unique "
        "[hashed-and-unique]",
        "1 error, 0 warnings, 1 suppressed",
        "why: kampyn-perf indexes lint --rule RULE",
    ]


def test_json_has_every_finding_and_says_which_are_suppressed() -> None:
    data = lint_json(RESULT, SOURCE)
    assert (data["errors"], data["warnings"]) == (1, 0)
    assert data["findings"][0] == {
        "rule": "hashed-and-unique",
        "severity": "error",
        "message": "a hashed index cannot be unique",
        "collection": "users",
        "index": "a_hashed",
        "path": "collections.users.indexes[0]",
        "line": 4,
        "suppressed": False,
        "reason": None,
    }
    assert [(f["rule"], f["suppressed"], f["reason"]) for f in data["findings"][1:]] == [
        ("id-index", True, "for show")
    ]


def test_sarif_has_what_the_standard_requires() -> None:
    log = lint_sarif(RESULT, SOURCE, version="1.2.3")
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["version"] == "1.2.3"
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in RULES]
    levels = {"error", "warning", "note"}
    assert {rule["defaultConfiguration"]["level"] for rule in driver["rules"]} <= levels
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in levels
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "configs/my%20indexes.yaml"
        assert place["region"]["startLine"] in (4, 7)
    assert "suppressions" not in run["results"][0]
    assert run["results"][1]["suppressions"] == [{"kind": "inSource", "justification": "for show"}]
