"""Many published records at once, written into the database as publishing them one by one would leave it."""

import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select

from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import SubjectKind
from repository.core.actor import SYSTEM
from repository.core.registration_accounts import MintingContext
from repository.core.site import Site
from repository.core.unit_of_work import UnitOfWork
from repository.engines.services import Services
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.identifiers.model import Identifier, RegistrationState
from repository.identifiers.rules import folded
from repository.people.accounts import register_person
from repository.people.queries import person_by_email
from repository.records.model import Concept, RecordId, Version

AT_ONCE = 2_000
OWNER = "population@example.org"
SUBJECTS = (
    "climate",
    "ocean",
    "glacier",
    "genome",
    "protein",
    "seismic",
    "river",
    "soil",
    "carbon",
    "aerosol",
    "lake",
    "forest",
    "catalyst",
    "neuron",
    "galaxy",
    "plasma",
    "permafrost",
    "monsoon",
    "salinity",
    "isotope",
    "sediment",
    "canopy",
    "estuary",
    "magma",
    "pollen",
    "reef",
    "tundra",
    "wetland",
    "enzyme",
    "crystal",
)
PLACES = ("青藏高原", "长江流域", "Svalbard", "Amazon basin", "Palmer Station", "塔里木盆地", "Lake Baikal", "Sahel")
_SYLLABLES = ("ka", "lo", "mi", "ter", "ra", "nu", "sen", "vor", "dal", "phi", "cre", "son", "bru", "eth", "ing", "olo")
RARE = [first + second + third for first in _SYLLABLES for second in _SYLLABLES for third in _SYLLABLES]
"""Words as they occur in real abstracts: most of them in few records."""


def populate(services: Services, count: int, files: int = 2) -> list[int]:
    """Write `count` published, public records with `files` files each; returns their ids.  Nobody else may write."""
    with services.database.transaction(SYSTEM) as unit:
        owner = (person_by_email(unit, OWNER) or register_person(unit, OWNER)).id
        last = unit.session.scalar(select(RecordId.id).order_by(RecordId.id.desc()).limit(1)) or 0
    chance = random.Random(last + 5072)
    written: list[int] = []
    while len(written) < count:
        with services.database.transaction(SYSTEM) as unit:
            ids = unit.new_numbers(2 * min(AT_ONCE, count - len(written)))[::2]  # each before that of its concept
            _write(unit, services.site, owner, ids, files, chance)
        written += ids
    return written


def description(number: int, chance: random.Random) -> dict[str, Any]:
    """The metadata of a dataset, about as long as those of real ones."""
    topic = chance.choice(SUBJECTS)
    words = chance.choices(SUBJECTS, k=30) + chance.choices(RARE, k=60)
    place = chance.choice(PLACES)
    chance.shuffle(words)
    names = [chance.choice(RARE).title() for _ in range(3)]
    return {
        "title": f"{topic.title()} observations at {place}, series {number}",
        "publication_date": f"{chance.randint(1990, 2026)}-{chance.randint(1, 12):02}-15",
        "publisher": "Benchmark",
        "resource_type": {"id": chance.choice(["dataset", "dataset", "dataset", "software", "image"])},
        "description": f"<p>{' '.join(words)}. 本数据集包含{place}的{topic}观测数据。</p>",
        "subjects": [{"subject": word} for word in sorted(set(chance.choices(SUBJECTS, k=3)))],
        "rights": [{"id": "cc-by-4.0"}],
        "languages": [{"id": "eng"}],
        "creators": [
            {"person_or_org": {"type": "personal", "family_name": name, "given_name": "A.", "name": f"{name}, A."}}
            for name in names
        ],
    }


def _write(unit: UnitOfWork, site: Site, owner: int, ids: list[int], files: int, chance: random.Random) -> None:
    concepts = [
        {"id": number + 1, "owner_id": owner, "latest_id": number, "versions": 1, "created": unit.now} for number in ids
    ]
    unit.session.execute(insert(Concept), concepts)
    unit.session.execute(insert(GrantRow), [_ownership(unit, number + 1, owner) for number in ids])
    a_set = {"state": SetState.FROZEN.value, "count": files, "total_bytes": 1_000 * files}
    sets = unit.session.scalars(insert(FileSet).returning(FileSet.id), [a_set] * len(ids)).all()
    versions = [_version(unit, number, set_id, chance) for number, set_id in zip(ids, sets, strict=True)]
    unit.session.execute(insert(Version), versions)
    pids = [row for number in ids for owner_id in (number, number + 1) for row in _identifiers(unit, site, owner_id)]
    unit.session.execute(insert(Identifier), pids)
    stored = [_stored(unit, f"{number:016x}{place:016x}") for number in ids for place in range(files)]
    file_ids = unit.session.scalars(insert(StoredFile).returning(StoredFile.id), stored).all() if stored else []
    entries = [_entry(unit, set_id, place) for set_id in sets for place in range(files)]
    linked = [{**entry, "file_id": file_id} for entry, file_id in zip(entries, file_ids, strict=True)]
    if linked:
        unit.session.execute(insert(FileEntry), linked)


def _ownership(unit: UnitOfWork, concept_id: int, owner: int) -> dict[str, Any]:
    return {
        "concept_id": concept_id,
        "subject_kind": SubjectKind.PERSON.value,
        "subject_id": owner,
        "permission": Permission.OWNER.value,
        "created": unit.now,
    }


def _version(unit: UnitOfWork, number: int, set_id: int, chance: random.Random) -> dict[str, Any]:
    about = description(number, chance)
    return {
        "id": number,
        "concept_id": number + 1,
        "index": 1,
        "revision": 3,
        "cache_version": 1,
        "created": unit.now,
        "updated": unit.now,
        "exposed": True,
        "description": about,
        "resource_type": about["resource_type"]["id"],
        "custom_fields": {},
        "record_access": "public",
        "files_access": "public",
        "files_enabled": True,
        "file_set_id": set_id,
    }


def _identifiers(unit: UnitOfWork, site: Site, owner: int) -> Iterator[dict[str, Any]]:
    for scheme in ("doi", "cstr"):
        account = site.accounts.account_for(scheme, MintingContext())
        value = site.accounts.mint(account, MintingContext(), owner)
        yield {
            "owner": owner,
            "scheme": scheme,
            "value": value,
            "folded": folded(value),
            "state": RegistrationState.REGISTERED.value,
            "registrar": account.name,
            "reserved": unit.now,
            "registered": unit.now,
        }


def _stored(unit: UnitOfWork, key: str) -> dict[str, Any]:
    digest = f"{key}{key}"
    return {
        "object_key": key,
        "size": 1_000,
        "md5": key,
        "sha256": digest,
        "media_type": "text/csv",
        "created": unit.now,
        "verified": unit.now,
    }


def _entry(unit: UnitOfWork, set_id: int, place: int) -> dict[str, Any]:
    return {
        "file_set_id": set_id,
        "key": f"part-{place:05}.csv",
        "extension": "csv",
        "pending": False,
        "hidden": False,
        "created": unit.now,
        "updated": unit.now,
    }
