"""FAIR Signposting: typed links that lead machines from the page of a record to its parts.

Sources: the FAIR Signposting Profile (signposting.org/FAIR), levels 1 and 2; RFC 8288, Web Linking; RFC 9264, Linkset.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import quote

from repository.dataset.description import Agent, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl
from repository.dataset.formats.plain_text import one_line
from repository.dataset.formats.type_mappings import kind_of
from repository.dataset.tombstones import notice_of

LINKSET, LINKSET_JSON = "application/linkset", "application/linkset+json"
MOST_OF_A_KIND = 10
"""Authors, and items, that level 1 names at most; the linkset has them all."""
LONGEST_HEADER = 3000
"""Bytes of a ``Link`` header: proxies allow 4 KiB for all headers of a response by default."""

_PROFILES = {
    "datacite-json": "http://datacite.org/schema/kernel-4",
    "datacite-xml": "http://datacite.org/schema/kernel-4",
    "dcat-rdfxml": "http://www.w3.org/ns/dcat#",
    "dcat-turtle": "http://www.w3.org/ns/dcat#",
    "dublin-core": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "iso19139": "http://www.isotc211.org/2005/gmd",
    "schema-org": "https://schema.org/",
}
"""Name of a format whose media type has no profile -> the profile of its document (RFC 6906)."""

_PROFILE_PARAMETER = re.compile(r'profile="([^"\s]+)"')
_UNESCAPED = "%/?#@!$&'()*+,;=:~"
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_ADDRESS = re.compile(r"https?://[^/?#@\s]+(?:[/?][^#]*)?(?:#[^#]*)?", re.IGNORECASE)
_MEDIA_TYPE = re.compile(
    r"(?:application|audio|font|image|message|model|multipart|text|video)/[a-z0-9][a-z0-9!#$&^_+.-]{0,126}"
)
"""A registered tree (RFC 6838, section 4.2). Links leave out other types: readers would refuse the whole set."""
_AUTHORITIES = ("orcid", "ror", "isni", "gnd")


class Export(Protocol):
    """A format of a record; `name` stands in ``?format=``, `label` is for people."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file that links point to."""

    url: str
    media_type: str


Items = Callable[[], Iterable[LinkedFile]]
"""Yields the files of a record from the first one, each time it is called."""


@dataclass(frozen=True, slots=True)
class Signpost:
    """One link of the page, in ASCII; `href` is an absolute address."""

    rel: str
    href: str
    type: str = ""
    profile: str = ""
    title: str = ""
    """English words for people, in any characters"""


def signposts(publication: Publication, exports: Sequence[Export], api_url: str) -> list[Signpost]:
    """Return all links of the record's page except its files, the most needed first."""
    links = [
        _signpost("cite-as", csl.address(publication)),
        _signpost("type", "https://schema.org/AboutPage"),
        _signpost("type", f"https://schema.org/{kind_of(publication.description.resource_type.id).schema_org}"),
        _licence(publication),
        _signpost("linkset", f"{publication.url}/linkset", LINKSET),
        _signpost("linkset", f"{publication.url}/linkset.json", LINKSET_JSON),
        *_authors(publication.description.creators),
        *_descriptions(publication, exports, api_url),
    ]
    return list(dict.fromkeys(link for link in links if link))


def items(publication: Publication) -> list[LinkedFile]:
    """Return the files that the publication itself names."""
    return [LinkedFile(file.url, file.media_type) for file in publication.files]


def level_1(links: Sequence[Signpost], files: Iterable[LinkedFile]) -> list[Signpost]:
    """Return the links of the page itself: at most `MOST_OF_A_KIND` authors and files."""
    authors = [link for link in links if link.rel == "author"][:MOST_OF_A_KIND]
    others = [link for link in links if link.rel not in ("author", "describedby")]
    descriptions = [link for link in links if link.rel == "describedby"]
    item_links = [link for item in files if (link := _item_link(item))]
    return [*others, *authors, *item_links[:MOST_OF_A_KIND], *descriptions]


def remaining(links: Iterable[Signpost]) -> list[Signpost]:
    """Return the links of a withdrawn record's page: its citation, its type and its authors."""
    return [link for link in links if link.rel in ("cite-as", "type", "author")][:MOST_OF_A_KIND]


def tombstone_links(publication: Publication) -> list[Signpost]:
    """Return the links of a withdrawn record's linkset: its page with the reason as title, then what remains.

    Raise `ValueError` for a record that is not withdrawn.
    """
    if publication.withdrawn is None:
        raise ValueError("Only a withdrawn version has a tombstone.")
    page = _signpost("describedby", publication.url, "text/html")
    title = one_line(notice_of(publication.withdrawn))
    pages = [replace(page, title=title)] if page else []
    return [*pages, *remaining(signposts(publication, (), publication.url))]


def link_header(links: Iterable[Signpost], longest: int = LONGEST_HEADER) -> str:
    """Return the value of a ``Link`` header of at most `longest` bytes.

    If not all links have room, descriptions and files alternate, so that the header has some of both.
    """
    values: list[str] = []
    room = longest
    for link in _by_turns(list(links)):
        text = _link(link)
        if len(text) + 2 <= room:
            values.append(text)
            room -= len(text) + 2
    return ", ".join(values)


def file_header(page: str, cite_as: str) -> str:
    """Return the ``Link`` header of a file: its record and its citation."""
    links = (_signpost("collection", page, "text/html"), _signpost("cite-as", cite_as))
    return link_header(link for link in links if link)


