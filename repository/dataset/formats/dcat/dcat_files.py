"""Files of a dataset in DCAT-AP: distributions, rights and licences."""

import re
from urllib.parse import quote

from repository.dataset.description import FileOf, Licence
from repository.dataset.formats.access_rights import COAR
from repository.dataset.formats.datacite.datacite_terms import writable_line
from repository.dataset.formats.dcat.dcat_terms import FILE_TYPES, DcatBuilder, access_right, authority, page_of
from repository.dataset.formats.rdf.triples import Iri, Literal, RdfResource, blank, iri, literal, moment

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_BEYOND_URLS = {ord("^"): "%5E", ord("#"): "%23"}
_IANA = "https://www.iana.org/assignments/media-types/"
_SHA256, _MD5 = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{32}")
_CLOSED = frozenset({"embargoed", "restricted"})


def add_access(builder: DcatBuilder) -> None:
    """Add who may have the data, the licences, and each file.

    A distribution has one licence and one checksum in DCAT-AP: the first licence (the dataset has them all), and
    SHA-256, or MD5 without it.
    """
    publication, dataset = builder.publication, builder.dataset
    _add_rights(builder)
    numbered = enumerate(publication.description.licences, 1)
    licences = [_licence(builder, licence, number) for number, licence in numbered]
    dataset.add("dct:license", *licences)
    if publication.withdrawn is None:
        first = next(filter(None, licences), None)
        for file in publication.files:
            dataset.add("dcat:distribution", _distribution(builder, file, first))
        dataset.add("dcat:distribution", _page_distribution(builder, first))


def _add_rights(builder: DcatBuilder) -> None:
    publication, dataset = builder.publication, builder.dataset
    if right := access_right(publication.access_status):
        builder.graph.resource(right, "dct:RightsStatement")
        dataset.add("dct:accessRights", right)
    name, address = COAR.get(publication.access_status, ("", ""))
    if address:
        statement = builder.graph.resource(Iri(address), "dct:RightsStatement")
        statement.add("rdfs:label", literal(name, "en"))
        dataset.add("dct:rights", statement)
    if copyright_text := builder.text(writable_line(publication.description.copyright)):
        copyright_statement = blank("dct:RightsStatement")
        copyright_statement.add("rdfs:label", copyright_text)
        dataset.add("dct:rights", copyright_statement)
    if publication.access_status == "embargoed":
        dataset.add("dct:available", moment(publication.embargo_until))
    if reason := builder.text(writable_line(publication.embargo_reason)):
        embargo_statement = blank("dct:RightsStatement")
        embargo_statement.add("rdfs:label", reason)
        dataset.add("dct:rights", embargo_statement)


def _licence(builder: DcatBuilder, licence: Licence, number: int) -> RdfResource | None:
    address, title = iri(licence.url), writable_line(licence.title)
    if not address and not title:
        return None
    document = builder.graph.resource(address or builder.part(f"licence-{number}"), "dct:LicenseDocument")
    document.add("rdfs:label", literal(title, "en") if licence.id else builder.text(title))
    document.add("dct:description", None if licence.id else builder.text(licence.description))
    return document


def _distribution(builder: DcatBuilder, file: FileOf, licence: RdfResource | None) -> RdfResource:
    """Return a file as a fragment of the page named after its key, with the address of its download."""
    name = quote(file.key, safe="", errors="surrogatepass")
    distribution = builder.graph.resource(builder.part(f"file-{name}"), "dcat:Distribution")
    where = iri(file.url) or page_of(builder.publication)
    distribution.add("dct:title", literal(writable_line(file.key)))
    distribution.add("dct:description", *(builder.text(words) for words in (file.words.title, file.words.description)))
    distribution.add("dcat:accessURL", where)
    distribution.add("dcat:downloadURL", iri(file.url))
    _add_kind(builder, distribution, file.media_type.partition(";")[0].strip().lower())
    size = Literal(str(file.size), None, "xsd:nonNegativeInteger") if file.size >= 0 else None
    distribution.add("dcat:byteSize", size)
    distribution.add("spdx:checksum", _checksum(builder, file))
    distribution.add("dct:license", licence)
    return distribution


def _add_kind(builder: DcatBuilder, distribution: RdfResource, media_type: str) -> None:
    if _MEDIA_TYPE.fullmatch(media_type) is None:
        return
    if not media_type.partition("/")[2].startswith("x-"):
        registered = builder.graph.resource(Iri(_IANA + media_type.translate(_BEYOND_URLS)), "dct:MediaType")
        distribution.add("dcat:mediaType", registered)
    if term := FILE_TYPES.get(media_type):
        distribution.add("dct:format", builder.graph.resource(authority("file-type", term), "dct:MediaTypeOrExtent"))
    else:
        unlisted = blank("dct:MediaTypeOrExtent")
        unlisted.add("rdfs:label", literal(media_type))
        distribution.add("dct:format", unlisted)


def _checksum(builder: DcatBuilder, file: FileOf) -> RdfResource | None:
    if _SHA256.fullmatch(file.sha256):
        algorithm, value = "sha256", file.sha256
    elif _MD5.fullmatch(file.md5):
        algorithm, value = "md5", file.md5
    else:
        return None
    name = Iri(f"http://spdx.org/rdf/terms#checksumAlgorithm_{algorithm}")
    checksum = blank("spdx:Checksum")
    checksum.add("spdx:algorithm", builder.graph.resource(name, "spdx:ChecksumAlgorithm"))
    checksum.add("spdx:checksumValue", Literal(value, None, "xsd:hexBinary"))
    return checksum


def _page_distribution(builder: DcatBuilder, licence: RdfResource | None) -> RdfResource | None:
    """Return the page for files that this list lacks: withheld ones, and the rest of very many."""
    publication = builder.publication
    withheld = not publication.files and publication.access_status in _CLOSED
    if not withheld and publication.file_count <= len(publication.files):
        return None
    distribution = builder.graph.resource(builder.part("files"), "dcat:Distribution")
    distribution.add("dct:title", literal("All files", "en"), literal("全部文件", "zh"))
    distribution.add("dct:description", literal(publication.unlisted_files, "en"))
    distribution.add("dcat:accessURL", page_of(publication))
    distribution.add("dcat:downloadURL", iri(publication.archive_url))
    distribution.add("dct:license", licence)
    return distribution
