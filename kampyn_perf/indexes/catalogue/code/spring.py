"""A catalogue from Spring Data's annotations. Nothing is compiled or run: Java is read as text.

What makes an index: `@Indexed`, `@CompoundIndex(es)`, `@TextIndexed`, `@GeoSpatialIndexed`,
`@HashIndexed`, `@WildcardIndexed`, on classes with `@Document` and on what is nested in them. Names
are those that Spring gives (docs.spring.io, "Index creation").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf.errors import KampynError, Problem
from kampyn_perf.indexes.catalogue.code.files import files_of
from kampyn_perf.indexes.catalogue.code.java_classes import (
    Annotation,
    JavaClass,
    JavaError,
    Member,
    Unwritten,
    classes_of,
)
from kampyn_perf.indexes.catalogue.code.spring_index import RUNNING, index_of
from kampyn_perf.indexes.catalogue.declarations import Declarations, Declared
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.options import TEXT

_ALWAYS = ("NotNull", "NonNull", "NotBlank", "NotEmpty")
"""Annotations that keep a field from being null."""
_NOT_STORED = ("Transient", "DBRef", "DocumentReference", "ReadOnlyProperty")


def catalogue_of_spring(path: Path) -> tuple[Catalogue, tuple[str, ...]]:
    """From a Java file, or a folder of them. Raises ConfigError naming file and line."""
    declarations = Declarations()
    project = _Project(declarations)
    for file in files_of(path, "*.java", none="no Java file in this folder (Kotlin is not read)"):
        project.read(file)
    for java_class in project.classes.values():
        document = _named(java_class.annotations, "Document")
        if document:
            project.declare(java_class, document)
    none = "no class with Spring Data's @Document (Kotlin is not read)"
    return declarations.catalogue(source=str(path), none=none), tuple(declarations.notes)


@dataclass(frozen=True)
class _Place:
    """Where in a document a class stands."""

    prefix: str = ""
    """With its dot; empty at the top."""
    inside: tuple[tuple[str, str], ...] = ()
    """The members on the way there, with their classes: none is taken twice."""
    always: bool = True
    """Whether every document has it."""


class _Project:
    """Every class of the files, by its simple name."""

    def __init__(self, declarations: Declarations) -> None:
        self.classes: dict[str, JavaClass] = {}
        self._files: dict[str, Path] = {}
        self._declarations = declarations

    def read(self, file: Path) -> None:
        try:
            for java_class in classes_of(file.read_bytes()):
                self.classes.setdefault(java_class.name, java_class)
                self._files.setdefault(java_class.name, file)
        except JavaError as error:
            problem = Problem(f"line {error.line}", str(error), str(file))
            self._declarations.problems.append(problem)
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            self._declarations.problems.append(Problem("", reason, str(file)))

    def declare(self, java_class: JavaClass, document: Annotation) -> None:
        given = document.values.get("collection", document.values.get("value"))
        if isinstance(given, Unwritten) or (isinstance(given, str) and "#{" in given):
            shown = given.text if isinstance(given, Unwritten) else given
            self.left_out(java_class, document, f"the name of its collection is {shown}, {RUNNING}")
            return
        name = str(given or java_class.name[:1].lower() + java_class.name[1:])
        _Reader(self, self._declarations.of(name)).read(java_class, document)

    def lineage(self, java_class: JavaClass) -> list[JavaClass]:
        """The class, and those that it comes from."""
        lineage = [java_class]
        while (parent := self.classes.get(lineage[-1].parent)) and parent not in lineage:
            lineage.append(parent)
        return lineage

    def members(self, java_class: JavaClass) -> Iterator[Member]:
        """Those that are stored, inherited ones among them."""
        for owner in self.lineage(java_class):
            for member in owner.members:
                if not any(_named(member.annotations, name) for name in _NOT_STORED):
                    yield member

    def left_out(self, owner: JavaClass, annotation: Annotation, words: str) -> None:
        where = f"{self._files[owner.name]}, line {annotation.line}"
        self._declarations.notes.append(f"{where}: {owner.name}: {words}")


class _Reader:
    """Reads one document's class, and what is nested in it."""

    def __init__(self, project: _Project, declared: Declared) -> None:
        self._project = project
        self._declared = declared
        self._text: dict[str, int] = {}
        """Of the one text index of a collection, the weight of each field."""

    def read(self, java_class: JavaClass, document: Annotation) -> None:
        self._class(java_class, _Place())
        if not self._text:
            return
        weights = {path: weight for path, weight in self._text.items() if weight != 1}
        languages = [
            _stored(member)
            for member in self._project.members(java_class)
            if _named(member.annotations, "Language")
        ]
        options = {
            "name": f"{java_class.name}_TextIndex",
            "weights": weights or None,
            "default_language": document.values.get("language") or None,
            "language_override": languages[0] if languages else None,
        }
        given = {name: value for name, value in options.items() if value is not None}
        self._declared.index(dict.fromkeys(self._text, TEXT), given)

    def _class(self, java_class: JavaClass, place: _Place) -> None:
        for owner in self._project.lineage(java_class):
            for annotation in owner.annotations:
                for single in _singly(annotation):
                    self._annotated(owner, single, place)
        for member in self._project.members(java_class):
            self._member(java_class, member, place)

    def _member(self, owner: JavaClass, member: Member, place: _Place) -> None:
        path = place.prefix + _stored(member)
        demanded = any(_named(member.annotations, name) for name in _ALWAYS)
        always = place.always and (member.is_primitive or demanded)
        declared = self._declared
        fields = (
            declared.arrays
            if member.is_list
            else declared.required
            if always
            else declared.optional
        )
        fields.add(path)
        for annotation in member.annotations:
            self._annotated(owner, annotation, place, member)
        nested, way = self._project.classes.get(member.type), (owner.name, member.name)
        if nested is None or way in place.inside or _named(nested.annotations, "Document"):
            return
        inside = (*place.inside, way)
        self._class(nested, _Place(f"{path}.", inside, always and not member.is_list))

    def _annotated(
        self, owner: JavaClass, annotation: Annotation, place: _Place, member: Member | None = None
    ) -> None:
        """One annotation of a class, or of its `member`."""
        field = _stored(member) if member else ""
        if annotation.name == "TextIndexed":
            weight = annotation.values.get("weight")
            self._text[place.prefix + field] = int(weight) if isinstance(weight, float) else 1
            return
        try:
            index = index_of(annotation, prefix=place.prefix, field=field)
            if index is not None:
                self._declared.index(*index)
        except (ValueError, KampynError) as error:
            self._project.left_out(owner, annotation, f"@{annotation.name} is left out: {error}")


def _singly(annotation: Annotation) -> list[Annotation]:
    """`@CompoundIndexes({@CompoundIndex(...), ...})`, one by one."""
    if annotation.name not in ("CompoundIndexes", "CompoundIndex.List"):
        return [annotation]
    several = annotation.values.get("value")
    listed = several if isinstance(several, list) else [several]
    return [entry for entry in listed if isinstance(entry, Annotation)]


def _named(annotations: list[Annotation], name: str) -> Annotation | None:
    return next((annotation for annotation in annotations if annotation.name == name), None)


def _stored(member: Member) -> str:
    """`@Field("x")` is stored as x, and the id as `_id`."""
    given = _named(member.annotations, "Field")
    for key in ("name", "value"):
        if given and isinstance(given.values.get(key), str) and given.values[key]:
            return str(given.values[key])
    is_id = _named(member.annotations, "Id") or _named(member.annotations, "MongoId")
    return "_id" if is_id or member.name == "id" else member.name