def linkset_json(publication: Publication, exports: Sequence[Export], api_url: str, files: Items) -> Iterator[str]:
    """Yield all links as ``application/linkset+json``, in parts, for any number of files."""
    links = _links_of(publication, exports, api_url)
    yield '{"linkset":[' + json.dumps(_context(publication.url, links))[:-1]
    begun = False
    for number, link in enumerate(_item_links(files)):
        begun = True
        yield ("," if number else ',"item":[') + json.dumps(_target(link))
    yield "]}" if begun else "}"
    for anchor, back in _reverse_links(publication, links, files):
        yield "," + json.dumps(_context(anchor, [back]))
    yield "]}"


def linkset_text(publication: Publication, exports: Sequence[Export], api_url: str, files: Items) -> Iterator[str]:
    """Yield the same links as ``application/linkset``, one a line."""
    links = _links_of(publication, exports, api_url)
    yield ",\n".join(_link(link, publication.url) for link in links)
    for link in _item_links(files):
        yield ",\n" + _link(link, publication.url)
    for anchor, back in _reverse_links(publication, links, files):
        yield ",\n" + _link(back, anchor)
    yield "\n"


def _links_of(publication: Publication, exports: Sequence[Export], api_url: str) -> list[Signpost]:
    return tombstone_links(publication) if publication.withdrawn else signposts(publication, exports, api_url)


def address(text: str | None) -> str | None:
    """Return `text` as a web address of ASCII characters (RFC 3986), None when it is no web address."""
    web = identifier_urls.web_address(text)
    if web is None:
        return None
    before, mark, after = _STRAY_PERCENT.sub("%25", web).partition("#")
    whole = before + mark + after.replace("#", "%23")
    escaped = quote(whole, safe=_UNESCAPED, errors="replace")
    return escaped if _ADDRESS.fullmatch(escaped) else None


def _signpost(rel: str, href: str | None, media_type: str = "", profile: str = "") -> Signpost | None:
    target = address(href)
    bare = media_type.partition(";")[0].strip().lower()
    known_type = bare if _MEDIA_TYPE.fullmatch(bare) else ""
    return Signpost(rel, target, known_type, profile) if target else None


def _item_link(item: LinkedFile) -> Signpost | None:
    return _signpost("item", item.url, item.media_type)


def _licence(publication: Publication) -> Signpost | None:
    """Return the first licence that has an address: the profile knows one licence."""
    links = (_signpost("license", licence.url) for licence in publication.description.licences)
    return next(filter(None, links), None)


def _authors(creators: Iterable[Agent]) -> Iterator[Signpost | None]:
    for agent in creators:
        known = ((scheme, agent.identifier(scheme)) for scheme in _AUTHORITIES)
        yield next((_signpost("author", _page_of(scheme, value)) for scheme, value in known if value), None)


def _page_of(scheme: str, value: str) -> str | None:
    return identifier_urls.ror_url(value) if scheme == "ror" else identifier_urls.link_to(scheme, value)


def _descriptions(publication: Publication, exports: Sequence[Export], api_url: str) -> Iterator[Signpost | None]:
    for export in exports:
        href = f"{publication.url}?format={quote(export.name)}"
        match = _PROFILE_PARAMETER.search(export.media_type)
        yield _signpost("describedby", href, export.media_type, match[1] if match else _PROFILES.get(export.name, ""))
    yield _signpost("describedby", api_url, "application/json")


def _item_links(files: Items) -> Iterator[Signpost]:
    return (link for item in files() if (link := _item_link(item)))


def _reverse_links(publication: Publication, links: Sequence[Signpost], files: Items) -> Iterator[tuple[str, Signpost]]:
    """Yield anchor and link from each target of the page back to the page."""
    describes = _signpost("describes", publication.url, "text/html")
    collection = _signpost("collection", publication.url, "text/html")
    if describes is None or collection is None:
        return
    yield from ((link.href, describes) for link in links if link.rel == "describedby" and link.href != publication.url)
    yield from ((link.href, collection) for link in _item_links(files))


def _by_turns(links: list[Signpost]) -> Iterator[Signpost]:
    groups = {rel: [link for link in links if link.rel == rel] for rel in ("describedby", "item")}
    yield from (link for link in links if link.rel not in groups)
    longest = max(map(len, groups.values()))
    for number in range(longest):
        yield from (link for group in groups.values() for link in group[number : number + 1])


def _context(anchor: str, links: Iterable[Signpost]) -> dict[str, object]:
    """Return a link context object (RFC 9264, section 4.2.2)."""
    targets: dict[str, list[dict[str, Any]]] = {}
    for link in links:
        targets.setdefault(link.rel, []).append(_target(link))
    return {"anchor": anchor, **targets}


def _target(link: Signpost) -> dict[str, Any]:
    attributes: dict[str, Any] = {"href": link.href, "type": link.type, "profile": link.profile}
    if link.title:  # an internationalised target attribute (RFC 9264, section 4.2.4.2)
        attributes["title*"] = [{"value": link.title, "language": "en"}]
    return {name: value for name, value in attributes.items() if value}


def _link(link: Signpost, anchor: str = "") -> str:
    """Return a link-value (RFC 8288, section 3)."""
    attributes = (("rel", link.rel), ("type", link.type), ("profile", link.profile), ("anchor", anchor))
    written = "".join(f'; {name}="{value}"' for name, value in attributes if value)
    title = f"; title*=UTF-8'en'{quote(link.title, safe='', errors='replace')}" if link.title else ""  # RFC 8187
    return f"<{link.href}>{written}{title}"
