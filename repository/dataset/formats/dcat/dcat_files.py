"""How the files of a dataset can be had, in the terms of DCAT-AP: distributions, rights and licences."""

import re
from urllib.parse import quote

from repository.dataset.description import FileOf, Licence
from repository.dataset.formats.access_rights import COAR
from repository.dataset.formats.datacite.datacite_terms import said
from repository.dataset.formats.dcat.dcat_terms import FILE_TYPES, Telling, access_right, authority, moment, page_of
from repository.dataset.formats.rdf.triples import Iri, Literal, Resource, blank, iri, literal

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_BEYOND_URLS = {ord("^"): "%5E", ord("#"): "%23"}
_IANA = "https://www.iana.org/assignments/media-types/"
_SHA256, _MD5 = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{32}")
_WITHHELD = frozenset({"embargoed", "restricted"})


def tell_access(telling: Telling) -> None:
    """Who may have the data, under which licences, and each file.

    A distribution has one licence and one checksum in DCAT-AP: the first licence, all of which the dataset has; and
    SHA-256, or MD5 without it.
    """
    publication, dataset = telling.publication, telling.dataset
    _tell_rights(telling)
    licences = [_licence(telling, each, number) for number, each in enumerate(publication.description.licences, 1)]
    dataset.say("dct:license", *licences)
    if publication.withdrawn is None:
        first = next(filter(None, licences), None)
        for file in publication.files:
            dataset.say("dcat:distribution", _distribution(telling, file, first))
        dataset.say("dcat:distribution", _elsewhere(telling, first))


def _tell_rights(telling: Telling) -> None:
    publication, dataset = telling.publication, telling.dataset
    if public := access_right(publication.access_status):
        telling.graph.resource(public, "dct:RightsStatement")
        dataset.say("dct:accessRights", public)
    name, address = COAR.get(publication.access_status, ("", ""))
    if address:
        statement = telling.graph.resource(Iri(address), "dct:RightsStatement")
        statement.say("rdfs:label", literal(name, "en"))
        dataset.say("dct:rights", statement)
    if holder := telling.text(said(publication.description.copyright)):
        own = blank("dct:RightsStatement")
        own.say("rdfs:label", holder)
        dataset.say("dct:rights", own)
    if publication.access_status == "embargoed":
        dataset.say("dct:available", moment(publication.embargo_until))


def _licence(telling: Telling, licence: Licence, number: int) -> Resource | None:
    address, title = iri(licence.url), said(licence.title)
    if not address and not title:
        return None
    document = telling.graph.resource(address or telling.part(f"licence-{number}"), "dct:LicenseDocument")
    document.say("rdfs:label", literal(title, "en") if licence.id else telling.text(title))
    document.say("dct:description", None if licence.id else telling.text(licence.description))
    return document


def _distribution(telling: Telling, file: FileOf, licence: Resource | None) -> Resource:
    """Its place in the description is that of its name; it is had where it is downloaded."""
    name = quote(file.key, safe="", errors="surrogatepass")
    given = telling.graph.resource(telling.part(f"file-{name}"), "dcat:Distribution")
    where = iri(file.url) or page_of(telling.publication)
    given.say("dct:title", literal(said(file.key)))
    given.say("dcat:accessURL", where)
    given.say("dcat:downloadURL", iri(file.url))
    _tell_kind(telling, given, file.media_type.partition(";")[0].strip().lower())
    given.say("dcat:byteSize", Literal(str(file.size), None, "xsd:nonNegativeInteger") if file.size >= 0 else None)
    given.say("spdx:checksum", _checksum(telling, file))
    given.say("dct:license", licence)
    return given


def _tell_kind(telling: Telling, given: Resource, media_type: str) -> None:
    if _MEDIA_TYPE.fullmatch(media_type) is None:
        return
    if not media_type.partition("/")[2].startswith("x-"):
        known = telling.graph.resource(Iri(_IANA + media_type.translate(_BEYOND_URLS)), "dct:MediaType")
        given.say("dcat:mediaType", known)
    if term := FILE_TYPES.get(media_type):
        given.say("dct:format", telling.graph.resource(authority("file-type", term), "dct:MediaTypeOrExtent"))
    else:
        unlisted = blank("dct:MediaTypeOrExtent")
        unlisted.say("rdfs:label", literal(media_type))
        given.say("dct:format", unlisted)


def _checksum(telling: Telling, file: FileOf) -> Resource | None:
    if _SHA256.fullmatch(file.sha256):
        algorithm, value = "sha256", file.sha256
    elif _MD5.fullmatch(file.md5):
        algorithm, value = "md5", file.md5
    else:
        return None
    name = Iri(f"http://spdx.org/rdf/terms#checksumAlgorithm_{algorithm}")
    checksum = blank("spdx:Checksum")
    checksum.say("spdx:algorithm", telling.graph.resource(name, "spdx:ChecksumAlgorithm"))
    checksum.say("spdx:checksumValue", Literal(value, None, "xsd:hexBinary"))
    return checksum


def _elsewhere(telling: Telling, licence: Resource | None) -> Resource | None:
    """The page, for files that this list does not have: withheld ones, and the rest of very many."""
    publication = telling.publication
    withheld = not publication.files and publication.access_status in _WITHHELD
    if not withheld and publication.file_count <= len(publication.files):
        return None
    given = telling.graph.resource(telling.part("files"), "dcat:Distribution")
    given.say("dct:title", literal("All files", "en"), literal("全部文件", "zh"))
    given.say("dcat:accessURL", page_of(publication))
    given.say("dct:license", licence)
    return given
