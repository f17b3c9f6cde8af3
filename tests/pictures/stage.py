"""A site to look at: real and generated datasets, people, and what they have begun."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import update

from config.settings import read_settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.cli.samples import fill_with_samples
from repository.core.actor import GRANTABLE, SYSTEM, Role
from repository.engines.services import Services
from repository.imports.model import DraftImport, ImportState
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from tests.conftest import Caller, Deposits, a_dataset
from tests.engines.databases import migrate
from tests.support.live_server import live
from tests.support.settling import run_all

PASSWORD = "correct horse battery"
PEOPLE = {
    "depositor": ("li.wei@example.org", "李伟", Role.DEPOSITOR),
    "friend": ("fang@example.org", "Wang Fang", Role.DEPOSITOR),
    "administrator": ("administrator@example.org", "陈静", Role.ADMINISTRATOR),
}
ADDRESSES = {name: email for name, (email, _, _) in PEOPLE.items()}
PERMAFROST: dict[str, Any] = {
    "title": "Permafrost temperatures of the Tibetan Plateau, 2001–2020",
    "additional_titles": [
        {"title": "青藏高原冻土温度数据集（2001—2020 年）", "type": {"id": "translated-title"}, "lang": {"id": "zho"}}
    ],
    "publication_date": "2024-05-01",
    "publisher": "Plateau Data Centre",
    "description": "<p>Daily temperatures from 120 boreholes between 3,500 and 5,200 m, from 0.5 to 40 m below ground. "
    "Sensors were calibrated every second year; gaps are marked.</p>",
    "additional_descriptions": [
        {
            "description": "120 个钻孔 0.5 至 40 米深度的逐日地温，海拔 3500 至 5200 米。"
            "传感器每两年校准一次，缺测已标注。",
            "type": {"id": "abstract"},
            "lang": {"id": "zho"},
        }
    ],
    "creators": [
        {
            "person_or_org": {
                "type": "personal",
                "family_name": "李",
                "given_name": "伟",
                "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}],
            },
            "affiliations": [{"name": "中国科学院西北生态环境资源研究院"}],
        },
        {
            "person_or_org": {"type": "personal", "family_name": "Wang", "given_name": "Fang"},
            "affiliations": [{"name": "Lanzhou University"}],
        },
    ],
    "subjects": [{"subject": "permafrost"}, {"subject": "冻土"}],
    "rights": [{"id": "cc-by-4.0"}],
    "languages": [{"id": "eng"}],
    "locations": {
        "features": [
            {
                "place": "Tibetan Plateau",
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[80, 28], [103, 28], [103, 38], [80, 38], [80, 28]]],
                },
            }
        ]
    },
    "related_identifiers": [
        {"identifier": "10.1038/s41597-024-1", "relation_type": {"id": "issupplementto"}, "scheme": "doi"}
    ],
}
FILES = {
    "README.md": b"# Permafrost\n\nOne file a day and station; degrees Celsius.\n",
    "stations.csv": "id,name,altitude\n1,昆仑山口,4767\n2,五道梁,4612\n".encode(),
    **{f"raw/station{n:02}/day{m}.csv": b"time,depth,t\n2001-01-01,0.5,-7.5\n" for n in (1, 2, 3) for m in (1, 2)},
}


@dataclass
class Stage:
    """The site while it answers; `ids` are its datasets by the state that they show."""

    address: str
    services: Services
    callers: dict[str, Caller] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """A site with its data in `folder`, for the length of the block."""
    later: list[Callable[..., Iterable[bytes]]] = []
    with live(lambda environ, start: later[0](environ, start)) as server:
        settings = read_settings(
            base_url=server.address,
            name="青藏科学数据中心 Plateau Data",
            database_url=f"sqlite:///{folder}/repository.db",
            store_url=f"file://{folder}/store",
            search_url=f"embedded:{folder}/search.db",
            mail_url=f"embedded:{folder}/mail",
            sign_up="open",
            downloads="stream",
        )
        migrate(settings.database_url)
        services = open_services(settings)
        services.search.prepare()
        app = create_app(services)
        later.append(app)
        made = Stage(server.address, services)
        for name, (email, full_name, role) in PEOPLE.items():
            with services.database.transaction(SYSTEM) as unit:
                person = register_person(unit, email, password=PASSWORD, role=role, name=full_name)
                _, secret = issue_token(unit, person, GRANTABLE)
            made.callers[name] = Caller(app.test_client(), secret)
        _fill(made)
        try:
            yield made
        finally:
            services.close()


def _fill(made: Stage) -> None:
    fill_with_samples(made.services)
    deposits = Deposits(made.callers["depositor"])
    for state, access in _ACCESSES.items():
        body = a_dataset(**PERMAFROST)
        body["access"] = access
        made.ids[state] = deposits.published(body, **FILES)["id"]
    withdrawn = {"removal_reason": {"id": "spam"}, "note": "Uploaded by mistake."}
    _told(made.callers["administrator"].delete(f"/api/records/{made.ids['withdrawn']}/delete", json=withdrawn))
    second = _told(made.callers["depositor"].post(f"/api/records/{made.ids['versions']}/versions"))
    changed = a_dataset(**{**PERMAFROST, "version": "2", "subjects": []})
    _told(deposits.caller.put(second["links"]["self"], json=changed))
    deposits.upload(second["id"], "stations.csv", b"id,name\n1,A\n")
    made.ids["second version"] = deposits.publish(second["id"])["id"]
    draft = deposits.open(a_dataset(**PERMAFROST))
    made.ids["draft"] = draft["id"]
    for key, content in FILES.items():
        deposits.upload(draft["id"], key, content)
    made.ids["empty draft"] = deposits.open({"metadata": {"title": "未完成的数据"}})["id"]
    _share(made)
    _import(made)
    run_all(made.services)
    _ask_registrars(made)


_OPEN = {"record": "public", "files": "public"}
_ACCESSES: dict[str, dict[str, Any]] = {
    "public": _OPEN,
    "versions": _OPEN,
    "withdrawn": _OPEN,
    "restricted files": {"record": "public", "files": "restricted"},
    "restricted": {"record": "restricted", "files": "restricted"},
    "embargoed": {
        "record": "public",
        "files": "restricted",
        "embargo": {"active": True, "until": "2027-05-01", "reason": "The paper is under review."},
    },
}


def _share(made: Stage) -> None:
    links = f"/api/records/{made.ids['draft']}/access/links"
    for name, body in {
        "blind": {"permission": "preview", "blinded": True, "description": "Referees of Scientific Data"},
        "shared": {"permission": "edit", "description": "Wang Fang"},
    }.items():
        link = _told(made.callers["depositor"].post(links, json=body))
        made.links[name] = f"/uploads/{made.ids['draft']}?token={link['token']}"
    asking = {"allow_user_requests": True, "allow_guest_requests": True}
    _told(made.callers["depositor"].put(f"/api/records/{made.ids['restricted files']}/access", json=asking))
    asked = {"message": "For a model of frozen ground.", "permission": "view", "accept_conditions": True}
    request = made.callers["friend"].post(f"/api/records/{made.ids['restricted files']}/access/request", json=asked)
    made.ids["request"] = _told(request)["id"]
    friend = _told(made.callers["friend"].get("/api/me"))["id"]
    offer = {"subject": {"type": "user", "id": str(friend)}, "message": "我将离开研究所。", "stays_manager": True}
    _told(made.callers["depositor"].post(f"/api/records/{made.ids['versions']}/access/owner", json=offer))


def _import(made: Stage) -> None:
    described = "@misc{x, title={Ice of Qinghai Lake}, author={李伟}, year={2024}, journal={Nature}}"
    reply = made.callers["depositor"].post("/api/records", data=described, content_type="application/x-bibtex")
    made.ids["imported draft"] = _told(reply)["id"]


def _ask_registrars(made: Stage) -> None:
    """Begin drafts whose registrar has not answered, and has answered with nothing; no job runs any more."""
    for state, identifier in (("waiting draft", "10.5072/plateau.1"), ("failed draft", "10.5072/plateau.2")):
        begun = made.callers["depositor"].post(
            "/api/imports", json={"identifier": identifier, "identifier_use": "identical"}
        )
        made.ids[state] = str(_told(begun)["id"])
    answered = {"state": ImportState.FAILED.value, "reason": "The server answers with status 404."}
    with made.services.database.transaction(SYSTEM) as unit:
        told = update(DraftImport).where(DraftImport.draft_id == int(made.ids["failed draft"])).values(answered)
        unit.session.execute(told)


def _told(reply: Any) -> Any:
    if reply.status_code >= 400:
        raise RuntimeError(f"{reply.request.path}: {reply.status_code} {reply.text[:300]}")
    return reply.get_json(silent=True)
