"""The `config` section of a script: who is asked, with what data, in which phases. Pure, but for
whether a payload's file is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kampyn_perf.load.artillery.durations import duration
from kampyn_perf.load.artillery.places import Notes
from kampyn_perf.sources import PathKey

KEYS = (
    "target", "phases", "environments", "payload", "variables", "defaults", "http", "tls",
    "plugins", "processor", "engines", "ensure", "apdex", "timeout", "statsInterval", "socketio",
    "ws", "bundling", "includeFiles",
)  # fmt: skip
_HTTP = (
    "timeout", "defaults", "pool", "maxSockets", "extendedMetrics", "cookieJarOptions",
)  # fmt: skip
_APDEX_PLUGIN: PathKey = ("config", "plugins", "apdex")
_USUAL_APDEX = 500
"""Milliseconds."""
_TLS = ("rejectUnauthorized",)
_DEFAULTS = ("headers", "strictCapture", "think", "cookie")
_PHASE = (
    "name", "duration", "arrivalRate", "arrivalCount", "rampTo", "pause", "maxVusers", "mode",
)  # fmt: skip
_PAYLOAD = (
    "path", "fields", "order", "skipHeader", "delimiter", "cast", "skipEmptyLines", "loadAll",
    "name", "options",
)  # fmt: skip
_JUDGING = ("ensure", "expect", "apdex")
_DEFAULT_TIMEOUT = 10


class Config:
    """Its parts."""

    def __init__(self, notes: Notes, value: Mapping[str, Any], folder: Path) -> None:
        self._notes = notes
        self._folder = folder
        self.value = value
        path: PathKey = ("config",)
        engines = notes.mapping((*path, "engines"), value.get("engines"))
        notes.known(path, value, (*KEYS, *engines))
        self.http = notes.mapping((*path, "http"), value.get("http"))
        notes.known((*path, "http"), self.http, _HTTP)
        self._defaults_at: PathKey = (*path, "http", "defaults")
        self.defaults = notes.mapping(self._defaults_at, self.http.get("defaults"))
        if not self.defaults:
            self._defaults_at = (*path, "defaults")
            self.defaults = notes.mapping(self._defaults_at, value.get("defaults"))
        notes.known(self._defaults_at, self.defaults, _DEFAULTS)
        self.plugins = notes.mapping((*path, "plugins"), value.get("plugins"))
        self._unused()

    @property
    def target(self) -> str:
        """Whom it asks."""
        return str(self.value.get("target") or "")

    @property
    def timeout(self) -> Any:
        """How long an answer may take."""
        return duration(self.value.get("timeout") or self.http.get("timeout") or _DEFAULT_TIMEOUT)

    @property
    def headers(self) -> tuple[PathKey, Any]:
        """Those of every request, and where they stand."""
        return (*self._defaults_at, "headers"), self.defaults.get("headers")

    @property
    def cookies(self) -> tuple[PathKey, Any]:
        """The same of cookies."""
        return (*self._defaults_at, "cookie"), self.defaults.get("cookie")

    @property
    def jitter(self) -> Any:
        """Of pauses that have none of their own."""
        at = (*self._defaults_at, "think")
        think = self._notes.mapping(at, self.defaults.get("think"))
        self._notes.known(at, think, ("jitter",))
        return think.get("jitter")

    @property
    def apdex_us(self) -> int | None:
        """The threshold of its score; None where none is asked for."""
        if "apdex" not in self.value and "apdex" not in self.plugins:
            return None
        at: PathKey = ("config", "apdex") if self.value.get("apdex") else _APDEX_PLUGIN
        above = self.value.get("apdex") or self.plugins.get("apdex")
        given = self._notes.mapping(at, above)
        self._notes.known(at, given, ("threshold",))
        threshold = given.get("threshold", _USUAL_APDEX)
        if isinstance(threshold, bool) or not isinstance(threshold, int | float) or threshold <= 0:
            self._notes.wrong((*at, "threshold"), f"is no number of milliseconds: {threshold!r}")
            return None
        return round(threshold * 1000)

    @property
    def verify(self) -> bool:
        """Whether certificates are checked."""
        at: PathKey = ("config", "tls")
        tls = self._notes.mapping(at, self.value.get("tls"))
        for key in tls:
            if key not in _TLS:
                self._notes.wrong((*at, key), "is not known here; there is rejectUnauthorized")
        return tls.get("rejectUnauthorized") is not False

    @property
    def strict_capture(self) -> bool:
        """Whether a capture that finds nothing ends the session, where it does not say."""
        return self.defaults.get("strictCapture") is not False

    @property
    def expects(self) -> bool:
        """Whether the expect plugin is there."""
        return "expect" in self.plugins

    @property
    def expectations_end(self) -> bool:
        """Whether an expectation that is not met ends the session."""
        options = self._notes.mapping(("config", "plugins", "expect"), self.plugins.get("expect"))
        return bool(options.get("reportFailuresAsErrors"))

    def phases(self) -> list[dict[str, Any]]:
        """As `load.yaml` has them; one session where there are none, as under Artillery."""
        path: PathKey = ("config", "phases")
        if "phases" not in self.value:
            self._notes.remark(("config",), "has no phases: one session, as under Artillery")
            return [{"duration": 1, "arrivalCount": 1}]
        made: list[dict[str, Any]] = []
        for index, entry in enumerate(self._notes.entries(path, self.value["phases"])):
            given = self._notes.mapping((*path, index), entry)
            self._notes.known((*path, index), given, _PHASE)
            phase = {key: value for key, value in given.items() if key in _PHASE and key != "mode"}
            for key in ("duration", "pause"):
                if key in phase:
                    phase[key] = duration(phase[key])
            for key in ("arrivalCount", "maxVusers"):
                if isinstance(phase.get(key), str) and phase[key].strip().isdigit():
                    phase[key] = int(phase[key])
            if "rampTo" in phase and not any("rampTo" in earlier for earlier in made):
                self._notes.remark(
                    (*path, index, "rampTo"),
                    "rises continuously here, and once a second under Artillery; the arrivals are "
                    "as many",
                )
            made.append(phase)
        return made

    def mode(self) -> str:
        """How arrivals lie: Artillery says it of each phase, here it is the run's."""
        phases = self.value.get("phases")
        given = [phase.get("mode", "uniform") for phase in phases or () if isinstance(phase, dict)]
        if "poisson" not in given:
            return "even"
        if len(set(given)) > 1:
            self._notes.remark(("config", "phases"), "all phases are poisson, not some")
        return "poisson"

    def feeds(self) -> dict[str, dict[str, Any]]:
        """Rows of CSV files, and lists of which each session gets one value."""
        feeds: dict[str, dict[str, Any]] = {}
        path: PathKey = ("config", "payload")
        payload = self.value.get("payload")
        several = payload if isinstance(payload, list) else [payload] if payload else []
        for index, table in enumerate(several):
            at = (*path, index) if isinstance(payload, list) else path
            feeds |= self._payload(at, index, table)
        for name, value in self._variables().items():
            if isinstance(value, list):
                if not value:
                    self._notes.wrong(("config", "variables", name), "is an empty list")
                rows = [{name: item} for item in value]
                feeds[f"variables.{name}"] = {"rows": rows, "order": "random", "flat": True}
        return feeds

    def variables(self) -> dict[str, Any]:
        """Values that are the same in every session."""
        return {
            name: value for name, value in self._variables().items() if not isinstance(value, list)
        }

    def _variables(self) -> dict[str, Any]:
        return self._notes.mapping(("config", "variables"), self.value.get("variables"))

    def _payload(self, path: PathKey, index: int, value: Any) -> dict[str, dict[str, Any]]:
        given = self._notes.mapping(path, value)
        self._notes.known(path, given, _PAYLOAD)
        if given.get("options"):
            self._notes.wrong((*path, "options"), "of Artillery's CSV reader are not known here")
        file = self._folder / str(given.get("path", ""))
        if "path" not in given:
            self._notes.wrong(path, "has no path")
        elif not file.is_file():
            self._notes.wrong((*path, "path"), f"there is no file {file}")
        fields = given.get("fields", [])
        fields = [fields] if isinstance(fields, str) else fields
        whole = bool(given.get("loadAll"))
        if not fields:
            self._notes.wrong(path, "has no fields: nothing would have a name")
        if whole and not given.get("name"):
            self._notes.wrong(path, "has loadAll, and no name for the list")
        order = given.get("order", "random")
        orders = {"sequence": "sequential", "random": "random"}
        if order not in orders:
            self._notes.wrong((*path, "order"), f"is sequence or random (got {order!r})")
        feed: dict[str, Any] = {
            "file": str(file),
            "order": orders.get(str(order), "random"),
            "fields": fields,
            "skipHeader": given.get("skipHeader", False) is True,
            "numbers": given.get("cast", True) is not False,
        }
        if "delimiter" in given:
            feed["delimiter"] = given["delimiter"]
        if whole:
            return {str(given.get("name")): feed | {"whole": True}}
        return {f"payload.{index}": feed | {"flat": True}}

    def _unused(self) -> None:
        """What is left aside."""
        notes, path = self._notes, ("config",)
        for key in ("pool", "maxSockets", "extendedMetrics", "cookieJarOptions"):
            if key in self.http:
                notes.remark((*path, "http", key), "is not used")
        for name in self.plugins:
            if name not in (*_JUDGING, "metrics-by-endpoint"):
                notes.remark((*path, "plugins", str(name)), "the plugin is not run")
        if "processor" in self.value:
            notes.remark((*path, "processor"), "JavaScript is not run; no step needs it")
