"""What the search field suggests: titles, authors and keywords of datasets that the reader may see.

One call of the engine finds the newest datasets that have the words, the last of them as a beginning; what is suggested
is read from those.  Two characters of Chinese are words enough, of other scripts two letters are a beginning.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from repository.access.policy import Action, Audience, may
from repository.access.principals import visible_to
from repository.core.actor import Actor
from repository.dataset.description import Publication
from repository.dataset.formats.citation import person_names
from repository.engines.search.port import Search
from repository.engines.search.query_tree import And, Node, Or, Term, Wildcard
from repository.engines.services import Services
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.passages import titles_in
from repository.records.public_view import public_view
from repository.records.queries import record_views
from repository.search.plain_words import plain_words
from repository.search.results import find

SHORTEST, LONGEST = 2, 80
"""characters"""
MOST, MOST_READ = 8, 10
"""suggestions, and datasets that they are read from"""
MOST_OF_KIND = 4
_FIELDS = ("title", "additional_titles", "creators", "subjects")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion: `kind` is ``title``, ``person`` or ``keyword``, `url` where it leads, `lang` a tag or empty."""

    kind: str
    text: str
    url: str
    lang: str = ""


def suggestions(services: Services, actor: Actor, frame: PageFrame, text: str) -> list[dict[str, Any]]:
    """Return what to suggest for what was typed so far, as JSON; nothing for less than `SHORTEST` characters."""
    words = plain_words(text[:LONGEST]).split()
    if not words or len("".join(words)) < SHORTEST:
        return []
    query = And(tuple(Or(tuple(_part(word, field, last=word == words[-1]) for field in _FIELDS)) for word in words))
    results = find(services, Search(query=query, scope=visible_to(actor), size=MOST_READ))
    ids = [hit.id for hit in results.hits]
    if not ids:
        return []
    with services.database.snapshot(actor) as snapshot:
        views = [view for view in record_views(snapshot, ids) if may(actor, Action.READ_RECORD, view.resource)]
    by_id = {view.version.id: view for view in views}
    shown = [
        public_view(by_id[record_id], services.site, services.vocabularies, Audience.PUBLIC)
        for record_id in ids
        if record_id in by_id
    ]
    return [asdict(suggestion) for suggestion in _chosen(shown, [_folded(word) for word in words], frame)]


def _part(word: str, field: str, *, last: bool) -> Node:
    """Return what finds a word in a field; the last one may be a beginning in scripts with blanks."""
    if last and _is_spelt(word):
        return Wildcard(f"{word.lower()}*", field)
    return Term(word, field)


def _is_spelt(word: str) -> bool:
    return not any("\u2e80" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af" for character in word)


def _chosen(publications: Sequence[Publication], words: Sequence[str], frame: PageFrame) -> list[Suggestion]:
    """Return the first suggestions of each kind, each text once."""
    kinds: dict[str, dict[str, Suggestion]] = {"title": {}, "person": {}, "keyword": {}}
    for publication in publications:
        for suggestion in _of(publication, frame):
            same_kind = kinds[suggestion.kind]
            folded = _folded(suggestion.text)
            has_words = suggestion.kind == "title" or all(word in folded for word in words)
            if has_words and folded not in same_kind and len(same_kind) < MOST_OF_KIND:
                same_kind[folded] = suggestion
    return [suggestion for kind in kinds.values() for suggestion in kind.values()][:MOST]


def _of(publication: Publication, frame: PageFrame) -> Iterator[Suggestion]:
    title = titles_in(publication.description, frame.language)[0]
    if title.text.strip():
        yield Suggestion("title", title.text, publication.url + frame.language_query(), title.language or "")
    for agent in publication.description.creators[:50]:
        name = person_names.display_name(agent)
        yield Suggestion("person", name, _search(frame, name, "creators:"))
    for subject in publication.description.subjects:
        yield Suggestion("keyword", subject.subject, _search(frame, subject.subject))


def _search(frame: PageFrame, text: str, field: str = "") -> str:
    """Return the address of a search for a phrase."""
    phrase = f'{field}"{text.replace(chr(34), " ").strip()}"'
    return "/search?" + urlencode({"q": phrase, **({"lang": frame.language} if frame.chosen else {})})


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if not unicodedata.combining(character))
