"""What a referee could learn from words that are not hidden: names of makers in titles, abstracts and files.

A program cannot know a name, but it can look for those that the description itself gives: of creators and contributors
in any order, of their organisations, in Latin and in Chinese; and for what stands before the sign of the addresses of
those who own or manage the dataset.  Of files it looks at what the previews show.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import SubjectKind
from repository.core.errors import FieldError
from repository.core.unit_of_work import Snapshot
from repository.deposits.model import Draft
from repository.files.model import FileEntry
from repository.inspection.model import FilePreview
from repository.people.model import Person
from repository.records.model import Version

NAMED = "This may tell who the authors are: {name}."
MOST_FILES = 1_000
"""of a draft or version whose names are looked at"""
MOST_TAKES = 10
"""drafts and versions of a dataset, the newest, that are looked at"""
SHORTEST, SHORTEST_CHINESE = 3, 2
MOST_PREVIEWS, LONGEST_TEXT = 200, 20_000
"""files whose previews are looked at, and characters of one of their texts"""
SHORTEST_LOGIN = 4
_PICTURES = frozenset({"data"})
_RESPONSIBLE = [Permission.OWNER.value, Permission.MANAGE.value]
_WORD = re.compile(r"[^\W\d_]+")
_TAGS = re.compile("<[^>]*>")


def name_warnings(snapshot: Snapshot, concept_id: int) -> Sequence[FieldError]:
    """Return a warning for each title, text and file name of a dataset that repeats a name of its makers."""
    faults: dict[str, FieldError] = {}
    logins = _logins(snapshot, concept_id)
    for description, file_set_id in _takes(snapshot, concept_id):
        names = frozenset(_names(description)) | logins
        texts = (*_texts(description), *_file_names(snapshot, file_set_id), *_previews(snapshot, file_set_id))
        for field, text in texts:
            if field not in faults and (name := _name_in(text, names)):
                faults[field] = FieldError(field, (NAMED.format(name=name),), harmless=True)
    return list(faults.values())


_DRAFTS = select(Draft.description, Draft.file_set_id).where(Draft.concept_id == bindparam("concept_id"))
_VERSIONS = select(Version.description, Version.file_set_id).where(Version.concept_id == bindparam("concept_id"))


def _takes(snapshot: Snapshot, concept_id: int) -> Iterator[tuple[Mapping[str, Any], int]]:
    for takes in (_DRAFTS.order_by(Draft.id.desc()), _VERSIONS.order_by(Version.index.desc())):
        for row in snapshot.session.execute(takes.limit(MOST_TAKES), {"concept_id": concept_id}):
            yield row.description, row.file_set_id


_KEYS = (
    select(FileEntry.key)
    .where(FileEntry.file_set_id == bindparam("file_set_id"))
    .order_by(FileEntry.key)
    .limit(MOST_FILES)
)


def _file_names(snapshot: Snapshot, file_set_id: int) -> Iterator[tuple[str, str]]:
    for key in snapshot.session.scalars(_KEYS, {"file_set_id": file_set_id}):
        yield f"files.entries.{key}", key


_PREVIEWS = (
    select(FileEntry.key, FilePreview.body)
    .join(FilePreview, FilePreview.stored_file_id == FileEntry.file_id)
    .where(FileEntry.file_set_id == bindparam("file_set_id"), FileEntry.hidden.is_(False))
    .order_by(FileEntry.key)
    .limit(MOST_PREVIEWS)
)


def _previews(snapshot: Snapshot, file_set_id: int) -> Iterator[tuple[str, str]]:
    for key, body in snapshot.session.execute(_PREVIEWS, {"file_set_id": file_set_id}):
        yield f"files.previews.{key}", " ".join(_strings(body))


def _strings(value: object) -> Iterator[str]:
    """Yield the texts in a preview; a picture is one of its own characters only."""
    if isinstance(value, str):
        yield value[:LONGEST_TEXT]
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from () if name in _PICTURES else _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)


_ADDRESSES = (
    select(Person.email)
    .join(GrantRow, GrantRow.subject_id == Person.id)
    .where(
        GrantRow.concept_id == bindparam("concept_id"),
        GrantRow.subject_kind == bindparam("kind"),
        GrantRow.permission.in_(bindparam("permissions", expanding=True)),
    )
    .limit(MOST_TAKES)
)


def _logins(snapshot: Snapshot, concept_id: int) -> frozenset[str]:
    """Return what stands before the sign of the addresses of those who own or manage a dataset."""
    kinds = {"concept_id": concept_id, "kind": SubjectKind.PERSON.value, "permissions": _RESPONSIBLE}
    addresses = snapshot.session.scalars(_ADDRESSES, kinds)
    logins = (address.partition("@")[0].casefold() for address in addresses if address)
    return frozenset(login for login in logins if len(login) >= SHORTEST_LOGIN)


def _texts(description: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("title", "description"):
        if isinstance(text := description.get(field), str):
            yield f"metadata.{field}", text
    for field, member in (("additional_titles", "title"), ("additional_descriptions", "description")):
        for place, item in enumerate(_objects(description.get(field))):
            if isinstance(text := item.get(member), str):
                yield f"metadata.{field}.{place}.{member}", text


def _names(description: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names, folded: a person's family name and their full name, an organisation's whole name."""
    for field in ("creators", "contributors"):
        for maker in _objects(description.get(field)):
            agent = maker.get("person_or_org")
            agent = agent if isinstance(agent, Mapping) else {}
            for named in (agent, *_objects(agent.get("alternate_names"))):
                yield from filter(_is_telling, _forms(named))
            for at in _objects(maker.get("affiliations")):
                names = (_folded(named.get("name")) for named in (at, *_objects(at.get("alternate_names"))))
                yield from filter(_is_telling, names)


def _forms(named: Mapping[str, Any]) -> list[str]:
    family, first, name = (_folded(named.get(part)) for part in ("family_name", "given_name", "name"))
    whole = [f"{family}{first}", f"{family} {first}", f"{first} {family}"] if family and first else []
    return [family, *whole] if family else [name]


def _is_telling(name: str) -> bool:
    return len(name) >= (SHORTEST if name.isascii() else SHORTEST_CHINESE)


def _name_in(text: str, names: Iterable[str]) -> str | None:
    """Return a name that the text repeats: as whole words, and a Chinese one anywhere."""
    folded = _folded(_TAGS.sub(" ", text))
    words = " ".join(_WORD.findall(folded))
    for name in sorted(names, key=len, reverse=True):
        plain = " ".join(_WORD.findall(name))
        if not plain:
            continue
        if f" {plain} " in f" {words} " or (not plain.isascii() and plain in folded):
            return name
    return None


def _folded(text: object) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip() if isinstance(text, str) else ""


def _objects(values: object) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []
