"""``<link>`` of a page's head: signposts, the lasting address, the page in its languages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from repository.dataset.description import Publication
from repository.dataset.formats.signposting import Signpost
from repository.faces.reasons.in_words import LANGUAGES


@dataclass(frozen=True, slots=True)
class HeadLink:
    """One ``<link>``; `language` is its ``hreflang``."""

    rel: str
    href: str
    type: str = ""
    language: str = ""


def head_links(publication: Publication, links: Iterable[Signpost]) -> list[HeadLink]:
    """Return the links of the page of `publication`; `links` are its signposts.

    The page is canonical (RFC 6596): search engines show that address. The DOI is how to cite it, ``cite-as``.
    """
    return [
        HeadLink("canonical", publication.url),
        *(HeadLink(link.rel, link.href, link.type) for link in links),
        *_translations(publication.url),
    ]


def _translations(address: str) -> Iterator[HeadLink]:
    yield from (HeadLink("alternate", f"{address}?lang={tag}", language=tag) for tag in LANGUAGES)
    yield HeadLink("alternate", address, language="x-default")
