"""Publications of whatever texts hypothesis thinks of, for formats that must hold them all."""

from hypothesis import strategies as st

from repository.dataset import description as d
from repository.dataset.description import FileOf, Publication

TEXTS = st.text(max_size=12) | st.sampled_from(
    ['"""', "\\", "]]>", "<b>", "\r\n", "测试", "https://a.test/<>", "\ud800"]
)
IDENTIFIED = st.builds(d.RelatedId, st.sampled_from(["doi", "url", "cstr", "orcid", "other"]), TEXTS)
LABELS = st.builds(d.Label, TEXTS, st.dictionaries(st.sampled_from(["en", "zh", "x y"]), TEXTS, max_size=2))
AGENTS = st.builds(
    d.Agent,
    st.booleans(),
    TEXTS,
    TEXTS,
    TEXTS,
    st.lists(IDENTIFIED, max_size=2),
    st.lists(st.builds(d.Affiliation, TEXTS, TEXTS), max_size=1),
    LABELS,
)
DESCRIPTIONS = st.builds(
    d.Description,
    title=TEXTS,
    resource_type=LABELS,
    publication_date=TEXTS | st.just("2020"),
    creators=st.lists(AGENTS, max_size=2),
    publisher=TEXTS,
    description=TEXTS,
    version=TEXTS,
    copyright=TEXTS,
    contributors=st.lists(AGENTS, max_size=2),
    additional_titles=st.lists(st.builds(d.Text, TEXTS, LABELS, TEXTS), max_size=1),
    additional_descriptions=st.lists(st.builds(d.Text, TEXTS, LABELS, TEXTS), max_size=1),
    subjects=st.lists(st.builds(d.Keyword, TEXTS, TEXTS), max_size=2),
    languages=st.lists(LABELS, max_size=1),
    dates=st.lists(st.builds(d.DateOf, TEXTS, LABELS, TEXTS), max_size=1),
    licences=st.lists(st.builds(d.Licence, TEXTS, TEXTS, TEXTS, TEXTS), max_size=2),
    identifiers=st.lists(IDENTIFIED, max_size=2),
    related_identifiers=st.lists(
        st.builds(d.RelatedIdentifier, st.sampled_from(["doi", "url"]), TEXTS, LABELS), max_size=2
    ),
    references=st.lists(st.builds(d.Reference, TEXTS, st.sampled_from(["", "doi", "url"]), TEXTS), max_size=1),
    places=st.lists(st.builds(d.DescribedPlace, st.none(), TEXTS, TEXTS, st.lists(IDENTIFIED, max_size=1)), max_size=1),
    funding=st.lists(st.builds(d.Funding, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), max_size=1),
)
PUBLICATIONS = st.builds(
    Publication,
    id=st.just(12),
    concept_id=st.just(11),
    description=DESCRIPTIONS,
    url=st.just("https://repository.test/records/12"),
    repository_name=TEXTS,
    doi=st.none() | TEXTS.map("10.5072/{}".format),
    handle=st.none() | TEXTS.map("21.T1/{}".format),
    access_status=st.sampled_from(["open", "embargoed", "", "x"]),
    embargo_until=TEXTS,
    files=st.lists(st.builds(FileOf, TEXTS, st.integers(), TEXTS, TEXTS, TEXTS, TEXTS), max_size=1),
    updated=TEXTS,
    repository_url=st.just("https://repository.test") | st.just(""),
)  # fmt: skip
