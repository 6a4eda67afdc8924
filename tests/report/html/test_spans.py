"""The stretches that charts shade."""

from __future__ import annotations

from kampyn_perf.report.html.spans import spans
from tests.report.html.samples import failing_run


def test_an_alert_that_never_ended_lasts_to_the_end() -> None:
    result = failing_run()
    (alert,) = [span for span in spans(result) if span.kind == "alert"]
    assert (alert.start, alert.end) == (11.0, result.elapsed_us / 1e6)


def test_what_was_in_flight_after_the_last_phase_has_a_stretch_of_its_own() -> None:
    result = failing_run().model_copy(update={"elapsed_us": 23_500_000})
    *_, drain = (span for span in spans(result) if span.kind == "phase")
    assert (drain.name, drain.start, drain.end) == ("drain", 20.0, 23.5)
    assert "drain" not in [span.name for span in spans(failing_run())]
