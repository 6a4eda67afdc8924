"""Names that a shell completes, as the real program answers it."""

from __future__ import annotations

from tests.cli import program


def completed(folder, words: str) -> list[str]:
    env = {
        "_KAMPYN_PERF_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1 + words.endswith(" ")),
    }
    done = program.start(folder, env=env)
    out, _err = done.communicate(timeout=30)
    return out.split()


def test_profiles_and_targets(tmp_path):
    (tmp_path / "configs" / "targets").mkdir(parents=True)
    (tmp_path / "configs" / "targets" / "shop.yaml").write_text("url: http://localhost:1\n")
    (tmp_path / "configs" / "load.yaml").write_text(
        "profiles: {quiet: {phases: [{duration: 1, arrivalRate: 1}]}}"
    )
    assert completed(tmp_path, "kampyn-perf load --profile qui") == ["quick", "quiet"]
    assert completed(tmp_path, "kampyn-perf load --target ") == ["kampyn", "reference", "shop"]


def test_a_broken_file_completes_to_nothing(tmp_path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "load.yaml").write_text("profiles: [")
    assert completed(tmp_path, "kampyn-perf load --profile q") == []
