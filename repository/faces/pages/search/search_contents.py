"""What the page of a search shows beside the results, as plain values: facets, chips, pages and hints."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from repository.core.paging import WINDOW
from repository.dataset.vocabularies import Vocabularies
from repository.engines.search.port import SearchResults
from repository.faces.pages.search.search_params import FACET_OF, SearchParams
from repository.faces.pages.search.year_chart import YearChart
from repository.faces.pages.shell.languages import Translations
from repository.search.facets import FACETS, MOST_SHOWN, FacetCounts, FacetTerm, facet_counts, facet_term, in_one_of

_SINGLE = ("type", "access", "year")
"""Parameters of facets of which a dataset has one value: their counts add up."""


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value of a facet.

    `language` is the tag of a name that is not in the page's language, empty for what depositors wrote.
    """

    label: str
    language: str | None
    count: str
    href: str
    selected: bool
    inner: Sequence["FacetLink"] = ()


@dataclass(frozen=True, slots=True)
class FacetBox:
    name: str
    heading: str
    links: Sequence[FacetLink]


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter, and the search without it; `language` is as in `FacetLink`."""

    heading: str
    label: str
    language: str | None
    href: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A filter without which something would be found; `count` is empty where it is not known."""

    heading: str
    href: str
    count: int | None


@dataclass(frozen=True, slots=True)
class ResultPages:
    """Where this page stands among the pages that can be reached by number."""

    number: int
    count: int
    first: int
    last: int
    total: int

    @property
    def ends_early(self) -> bool:
        """Whether there are results past the last page."""
        return self.total > WINDOW

    @property
    def beyond(self) -> bool:
        return self.number > self.count


@dataclass(frozen=True, slots=True)
class SearchContents:
    facets: Sequence[FacetBox]
    chart: YearChart | None
    chips: Sequence[Chip]
    hints: Sequence[Hint]
    pages: ResultPages


def search_contents(
    results: SearchResults, params: SearchParams, vocabularies: Vocabularies, words: Translations
) -> SearchContents:
    """Return the contents of a page in the language of its words."""
    chosen = {FACETS[facet].field: params.values(name) for name, facet in FACET_OF.items()}
    counted = facet_counts(FACETS, results.facets, chosen, vocabularies)
    language = words["language"]
    boxes = [_box(name, counted[facet], params, language) for name, facet in FACET_OF.items()]
    years = {term.key: term.count for term in counted["year"].terms}
    return SearchContents(
        facets=[box for box in boxes if box.links],
        chart=YearChart.of(years, params.years() or ()),
        chips=list(_chips(params, vocabularies, words)),
        hints=[] if results.total else list(_hints(counted, params, words)),
        pages=result_pages(results.total, len(results.hits), params),
    )


def result_pages(total: int, shown: int, params: SearchParams) -> ResultPages:
    """Return the place of a page with so many results among all."""
    count = max(1, -(-min(total, WINDOW) // params.size))
    first = (params.page - 1) * params.size + 1
    return ResultPages(params.page, count, first, first + shown - 1, total)


def _box(name: str, counts: FacetCounts, params: SearchParams, language: str) -> FacetBox:
    selected = params.values(name)
    shown = [*counts.terms[:MOST_SHOWN], *(term for term in counts.terms[MOST_SHOWN:] if term.key in selected)]
    links = [_link(name, term, params, language, selected) for term in shown]
    return FacetBox(name, counts.label(language), links)


def _link(name: str, term: FacetTerm, params: SearchParams, language: str, selected: Sequence[str]) -> FacetLink:
    is_selected = term.key in selected
    opened = is_selected or any(inner.key in selected for inner in term.inner)
    return FacetLink(
        label=term.label(language),
        language=_language(term, language),
        count=f"{term.count:,}",
        href=params.without_value(name, term.key) if is_selected else params.with_value(name, term.key),
        selected=is_selected,
        inner=[_link(name, inner, params, language, selected) for inner in term.inner[:MOST_SHOWN]] if opened else (),
    )


def _language(term: FacetTerm, language: str) -> str | None:
    """Return the tag of the term's words if they are not in the page's language, empty for depositors' words."""
    if term.name is None:
        return ""
    return None if language in term.name.title else "en"


def _chips(params: SearchParams, vocabularies: Vocabularies, words: Translations) -> Iterator[Chip]:
    language = words["language"]
    for name, value in params.selections:
        facet = FACETS[FACET_OF[name]]
        term = facet_term(facet, value, vocabularies)
        heading = in_one_of(facet.label, language)
        yield Chip(heading, term.label(language), _language(term, language), params.without_value(name, value))
    if params.year:
        label = params.year.replace("..", "–")
        yield Chip(in_one_of(FACETS["year"].label, language), label, None, params.without("year"))


def _hints(counted: Mapping[str, FacetCounts], params: SearchParams, words: Translations) -> Iterator[Hint]:
    """Yield the filters without which something is found: counts of a facet leave out its own selection."""
    chosen = [name for name in FACET_OF if params.values(name)] + (["year"] if params.year else [])
    for name in chosen:
        counts = counted[FACET_OF.get(name, name)]
        if counts.terms:
            count = sum(term.count for term in counts.terms) if name in _SINGLE else None
            yield Hint(counts.label(words["language"]), params.without(name), count)
