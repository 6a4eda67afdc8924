"""What was acknowledged against what is stored: pure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.audit.judging import LOST, TWICE, UNTOLD, Asked, compare

IDS = st.sets(st.text(min_size=1, max_size=6), max_size=20)


def asked(*, confirmed: int = 0, unanswered: int = 0, known: bool = True) -> Asked:
    return Asked(confirmed=confirmed, unanswered=unanswered, known=known)


@given(IDS, IDS, IDS, IDS, st.integers(0, 20))
def test_every_order_is_kept_lost_excused_or_too_many(kept, lost, others, before, unanswered):
    lost -= kept
    others -= kept | lost | before
    before -= kept | lost
    found = compare(
        [*kept, *lost],
        [*before, *kept, *others],
        asked(confirmed=len(kept | lost), unanswered=unanswered),
        before=before,
    )
    assert (found.acknowledged, found.lost) == (len(kept) + len(lost), len(lost))
    assert found.doubled == max(len(others) - unanswered, 0)
    counts = {one.invariant: one.count for one in found.findings}
    assert counts == {
        name: count for name, count in ((LOST, found.lost), (TWICE, found.doubled)) if count
    }


@given(IDS.filter(bool), st.integers(2, 4))
def test_what_is_stored_again_is_doubled_whoever_went_without_an_answer(ids, times):
    found = compare(ids, [*ids] * times, asked(unanswered=100))
    assert found.doubled == len(ids) * (times - 1)


def test_answers_that_tell_no_id_are_no_audit_that_was_passed():
    (finding,) = compare([], ["a", "b"], asked(confirmed=2, unanswered=2)).findings
    assert (finding.invariant, finding.count) == (UNTOLD, 2)


def test_a_result_that_does_not_say_what_was_asked_accuses_nobody_of_too_many():
    assert compare(["a"], ["a", "b"], asked(known=False)).findings == ()


def test_examples_name_what_is_wrong_and_are_few():
    found = compare([f"o{n}" for n in range(99)], ["x"], asked())
    lost, twice = found.findings
    assert len(lost.examples) == 5
    assert lost.examples[0] == "o0: acknowledged, and not stored"
    assert "x: stored, and nobody was told" in twice.examples
