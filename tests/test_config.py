"""Configuration: what is wrong is said all at once, with file, line and path.

Tests `kampyn_perf/problems.py` too.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Self

import pytest
from pydantic import Field, model_validator

from kampyn_perf import config
from kampyn_perf.config import Duration, Milliseconds, Rate, Section, Seed, SetText, Size
from kampyn_perf.errors import ConfigError, KampynError


class Inner(Section):
    duration: Duration = 0
    rate: Rate = Fraction(1)
    limit: Milliseconds = 0
    memory: Size = 0


class Deep(Section):
    maxVusers: int = 0  # noqa: N815 (the spelling is what is tested)


class Pair(Section):
    low: int
    high: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class Outer(Section):
    deep: Deep = Deep()
    many: dict[str, Deep] = Field(default_factory=dict)
    phases: tuple[Inner, ...] = ()
    name: str = "x"
    inner: Inner = Inner()
    password: str = ""
    secret_time: Duration = 0
    seed: Seed = 1
    pairs: tuple[Pair, ...] = ()
    some: tuple[Deep, ...] = Field(default=(Deep(),), min_length=1)


def load(text: str, **options) -> Outer:
    return config.load(Outer, config.parse_yaml(text, "f.yaml"), **options)


def problems(text: str, **options) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text, **options)
    assert caught.value.code == 2
    return [str(problem) for problem in caught.value.problems]


def test_units_are_read():
    inner = load("inner: {duration: 1m30s, rate: 3000/min, limit: 250, memory: 1MB}").inner
    assert (inner.duration, inner.limit, inner.memory) == (90_000_000, 250_000, 2**20)
    assert inner.rate == Fraction(50)


def test_every_problem_is_named_with_its_line_and_path():
    text = """\
phases:
  - duration: 60
  - duration: soon
    durration: 5
