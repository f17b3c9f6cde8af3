"""Many published records at once, written into the database as publishing them one by one would leave it."""

import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert, select

from repository.accounts.people import register_person
from repository.engines.facilities import Facilities
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.foundation.actor import SYSTEM
from repository.foundation.nodes import Origin
from repository.foundation.site import Site
from repository.foundation.work import Work
from repository.identifiers.model import Identifier, State
from repository.identifiers.rules import folded
from repository.records.model import Concept, Number, Version
from repository.records.numbers import next_numbers

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


def populate(facilities: Facilities, count: int, files: int = 2) -> list[int]:
    """Write `count` published, public records with `files` files each; returns their ids.  Nobody else may write."""
    with facilities.works.writing(SYSTEM) as work:
        owner = register_person(work, OWNER).id
        last = work.session.scalar(select(Number.id).order_by(Number.id.desc()).limit(1)) or 0
    chance = random.Random(last + 5072)
    written: list[int] = []
    while len(written) < count:
        with facilities.works.writing(SYSTEM) as work:
            ids = next_numbers(work, 2 * min(AT_ONCE, count - len(written)))[::2]  # each before that of its concept
            _write(work, facilities.site, owner, ids, files, chance)
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


def _write(work: Work, site: Site, owner: int, ids: list[int], files: int, chance: random.Random) -> None:
    concepts = [
        {"id": number + 1, "owner_id": owner, "latest_id": number, "versions": 1, "created": work.now} for number in ids
    ]
    work.session.execute(insert(Concept), concepts)
    a_set = {"state": SetState.FROZEN.value, "count": files, "total_bytes": 1_000 * files}
    sets = work.session.scalars(insert(FileSet).returning(FileSet.id), [a_set] * len(ids)).all()
    versions = [_version(work, number, set_id, chance) for number, set_id in zip(ids, sets, strict=True)]
    work.session.execute(insert(Version), versions)
    pids = [row for number in ids for owner_id in (number, number + 1) for row in _identifiers(work, site, owner_id)]
    work.session.execute(insert(Identifier), pids)
    stored = [_stored(work, f"{number:016x}{place:016x}") for number in ids for place in range(files)]
    file_ids = work.session.scalars(insert(StoredFile).returning(StoredFile.id), stored).all() if stored else []
    entries = [_entry(work, set_id, place) for set_id in sets for place in range(files)]
    linked = [{**entry, "file_id": file_id} for entry, file_id in zip(entries, file_ids, strict=True)]
    if linked:
        work.session.execute(insert(FileEntry), linked)


def _version(work: Work, number: int, set_id: int, chance: random.Random) -> dict[str, Any]:
    about = description(number, chance)
    return {
        "id": number,
        "concept_id": number + 1,
        "index": 1,
        "revision": 3,
        "change": 1,
        "created": work.now,
        "updated": work.now,
        "exposed": True,
        "description": about,
        "resource_type": about["resource_type"]["id"],
        "custom_fields": {},
        "record_access": "public",
        "files_access": "public",
        "files_enabled": True,
        "file_set_id": set_id,
    }


def _identifiers(work: Work, site: Site, owner: int) -> Iterator[dict[str, Any]]:
    for scheme in ("doi", "cstr"):
        node = site.nodes.node_for(scheme, Origin())
        value = site.nodes.minted(node, Origin(), owner)
        yield {
            "owner": owner,
            "scheme": scheme,
            "value": value,
            "folded": folded(value),
            "state": State.REGISTERED.value,
            "registrar": node.name,
            "reserved": work.now,
            "registered": work.now,
        }


def _stored(work: Work, key: str) -> dict[str, Any]:
    digest = f"{key}{key}"
    return {
        "object_key": key,
        "size": 1_000,
        "md5": key,
        "sha256": digest,
        "media_type": "text/csv",
        "created": work.now,
        "verified": work.now,
    }


def _entry(work: Work, set_id: int, place: int) -> dict[str, Any]:
    return {
        "file_set_id": set_id,
        "key": f"part-{place:05}.csv",
        "extension": "csv",
        "pending": False,
        "hidden": False,
        "created": work.now,
        "updated": work.now,
    }
