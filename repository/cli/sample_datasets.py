"""Small generated datasets, the same on every machine, so that a newcomer can try every facet.

They differ in topic, place, language of the title, year, type, licence, access to files and number of versions.
Each says in its description that its numbers are generated, so that nobody takes them for observations.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

Json = Mapping[str, Any]
LANGUAGES = ("eng", "zho", "spa", "rus")
TITLES: Mapping[str, str] = {
    "eng": "{topic} near {place}, monthly means of {year}",
    "zho": "{place}附近{year}年{topic}月平均值",
    "spa": "{topic} cerca de {place}, medias mensuales de {year}",
    "rus": "{topic}, {place}: среднемесячные значения за {year} год",
}
TOPICS: Sequence[Json] = (
    {"eng": "Air temperature", "zho": "气温", "spa": "Temperatura del aire", "rus": "Температура воздуха"},
    {"eng": "Soil moisture", "zho": "土壤湿度", "spa": "Humedad del suelo", "rus": "Влажность почвы"},
    {"eng": "River discharge", "zho": "河流径流量", "spa": "Caudal del río", "rus": "Расход воды в реке"},
    {"eng": "Snow depth", "zho": "积雪深度", "spa": "Espesor de la nieve", "rus": "Высота снежного покрова"},
    {"eng": "Aerosol optical depth", "zho": "气溶胶光学厚度", "spa": "Espesor óptico", "rus": "Оптическая толщина"},
    {"eng": "Ground motion", "zho": "地面运动", "spa": "Movimiento del suelo", "rus": "Движение грунта"},
)
PLACES: Sequence[Json] = (
    {"eng": "Beijing", "zho": "北京", "spa": "Pekín", "rus": "Пекин"},
    {"eng": "Tashkent", "zho": "塔什干", "spa": "Taskent", "rus": "Ташкент"},
    {"eng": "Madrid", "zho": "马德里", "spa": "Madrid", "rus": "Мадрид"},
    {"eng": "Lake Baikal", "zho": "贝加尔湖", "spa": "lago Baikal", "rus": "озеро Байкал"},
)
TYPES = ("dataset", "dataset", "dataset", "software", "model", "image-plot")
LICENCES = ("cc-by-4.0", "cc0-1.0", "odc-by-1.0")
AUTHORS = (("Wang", "Fang"), ("Karimova", "Dilnoza"), ("García", "Elena"), ("Petrov", "Ilya"), ("Okafor", "Chidi"))
FIRST_YEAR, YEARS = 2014, 12
RESTRICTED_EVERY, VERSIONS_EVERY = 9, 4
"""Every ninth dataset has restricted files, every fourth a second version."""


@dataclass(frozen=True, slots=True)
class SampleDataset:
    """What is deposited as one dataset: `files` by key; `additions` are the files of a second version, if any."""

    metadata: Json
    files: Mapping[str, bytes]
    access: Json = field(default_factory=lambda: {"record": "public", "files": "public"})
    additions: Mapping[str, bytes] = field(default_factory=dict)


def generated_datasets() -> Sequence[SampleDataset]:
    """Return one dataset for each topic and place, always the same."""
    return [_dataset(number, topic, place) for number, (topic, place) in enumerate(product(TOPICS, PLACES))]


def _dataset(number: int, topic: Json, place: Json) -> SampleDataset:
    year = FIRST_YEAR + number * 5 % YEARS
    restricted = number % RESTRICTED_EVERY == RESTRICTED_EVERY - 1
    return SampleDataset(
        metadata=_metadata(number, topic, place, year),
        files={"monthly-means.csv": _table(number, year), "README.txt": _readme(topic, place)},
        access={"record": "public", "files": "restricted" if restricted else "public"},
        additions={} if number % VERSIONS_EVERY else {f"monthly-means-{year + 1}.csv": _table(number, year + 1)},
    )


def _metadata(number: int, topic: Json, place: Json, year: int) -> Json:
    language = LANGUAGES[(number + number // len(PLACES)) % len(LANGUAGES)]
    english, chinese = (_title(code, topic, place, year) for code in ("eng", "zho"))
    translated = ("eng", english) if language != "eng" else ("zho", chinese)
    return {
        "resource_type": {"id": TYPES[number % len(TYPES)]},
        "title": _title(language, topic, place, year),
        "additional_titles": [
            {"title": translated[1], "type": {"id": "translated-title"}, "lang": {"id": translated[0]}}
        ],
        "publication_date": f"{year + 1}-{number % 12 + 1:02}-15",
        "publisher": "Sample Data Centre",
        "description": f"<p>A sample for trying this site; its numbers are generated. {english}.</p>",
        "additional_descriptions": [
            {
                "description": f"<p>用于试用本站的示例，数据为程序生成。{chinese}。</p>",
                "type": {"id": "abstract"},
                "lang": {"id": "zho"},
            }
        ],
        "creators": [_creator(AUTHORS[(number + place) % len(AUTHORS)]) for place in range(2)],
        "subjects": [{"subject": topic["eng"].lower()}, {"subject": topic["zho"]}, {"subject": place["eng"]}],
        "languages": [{"id": language}],
        "rights": [{"id": LICENCES[number % len(LICENCES)]}],
        "formats": ["text/csv"],
        "version": "1.0",
    }


def _title(language: str, topic: Json, place: Json, year: int) -> str:
    return TITLES[language].format(topic=topic[language], place=place[language], year=year)


def _creator(author: tuple[str, str]) -> Json:
    return {"person_or_org": {"type": "personal", "family_name": author[0], "given_name": author[1]}}


def _table(number: int, year: int) -> bytes:
    chance = random.Random(number * 10_000 + year)
    rows = (f"{year}-{month:02},{chance.gauss(10, 4):.2f}" for month in range(1, 13))
    return "\n".join(["month,mean", *rows, ""]).encode()


def _readme(topic: Json, place: Json) -> bytes:
    return f"{topic['eng']} near {place['eng']}. Generated numbers: a sample, no observations.\n".encode()
