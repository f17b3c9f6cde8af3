"""The sentence that journals ask for: where the data of a work are, and who may have them.

Source: JATS4R, Data availability statements 1.0, for what such a statement says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from repository.dataset import cstr
from repository.dataset.description import Licence, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.plain_text import printable
from repository.dataset.formats.type_mappings import kind_of


@dataclass(frozen=True, slots=True)
class _Words:
    """The sentences of one language.

    `data` and `software` are the words that depend on what it is, `states` the sentences by access status.
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


_ENGLISH = _Words(
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
_CHINESE = _Words(
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
    """A data availability statement on one line, with every identifier as a link.

    It says where the data are, who may have them (open, from which day on, on request, not at all, withdrawn) and
    under which licence.  `language` is a tag of BCP 47: Chinese for one that begins with ``zh``, else English.
    """
    code = "zh" if language.lower().partition("-")[0] == "zh" else "en"
    words = _CHINESE if code == "zh" else _ENGLISH
    software = kind_of(publication.description.resource_type.id).csl == "software"
    said = {
        **(words.software if software else words.data),
        "where": printable(publication.repository_name),
        "links": words.conjunction.join(_links(publication)),
    }
    if publication.withdrawn:
        said["on"] = _filled(words.on, publication.withdrawn.date)
        said["because"] = _filled(words.because, publication.withdrawn.reason.name(code))
        return words.withdrawn.format_map(said)
    said["until"] = _filled(words.embargoed, publication.embargo_until) or words.some_day
    sentence = words.states.get(publication.access_status, words.states["restricted"])
    licences = words.conjunction.join(map(_named, publication.description.licences))
    return sentence.format_map(said) + _filled(words.licence, licences)


def _filled(sentence: str, text: str) -> str:
    return sentence.format(printable(text)) if printable(text) else ""


def _links(publication: Publication) -> list[str]:
    found = [identifier_urls.doi_url(publication.doi)] if publication.doi else []
    if publication.cstr:
        parsed = cstr.parse(publication.cstr)
        found.append(f"{parsed.url} ({parsed.curie})")
    return found or [publication.url]


def _named(licence: Licence) -> str:
    address = identifier_urls.web_address(licence.url)
    return f"{licence.title} ({address})" if address else licence.title
