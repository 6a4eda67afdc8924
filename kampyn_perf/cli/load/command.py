"""The command line of `kampyn-perf load`: its help, and what its flags come to."""

from __future__ import annotations

from pathlib import Path

import typer

from kampyn_perf.cli import flags as common
from kampyn_perf.cli import watch_flags as watching
from kampyn_perf.cli.importing import importing
from kampyn_perf.cli.load import options, roles
from kampyn_perf.cli.load.flags import LoadFlags, Role

HELP = """
Run the load test against a backend, and judge the result.

With a URL that is loaded, and nothing else is needed. Otherwise the flows of a target are run;
without --target the bundled reference backend is started for the run and stopped after it.
Sessions arrive on a schedule, whatever the backend does (open model), and response times count
from the moment a request was due, so that a backend that stands still cannot hide it.

\b
One address of your own, or several; a request as curl would send it:
  kampyn-perf load localhost:8000/health --rate 50 --for 1m
  kampyn-perf load localhost:8000/items localhost:8000/orders --ramp 10..100
  kampyn-perf load --curl "curl -X POST localhost:8000/orders -d '{}'"

\b
A locustfile of your own, at a rate; docs/scenarios.md tells what a session of it is:
  kampyn-perf load locustfile.py --host http://localhost:8000 --rate 50
  kampyn-perf load locustfiles/ --host http://localhost:8000 --rate 50 -- --shop 7

\b
A script of Artillery, as it is: its phases, scenarios and ensure; docs/artillery.md has the rest:
  kampyn-perf load script.yml --environment staging

\b
The document's load test, about 7 minutes; or the same rates in one minute:
  kampyn-perf load
  kampyn-perf load --profile quick

\b
A backend of your own; any host but this machine has to be allowed by name:
  kampyn-perf load --target kampyn --url https://staging.example.edu \\
    --allow-host staging.example.edu --data my-users.json

\b
With the report in a browser while the run goes on:
  kampyn-perf load --live-report 8089

\b
Told to OpenTelemetry, with traces of slow and failed sessions; docs/export.md:
  kampyn-perf load --otlp http://localhost:4318

\b
Only one flow, and what would run without running it:
  kampyn-perf load --flow order --dry-run

Ctrl-C ends the run and reports what was measured. Exit codes: 0 objectives met, 1 an objective
failed, 2 usage or configuration, 3 target not reached, 4 no verdict (the run was invalid or
partial), 130 / 143 interrupted.
"""


def load(  # noqa: PLR0913 (one parameter for each flag)
    context: typer.Context,
    urls: options.Urls = None,
    *,
    rate: options.Rate = None,
    ramp: options.Ramp = None,
    length: options.Length = None,
    method: options.Method = "",
    header: options.Header = None,
    body: options.Body = None,
    data_raw: options.DataRaw = None,
    curl: options.Curl = "",
    profile: options.Profile = None,
    flow: options.Flow = None,
    target: options.Target = None,
    url: options.Url = None,
    environment: options.Environment = "",
    tags: options.Tags = None,
    exclude_tags: options.ExcludeTags = None,
    data: options.Data = None,
    config: options.Config = None,
    baseline: common.Baseline = None,
    slo: common.Slo = None,
    alerts: common.RulesName = "alerts",
    set_: options.Sets = None,
    seed: options.Seed = None,
    workers: options.Workers = None,
    role: options.RoleName = Role.LOCAL,
    master_host: options.MasterHost = "127.0.0.1",
    master_port: options.MasterPort = 5557,
    expect_workers: options.ExpectWorkers = 1,
    warm_up: options.WarmUp = None,
    out: options.Out = None,
    state: options.State = Path(".kampyn/load"),
    allow_host: options.AllowHost = None,
    dry_run: options.DryRun = False,
    audit: options.Audit = False,
    strict: common.Strict = False,
    lenient: common.Lenient = False,
    flame_graph: options.FlameGraph = None,
    live_report: options.LiveReport = None,
    otlp: options.Otlp = None,
    push_gateway: options.PushGateway = None,
    json: options.Json = False,
    tag: common.Tags = None,
    note: common.Note = "",
    watch_pid: watching.WatchPids = None,
    watch_port: watching.WatchPorts = None,
    watch_name: watching.WatchNames = None,
    watch_cgroup: watching.WatchCgroups = None,
    watch_mongo: watching.WatchMongo = None,
    watch_redis: watching.WatchRedis = None,
    scrape: watching.Scrape = None,
    probe: watching.Probe = None,
    no_watch: watching.NoWatch = False,
) -> None:
    roles.check(role, _flags_used(context))
    with importing():
        from kampyn_perf.load import Standby

        alone = role is Role.LOCAL and not dry_run
        standby = context.with_resource(Standby()) if alone else None
        from kampyn_perf.cli.load.run import run
        from kampyn_perf.load import DirectRequest, DirectSchedule, LoadOptions, Master
        from kampyn_perf.load.script_target import split_arguments

    given = split_arguments(urls or ())
    asked = LoadOptions(
        scenario=given.locustfiles[0] if given.locustfiles else None,
        more_scenarios=given.locustfiles[1:],
        locust_arguments=given.of_locustfiles,
        artillery=given.script,
        environment=environment,
        tags=tuple(tags or ()),
        exclude_tags=tuple(exclude_tags or ()),
        direct=DirectRequest(
            urls=given.urls,
            method=method,
            headers=tuple(header or ()),
            body=data_raw if body is None else body,
            curl=curl,
        ),
        schedule=DirectSchedule(rate=rate, ramp=ramp, length=length),
        profile=profile,
        flows=tuple(flow or ()),
        target=target,
        url=url,
        data=data,
        config=config,
        sets=tuple(set_ or ()),
        seed=seed,
        workers=workers,
        warm_up=warm_up,
        state=state,
        allow_hosts=tuple(allow_host or ()),
        otlp=otlp,
        push_gateway=push_gateway,
        need_files=not dry_run,
    )
    watch = watching.watch_flags(
        pids=watch_pid,
        ports=watch_port,
        names=watch_name,
        cgroups=watch_cgroup,
        mongo=watch_mongo,
        redis=watch_redis,
        scrape=scrape,
        probe=probe,
        off=no_watch,
    )
    flags = LoadFlags(
        options=asked,
        watch=watch,
        baseline=baseline,
        slo=slo,
        alerts=alerts,
        role=role,
        master=Master(host=master_host, port=master_port, expect_workers=expect_workers),
        out=out,
        dry_run=dry_run,
        audit=audit,
        flame_graph=flame_graph,
        strict=strict,
        lenient=lenient,
        as_json=json,
        tags=tuple(tag or ()),
        note=note,
        live_report=live_report,
    )
    raise typer.Exit(int(run(flags, standby)))


def _flags_used(context: typer.Context) -> list[str]:
    """The flags that the command line has, by their long names."""
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if (source := context.get_parameter_source(str(parameter.name)))
        and source.name == "COMMANDLINE"
    ]


load.__doc__ = HELP