nmae: y
"""
    assert problems(text) == [
        "f.yaml:3: phases[1].duration: not a duration: 'soon' "
        "(write for example 60, 60s, 250ms or 1m30s)",
        "f.yaml:4: phases[1].durration: unknown key; did you mean duration?",
        "f.yaml:5: nmae: unknown key; did you mean name?",
    ]


def test_an_unknown_key_that_is_like_none_gets_the_list():
    assert problems("zzz: 1") == [
        "f.yaml:1: zzz: unknown key; known here: deep, inner, many, name, pairs, "
        "password, phases, secret_time, seed, some"
    ]


def test_a_wrong_type_says_what_came():
    assert problems("inner: x") == ["f.yaml:1: inner: input should be a mapping (got 'x')"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: [hunter2]", "name: input should be a valid string (got a list)"),
        ("name: {a: hunter2}", "name: input should be a valid string (got a mapping)"),
        (
            "inner: http://us:hunter2@h/",
            "inner: input should be a mapping (got 'http://us:***@h/')",
        ),
        ("inner: us:hunter2@h", "inner: input should be a mapping (got 'us:***@h')"),
        ("password: {a: hunter2}", "password: input should be a valid string (got ***)"),
        ("inner: {duration: [hunter2]}", "inner.duration: not a duration: a list"),
        ("inner: {duration: 'us:hunter2@h'}", "inner.duration: not a duration: 'us:***@h'"),
        ("secret_time: hunter2", "secret_time: not a duration: ***"),
    ],
)
def test_what_came_is_told_without_secrets(text, problem):
    [given] = problems(text)
    assert given.startswith(f"f.yaml:1: {problem}")
    assert "hunter2" not in given


def test_a_list_is_not_short_for_an_entry_that_is_wrong():
    assert problems("some: [{maxVusers: soon}]") == [
        "f.yaml:1: some[0].maxVusers: input should be a valid integer, unable to parse string "
        "as an integer (got 'soon')"
    ]
    assert "at least 1 item" in problems("some: []")[0]


@pytest.mark.parametrize("value", ["[hunter2", "*hunter2", "!hunter2 x"])
def test_a_secret_that_is_no_yaml_is_not_quoted(value):
    given = problems("", sets=[f"password={value}"])
    assert given == ["--set password: is not valid YAML; put quotes around it"]


def test_a_key_that_stands_twice_is_an_error():
    assert problems("name: a\nphases: []\nname: b\n") == [
        "f.yaml:3: name: stands twice (first on line 1)"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "f.yaml:1: is not valid YAML"),
        ("a: !!python/object/apply:os.system [id]", "is not valid YAML"),
        ("a: &x [*x]", "contains itself"),
        ("name: 2020-13-45", "is not valid YAML: month must be in 1..12"),
        ("name: " + "9" * 5000, "is not valid YAML"),
    ],
)
def test_what_is_not_safe_yaml_is_refused(text, message):
    assert any(message in problem for problem in problems(text))


def test_aliases_that_would_fill_the_memory_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert problems("\n".join(lines)) == ["f.yaml: its aliases stand for too many values"]


def test_a_file_that_nobody_could_have_written_is_refused(tmp_path):
    assert problems("[" * 100_000) == ["f.yaml: is nested too deeply"]
    huge = tmp_path / "huge.yaml"
    huge.write_text("# " + "x" * 5_000_000)
    with pytest.raises(ConfigError, match=r"huge\.yaml: is larger than 4 MB"):
        config.read_yaml(huge)


def test_a_mark_of_the_byte_order_is_no_content(tmp_path):
    (tmp_path / "windows.yaml").write_bytes(b"\xef\xbb\xbfname: x\r\n")
    assert config.read_yaml(tmp_path / "windows.yaml").data == {"name": "x"}


def test_an_empty_file_is_all_defaults():
    assert load("") == Outer()
    assert load("# nothing\n") == Outer()


def test_the_order_of_strength_is_file_environment_flag():
    environ = {"T_NAME": "environment", "T_INNER__DURATION": "5s", "OTHER": "no"}
    options = {"environ": environ, "prefix": "T_"}
    assert load("name: file", **options).name == "environment"
    assert load("", **options).inner.duration == 5_000_000
    assert load("name: file", sets=["name=flag"], **options).name == "flag"


def test_set_reaches_into_lists():
    outer = load("phases: [{duration: 1}, {duration: 2}]", sets=["phases[1].duration=9"])
    assert [each.duration for each in outer.phases] == [1_000_000, 9_000_000]


def test_set_replaces_a_whole_value():
    assert load("", sets=["phases=[{duration: 3}]"]).phases == (Inner(duration="3s"),)


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        (["name"], "--set name: expected key=value"),
        (["=x"], "--set =x: expected key=value"),
        (["phases[7].duration=1"], "no such entry; the list has 1"),
        (["name.below=1"], "its parent is a plain value"),
        (["nmae=1"], "unknown key; did you mean name?"),
        (["name=[1"], "--set name:1: is not valid YAML"),
    ],
)
def test_a_wrong_set_says_which(sets, message):
    with pytest.raises(KampynError) as caught:
        load("phases: [{duration: 1}]\nname: x", sets=sets)
    assert message in caught.value.message


def test_a_wrong_environment_names_the_variable():
    assert problems("", environ={"T_NAME": "[1"}, prefix="T_")[0].startswith("T_NAME:1: is not")


@pytest.mark.parametrize(
    ("variable", "path"),
    [
        ("T_DEEP__MAXVUSERS", "deep.maxVusers"),
        ("T_MANY__QUICK__MAXVUSERS", "many.quick.maxVusers"),
        ("T_PHASES__0__DURATION", "phases[0].duration"),
    ],
)
def test_the_environment_finds_keys_at_any_depth(variable, path):
    """Shells have capitals only; the files' keys have both."""
    given = problems("phases: [{duration: 1}]", environ={variable: "soon"}, prefix="T_")
    assert given[0].startswith(f"{variable}: {path}: ")


def test_a_wrong_value_of_a_flag_names_the_flag_and_not_the_file():
    given = problems("phases:\n  - {duration: 1}\nname: x", sets=["phases[0].duration=soon"])
    assert given[0].startswith("--set phases[0].duration: phases[0].duration: not a duration")
    given = problems("phases:\n  - {rate: soon}\nname: x", sets=["name=[1]"])
    assert [each.partition(": ")[0] for each in given] == ["f.yaml:2", "--set name"]


def test_a_flag_that_sets_a_part_of_what_is_wrong_is_named_with_the_place():
    text = "name: x\nsome:\n  - {maxVusers: 1}\npairs:\n  - {low: 1, high: 2}\n"
    assert problems(text, sets=["some[0].maxVusers=2", "pairs[0].low=3"]) == [
        "f.yaml:5 with --set pairs[0].low: pairs[0]: low is above high"
    ]


