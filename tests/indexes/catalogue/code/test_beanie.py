"""What Beanie's documents declare comes out as a catalogue, without running them.

Tests `python_classes.py`, `python_values.py` and `files.py` of `kampyn_perf/indexes/catalogue/code`
too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kampyn_perf.errors import ConfigError
from kampyn_perf.indexes.catalogue.code.beanie import catalogue_of_beanie
from tests.indexes.catalogue.code.imported import indexes_of

MODELS = """
import pymongo
from beanie import Document as Stored, Indexed
from pymongo import DESCENDING, IndexModel

DAY = 60 * 60 * 24
raise SystemExit("this file is read, not run")


class Dated(Stored):
    created: Indexed(datetime, pymongo.DESCENDING)


class User(Dated):
    id: Annotated[str, Indexed(unique=True)]
    email: Annotated[str, Indexed(unique=True)]
    phone: Annotated[str | None, Indexed(sparse=True, unique=True)] = None
    nick: Annotated[Optional[str], Indexed()] = None
    tags: Annotated[list[str], Indexed()] = []
    bio: Annotated[str, Indexed(index_type=pymongo.TEXT)]
    surname: Annotated[str, Indexed()] = Field(alias="last")
    plain: int

    class Settings:
        name = "users"
        indexes = [
            "plain",
            [("plain", pymongo.ASCENDING), ("email", DESCENDING)],
            IndexModel([("seen", 1)], name="gone", expireAfterSeconds=30 * DAY),
            IndexModel(keys="where", partialFilterExpression={"open": True}),
        ]


class Vehicle(Stored):
    wheels: Indexed(int)

    class Settings:
        is_root = True


class Car(Vehicle):
    doors: Indexed(int)


class NotStored(BaseModel):
    email: Annotated[str, Indexed(unique=True)]
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    path = tmp_path / "models.py"
    path.write_text(MODELS)
    return path


def test_every_form_of_an_index(models: Path) -> None:
    catalogue, notes = catalogue_of_beanie(models)
    assert indexes_of(catalogue) == {
        "users": [
            ({"email": 1}, "", {"unique": True}),
            ({"phone": 1}, "", {"unique": True, "sparse": True}),
            ({"nick": 1}, "", {}),
            ({"tags": 1}, "", {}),
            ({"bio": "text"}, "", {}),
            ({"last": 1}, "", {}),
            ({"created": -1}, "", {}),
            ({"plain": 1}, "", {}),
            ({"plain": 1, "email": -1}, "", {}),
            ({"seen": 1}, "gone", {"expireAfterSeconds": 2_592_000}),
            ({"where": 1}, "", {"partialFilterExpression": {"open": True}}),
        ],
        "Vehicle": [({"wheels": 1}, "", {}), ({"doors": 1}, "", {})],
    }
    assert [note.partition("models.py, ")[2] or note for note in notes] == [
        "line 10: Dated is taken for a base of other documents, without a collection of its own",
        "users: _id_1 left out: every collection has it",
        "Vehicle: wheels_1 is declared twice; kept once",
    ]
    users = catalogue.collections[0]
    assert users.required == {"email", "bio", "last", "created", "plain"}
    assert (users.optional, users.arrays) == ({"phone", "nick"}, {"tags"})


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (
            '"plain",\n',
            "elsewhere(),\n",
            r"line \d+: User: an index is left out: elsewhere\(\), wh",
        ),
        (
            "unique=True)]\n    phone",
            "**OPTIONS)]\n    phone",
            r"line 16: User: the index on email",
        ),
        (
            "        indexes = [",
            "        indexes = more + [",
            "indexes are left out: they are no list",
        ),
        ("30 * DAY", "30 * DAYS", "an index is left out: DAYS, which only the running program"),
    ],
)
def test_what_only_the_running_program_knows_is_told(
    models: Path, old: str, new: str, note: str
) -> None:
    assert old in MODELS
    models.write_text(MODELS.replace(old, new))
    _, notes = catalogue_of_beanie(models)
    assert any(re.search(note, one) for one in notes), notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class A(:\n", "line 1: not Python"),
        ("class A(BaseModel):\n    b: int\n", "no class that comes from beanie's Document"),
        (
            MODELS.replace('"users"', "name_of()"),
            r"line 25: the name of User's collection is name_of",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(models: Path, text: str, message: str) -> None:
    models.write_text(text)
    with pytest.raises(ConfigError, match=message):
        catalogue_of_beanie(models)


def test_a_folder_is_read_without_what_is_installed_in_it(models: Path) -> None:
    for folder in (".venv/lib", "site-packages"):
        (models.parent / folder).mkdir(parents=True)
        (models.parent / folder / "bad.py").write_text("class (:\n")
    assert set(indexes_of(catalogue_of_beanie(models.parent)[0])) == {"users", "Vehicle"}
