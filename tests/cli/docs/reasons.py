"""Lines that no story types as they stand, each with its reason."""

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

TAKEN_BY = {
    "kampyn-perf capacity localhost": "tests/cli/docs/test_stories.py",
    "kampyn-perf capacity --resume": "tests/cli/docs/test_stories.py",
    "kampyn-perf compare --run /items --base-start": "tests/cli/test_compare_run.py",
    "kampyn-perf load --profile documented --url http://staging.example.edu": (
        "tests/load/distributed/test_master_and_worker.py"
    ),
    "kampyn-perf load --role worker --master-host": (
        "tests/load/distributed/test_master_and_worker.py"
    ),
}
"""How a line begins, and the test that takes it from its page and types it."""

WIRE = (
    r"kampyn-perf indexes (unhide |plan --probe|apply --prune|advise --profiler|lint --sample"
    r"|import --cluster|stats --db mongodb://one)"
)
"""What the embedded store does not do, or does otherwise: typed on MongoDB's wire."""

DRY = {
    "kampyn-perf backend serve": "`backend serve` is typed by the README's test, and on MongoDB by "
    "tests/backend/test_mongo_serving.py",
    "kampyn-perf bench$": "all four suites; each is measured by tests/bench/built_in",
    "kampyn-perf load --set 'alerts.": "a load with rules is typed a line before",
    "kampyn-perf load --config resilience.yaml": "faults are done by tests/cli/test_load_faults.py",
    "kampyn-perf load --flame-graph": "py-spy works for tests/backend/test_profiling.py",
    "kampyn-perf load --flow order": "is a dry run",
    "kampyn-perf load --live-report": "tests/cli/load/test_live_page.py looks at it",
    "kampyn-perf load --otlp": "tests/cli/load/test_exporting.py receives it",
    "kampyn-perf load --profile documented --baseline": "a baseline judges when the run is over, "
    "as by `check --baseline`, which is typed",
    "kampyn-perf load --profile quick --audit": "faults are done by tests/cli/test_load_faults.py",
    "kampyn-perf load --profile quick --set 'config.faults": "as above",
    "kampyn-perf load --push-gateway": "tests/cli/load/test_exporting.py receives it",
    "kampyn-perf load --tag main": "the README's load with a tag is run",
    "kampyn-perf load --target kampyn --url https://staging": "a host of the reader's own",
    "kampyn-perf load --target reference --url": "tests/cli/test_demo.py runs before and after",
    "kampyn-perf load --workers 4": "tests/load/test_run.py runs several generators",
    "kampyn-perf load document.yml": "tests/load/artillery/test_document.py runs it",
    "kampyn-perf load locustfile.py$": "the same",
    "kampyn-perf load locustfile.py --flow": "tests/load/locustfiles/test_real_run.py runs it",
    'kampyn-perf load --curl "curl -X POST localhost:8000/orders -d': "load.md's is run",
    "kampyn-perf load locustfiles/": "tests/load/locustfiles/test_tree.py runs a folder",
    "kampyn-perf load script.yml --": "`load script.yml` is run",
}
"""What lines look like that say what they would do (`--dry-run`, `--show-config`, `--list`), and
where the rest of it is done: a load costs a second of CPU."""

NOT_HERE = {
    r"(make|\.ci/run)\b": "the tests themselves; `make load` is the README's test's",
    r"python (-m benchmarks\.|benchmarks/)": "measures for minutes",
    r"python -c ": "draws the graph of imports for developers, as `make check` does",
    r"python docs/": "tests/test_docs_load.py and test_formats_page.py run them",
    r"python api\.py": "tests/test_docs_first_run.py starts it",
    r"pip (install|wheel)": "fetches from an index; tests/test_package.py looks into the wheel",
    r"prometheus ": "tests/cli/load/test_live_page.py starts it where it is installed",
    r"promtool ": "tests/alerts/test_prometheus.py asks it where it is installed",
    r"node ": "test_from_exporter.py runs it where it is installed",
    r"schemathesis ": "tests/backend/hostile/test_openapi.py runs it as a library",
    r"(k6|artillery|gh) ": "a program that this project does not bring",
    r"locust ": "tests/test_readme.py and tests/test_docs_first_run.py run it",
    r"kampyn-perf bench generator": "two minutes of load at the least",
    r"kampyn-perf capacity(?! localhost| --resume)": "a search takes 1 min 26 s at the least, and "
    "all of two cores; one is begun here, and the search itself is held by tests/capacity",
    r"kampyn-perf demo": "tests/cli/test_demo.py runs it in small",
    r"kampyn-perf backend profile": "wants the right to look into a process",
    r"kampyn-perf doctor .*--mongo": "wants a MongoDB beside it: tests/doctor/test_stores.py",
    r"kampyn-perf compare --run --(base|new)-set": "backends and loads in turn; the README's, with "
    "--new-set, is run",
    r"kampyn-perf compare --run localhost": "three loads; servers that a command starts are run",
    r"kampyn-perf compare --run /items --base-start \"node": "as compare.md has it, which is run",
}
"""What lines look like that are only parsed."""
