"""The data availability statement that journals require: where the data are, and who may have them.

Source: JATS4R, Data availability statements 1.0, for the content of such a statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from repository.dataset import cstr
from repository.dataset.description import Licence, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.plain_text import printable
from repository.dataset.formats.type_mappings import kind_of


@dataclass(frozen=True, slots=True)
class _Sentences:
    """The sentences of one language.

    `data` and `software` are the words that depend on the type of resource, `states` the sentences by access status.
    """

    data: Mapping[str, str]
    software: Mapping[str, str]
    states: Mapping[str, str]
    withdrawn: str
    licence: str
    embargoed: str
    some_day: str
    on: str
    because: str
    conjunction: str


_ENGLISH = _Sentences(
    data={"what": "The data that support", "past": "The data that supported", "are": "are", "were": "were",
          "they": "they", "their": "their"},
    software={"what": "The software that supports", "past": "The software that supported", "are": "is", "were": "was",
              "they": "it", "their": "its"},
    states={
        "open": "{what} this work {are} openly available in {where} at {links}.",
        "embargoed": "{what} this work {are} deposited in {where} at {links} and will be openly available there"
        "{until}.",
        "restricted": "{what} this work {are} deposited in {where} at {links}. Access to the files is restricted; "
        "{they} can be requested there.",
        "metadata-only": "{what} this work {are} described in {where} at {links}; {their} files are not kept there.",
    },
    withdrawn="{past} this work {were} withdrawn from {where}{on}{because}. The record remains at {links}.",
    licence=" Licence: {}.",
    embargoed=" from {}",
    some_day=" after an embargo",
    on=" on {}",
    because=" ({})",
    conjunction=" and ",
)  # fmt: skip
_CHINESE = _Sentences(
    data={"what": "支撑本研究的数据"},
    software={"what": "支撑本研究的软件"},
    states={
        "open": "{what}已在{where}开放共享，访问地址：{links}。",
        "embargoed": "{what}已存储于{where}，{until}开放共享，访问地址：{links}。",
        "restricted": "{what}已存储于{where}，文件限制访问，可在线申请获取，访问地址：{links}。",
        "metadata-only": "{what}在{where}仅公开元数据，不提供文件，访问地址：{links}。",
    },
    withdrawn="{what}{on}已从{where}撤回{because}，记录仍保留于：{links}。",
    licence="许可协议：{}。",
    embargoed="将于{}起",
    some_day="将在保护期满后",
    on="于{}",
    because="（原因：{}）",
    conjunction="，",
)


def data_availability(publication: Publication, language: str = "en") -> str:
    """Return a data availability statement on one line, with every identifier as a link.

    The statement says where the data are, who may have them (open, from which day on, on request, not at all,
    withdrawn) and under which licence. `language` is a tag of BCP 47: Chinese for one that begins with ``zh``, else
    English.
    """
    language_code = "zh" if language.lower().partition("-")[0] == "zh" else "en"
    sentences = _CHINESE if language_code == "zh" else _ENGLISH
    software = kind_of(publication.description.resource_type.id).csl == "software"
    parts = {
        **(sentences.software if software else sentences.data),
        "where": printable(publication.repository_name),
        "links": sentences.conjunction.join(_links(publication)),
    }
    if publication.withdrawn:
        parts["on"] = _fill(sentences.on, publication.withdrawn.date)
        parts["because"] = _fill(sentences.because, publication.withdrawn.reason.name(language_code))
        return sentences.withdrawn.format_map(parts)
    parts["until"] = _fill(sentences.embargoed, publication.embargo_until) or sentences.some_day
    sentence = sentences.states.get(publication.access_status, sentences.states["restricted"])
    licences = sentences.conjunction.join(map(_licence_text, publication.description.licences))
    return sentence.format_map(parts) + _fill(sentences.licence, licences)


def _fill(sentence: str, text: str) -> str:
    return sentence.format(printable(text)) if printable(text) else ""


def _links(publication: Publication) -> list[str]:
    links = [identifier_urls.doi_url(publication.doi)] if publication.doi else []
    if publication.cstr:
        identifier = cstr.parse(publication.cstr)
        links.append(f"{identifier.url} ({identifier.curie})")
    return links or [publication.url]


def _licence_text(licence: Licence) -> str:
    address = identifier_urls.web_address(licence.url)
    return f"{licence.title} ({address})" if address else licence.title
