"""The document's own configuration for Artillery, typed from its page: the same run as the shipped
profile, by the document's objectives.

Tests `kampyn_perf/load/artillery` and `kampyn_perf/load/resolver.py`.
"""

from __future__ import annotations

from pathlib import Path

from kampyn_perf.load.resolver import LoadOptions, resolve
from kampyn_perf.slo import objectives
from tests.cli import program
from tests.cli.docs import pages

SCRIPT = Path(__file__).parent / "files" / "document.yml"


def test_it_is_the_documented_profile_request_by_request():
    request = resolve(LoadOptions(artillery=SCRIPT, target="reference"))
    shipped = resolve(LoadOptions(profile="documented", target="reference"))
    assert request.remarks == ()
    assert request.bundled is not None
    own, usual = request.spec.schedule(), shipped.spec.schedule()
    assert [(one.duration_us, one.rates) for one in own.phases] == [
        (one.duration_us, one.rates) for one in usual.phases
    ]
    assert own.planned == 21_600
    flows = {flow.name: flow for flow in request.spec.api.flows}
    assert {name: flow.weight for name, flow in flows.items()} == {
        "User authentication flow": 30,
        "Order placement flow": 40,
        "Vendor operations": 30,
    }
    sent = [step.request for flow in flows.values() for step in flow.flow]
    assert [(kind, one.url) for kind, one in sent] == [
        ("post", "/api/user/auth/login"),
        ("get", "/api/user/auth/check"),
        ("get", "/api/item/retail/uni/123"),
        ("post", "/cart/add/user123"),
        ("post", "/order/user123"),
        ("get", "/api/vendor/list/uni/123"),
        ("get", "/order/vendor/vendor123/active"),
    ]
    assert request.spec.api.headers == {"Content-Type": "application/json"}
    assert objectives.usual_for(request.spec.target) == objectives.CONFIG_NAME


def test_it_runs_against_the_bundled_backend_and_is_judged_by_the_documents_objectives(tmp_path):
    line = pages.one("docs/artillery.md", "document.yml --target")
    done = program.run(
        tmp_path,
        *pages.typed(line, {"document.yml": str(SCRIPT)}),
        *("--rate", "10", "--for", "2s", "--json"),
        *(*program.CHEAP, *program.SMALL, *program.PATIENT, "--no-watch"),
    )
    assert done.code in (0, 4), done.err
    result, verdict = done.json["result"], done.json["verdict"]
    assert result["requests"]["failed"] == 0, result["failures"]
    assert result["sessions"]["planned"] == 20
    assert {one["name"]: one["target"] for one in verdict["objectives"]}.keys() == set(
        objectives.load(objectives.CONFIG_NAME).objectives
    )
