"""Two communities that tests put datasets into, and how."""

from typing import Any

from tests.conftest import Caller
from tests.features.steps import Json

JOURNAL, REGION = "j00189", "central-asia"
TITLES = {JOURNAL: {"en": "A journal", "zh": "期刊"}, REGION: {"en": "Central Asia"}}


def named(*names: Any) -> Json:
    return {"communities": [{"id": name} for name in names]}


def path(record: Json) -> str:
    return f"/api/records/{record['id']}/communities"


def join(caller: Caller, record: Json, *names: Any) -> Any:
    return caller.post(path(record), json=named(*names or (JOURNAL,)))


def communities_in(body: Json) -> tuple[list[str], str | None]:
    """The slugs in a record or draft, and the default's id."""
    shown = body["parent"]["communities"]
    return [entry["slug"] for entry in shown.get("entries", ())], shown.get("default")
