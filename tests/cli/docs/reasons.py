"""Lines that no story types as they stand, each with its reason; files that it names are there."""

from __future__ import annotations

RUN_BY = {
    "README.md": "tests/test_readme.py",
    "docs/ci.md": "tests/cli/test_ci_recipe.py",
    "docs/coming-from.md": "tests/test_docs_first_run.py",
    "docs/dba.md": "tests/test_docs_tasks.py",
    "docs/first-run.md": "tests/test_docs_first_run.py",
    "docs/reading-a-verdict.md": "tests/test_docs_tasks.py",
    "docs/verdict-formats.md": "tests/report/verdict/test_formats_page.py",
}
"""Pages whose `kampyn-perf` lines a test of their own types, all of them."""

_MASTER = "tests/load/distributed/test_master_and_worker.py"
TAKEN_BY = {
    "kampyn-perf backend profile": "tests/backend/test_profiling.py",
    "kampyn-perf capacity localhost": "tests/cli/docs/test_stories.py",
    "kampyn-perf capacity --resume": "tests/cli/docs/test_stories.py",
    "kampyn-perf compare --run /items --base-start": "tests/cli/test_compare_run.py",
    "kampyn-perf demo": "tests/cli/test_demo.py",
    "kampyn-perf load --flame-graph": "tests/cli/test_load_audit.py",
    "kampyn-perf load --live-report": "tests/cli/load/test_live_page.py",
    "kampyn-perf load --otlp": "tests/cli/load/test_exporting.py",
    "kampyn-perf load --profile documented --url http://staging.example.edu": _MASTER,
    "kampyn-perf load --push-gateway": "tests/cli/load/test_exporting.py",
    "kampyn-perf load --role worker --master-host": _MASTER,
    "kampyn-perf load --target kampyn --url https://staging": "tests/load/test_kampyn.py",
    "kampyn-perf load --workers 4": "tests/load/test_run.py",
    "kampyn-perf load document.yml --target": "tests/load/artillery/test_document.py",
}
"""How lines begin, and the test that takes one of them from its page and types it, beside what else
it is about; those of one beginning differ in numbers and hosts alone."""

UP_TO_THE_RUN = {
    r"kampyn-perf capacity(?! localhost| --resume)": (
        "tests/cli/test_capacity.py",
        "docs/capacity.md",
        "a search takes 1 min 26 s at the least, and all of two cores; the search itself is held "
        "by tests/capacity",
    ),
    r"kampyn-perf compare --run (--(base|new)-set|localhost)": (
        "tests/cli/test_compare_run.py",
        "docs/compare.md",
        "three runs a pair; the README's line, and servers that a command starts, are run",
    ),
}
"""What is carried out but for its minutes of load: the test, which sees what would be run, the page
whose lines it takes, and why."""

WIRE = (
    r"kampyn-perf (indexes (unhide |plan --probe|apply --prune|advise --profiler|lint --sample"
    r"|import --cluster|stats --db mongodb://one)|doctor .*--mongo)"
)
"""What the embedded store does not do, or does otherwise: typed on MongoDB's wire."""

DRY = {
    "kampyn-perf backend serve": "`backend serve` is typed by tests/test_readme.py, and on MongoDB "
    "by tests/backend/test_mongo_serving.py",
    "kampyn-perf bench$": "all four suites; each is measured by tests/bench/built_in",
    "kampyn-perf bench generator": "two and a half minutes of load at the least; its search is "
    "held by tests/load/benchmark, what becomes of it by tests/bench/built_in/test_generator.py",
    "kampyn-perf load --set 'alerts.": "a load with rules is typed a line before",
    "kampyn-perf load --config resilience.yaml": "faults are done by tests/cli/test_load_faults.py",
    "kampyn-perf load --flow order": "is a dry run",
    "kampyn-perf load --profile documented --baseline": "a baseline judges when the run is over, "
    "as by `check --baseline`, which is typed",
    "kampyn-perf load --profile quick --audit": "faults are done by tests/cli/test_load_faults.py",
    "kampyn-perf load --profile quick --set 'config.faults": "as above",
    "kampyn-perf load --tag main": "the README's load with a tag is run",
    "kampyn-perf load --target reference --url": "tests/cli/test_demo.py runs before and after",
    "kampyn-perf load document.yml --slo": "the line before it, with another file of objectives",
    "kampyn-perf load locustfile.py$": "the same",
    "kampyn-perf load locustfile.py --flow": "tests/load/locustfiles/test_real_run.py runs it",
    'kampyn-perf load --curl "curl -X POST localhost:8000/orders -d': "load.md's is run",
    "kampyn-perf load locustfiles/": "tests/load/locustfiles/test_real_run.py runs a folder, with "
    "an argument of its own",
    "kampyn-perf load script.yml --": "`load script.yml` is run",
}
"""What lines look like that say what they would do (`--dry-run`, `--show-config`, `--list`): a load
costs a second of CPU, and these are loads that are run, with another value of one flag."""

NOT_HERE = {
    r"(make|\.ci/run)\b": "the tests themselves; `make load` is done by tests/test_readme.py",
    r"python (-m benchmarks\.|benchmarks/)": "measures for minutes",
    r"python -m kampyn_perf\.compiling": "compiles for half a minute; tests/test_compiling.py "
    "does so with two modules",
    r"python -c ": "draws the graph of imports for developers, as `make check` does",
    r"python docs/": "tests/test_docs_load.py and "
    "tests/report/verdict/test_formats_page.py run them",
    r"python api\.py": "tests/test_docs_first_run.py starts it",
    r"pip (install|wheel)": "fetches from an index; tests/test_package.py looks into the wheel",
    r"prometheus ": "tests/cli/load/test_live_page.py starts it where it is installed",
    r"promtool ": "tests/alerts/test_prometheus.py asks it where it is installed",
    r"node ": "tests/indexes/catalogue/test_from_exporter.py runs it where it is installed",
    r"schemathesis ": "tests/backend/hostile/test_openapi.py runs it as a library",
    r"(k6|artillery|gh) ": "a program that this project does not bring",
    r"locust ": "tests/test_readme.py and tests/test_docs_first_run.py run it",
}
"""What lines look like that are no lines of this program, or not for a test to type."""