def test_what_a_flag_made_is_not_blamed_on_the_file():
    given = problems("many:\n  a: {maxVusers: 1}\n", sets=["many.b.maxVuser=1"])
    assert given == ["--set many.b.maxVuser: many.b.maxVuser: unknown key; did you mean maxVusers?"]
    given = problems("name: x\n", sets=["pairs=[{low: 1}]", "name=y"])
    assert given == ["--set pairs: pairs[0].high: is missing"]
    environ = {"T_DEEP__MAXVUSERS": "soon"}
    given = problems("name: x\n", environ=environ, prefix="T_", sets=["deep.other=1"])
    assert [each.partition(": ")[0] for each in given] == ["T_DEEP__MAXVUSERS", "--set deep.other"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (SetText("nmae=1", above="t"), "--set t.nmae: t.nmae: unknown key; did you mean name?"),
        (SetText("name=[1", above="t"), "--set t.name:1: is not valid YAML"),
        (SetText("inner={duration: x}", above="t"), "--set t.inner: t.inner.duration: not a dura"),
        (SetText("name=[1]", flag="--name"), "--name: name: input should be a valid string"),
    ],
)
def test_a_problem_names_what_the_user_wrote(given, problem):
    assert problems("name: x", sets=[given])[0].startswith(problem)
    with pytest.raises(KampynError, match=r"--set t\.x: expected"):
        load("", sets=[SetText("x", above="t")])


@pytest.mark.parametrize("key", ["duration", "limit"])
def test_a_duration_that_no_run_lasts_is_refused(key):
    assert getattr(load(f"inner: {{{key}: 366d}}").inner, key) == 366 * 86_400 * 10**6
    [given] = problems(f"inner: {{{key}: 99999999999h}}")
    assert given == f"f.yaml:1: inner.{key}: is longer than 366 days: '99999999999h'"


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_the_generators_do_not_take_is_refused(seed):
    assert load(f"seed: {2**63 - 1}").seed == 2**63 - 1
    assert f"(got {seed})" in problems(f"seed: {seed}")[0]


def test_a_section_in_json_means_the_same_when_read_back():
    inner = Inner(duration=90_000, rate="1/3/s", limit=250, memory=5)
    assert Inner.model_validate_json(inner.model_dump_json()) == inner


def test_find_prefers_the_users_own_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert config.find("load") == config.shipped("configs") / "load.yaml"
    own = tmp_path / "configs" / "load.yaml"
    own.parent.mkdir()
    own.write_text("")
    assert config.find("load").resolve() == own


def test_a_value_may_be_named_with_its_files_name_before_it():
    sets = config.own_sets(["slo.a.b=1", "a.c=2", "slow.d=3"], "slo")
    assert sets == ["a.b=1", "a.c=2", "slow.d=3"]
    source = config.apply_sets(config.Source({}, "x.yaml"), sets)
    assert source.data == {"a": {"b": 1, "c": 2}, "slow": {"d": 3}}
    with pytest.raises(KampynError, match=r"--set slo\.nothing: expected key=value"):
        config.apply_sets(config.Source({}, "x.yaml"), config.own_sets(["slo.nothing"], "slo"))


def test_find_knows_the_users_own_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text("")
    (tmp_path / "configs" / "targets").mkdir(parents=True)
    (tmp_path / "configs" / "targets" / "staging.yaml").write_text("")
    for name, meant in {
        "targets/shop.yaml": "Did you mean shop.yaml, in this folder?",
        "targets/stagin.yaml": "Did you mean staging?",
        "targets/kampin.yaml": "Did you mean kampyn?",
        "targets/slo.yaml": "Looked at",  # that is no target
    }.items():
        with pytest.raises(KampynError) as caught:
            config.find(name)
        assert caught.value.hint.startswith(meant)


def test_find_says_where_it_looked_and_what_was_meant():
    with pytest.raises(KampynError) as caught:
        config.find("laod")
    assert caught.value.message == "no such configuration: laod"
    assert "Did you mean load?" in caught.value.hint


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.read_yaml(tmp_path / "x.yaml")
    with pytest.raises(KampynError, match="cannot read"):
        config.read_yaml(tmp_path / "none.yaml")
