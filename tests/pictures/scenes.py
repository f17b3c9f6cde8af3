"""What is looked at: each page and state, by whom, and how one gets there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.pictures import sending
from tests.pictures.stage import Stage

Path = str | Callable[[Stage], str]
Act = Callable[[Page], Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """A page in one state; `who` is one of the stage's people, `act` what is done there before the picture.

    A state that only scripts make is `scripted`.
    """

    name: str
    path: Path
    who: str | None = None
    act: Act | None = None
    scripted: bool = False

    def address(self, stage: Stage) -> str:
        """Return its path on this stage."""
        return self.path if isinstance(self.path, str) else self.path(stage)


def _of(state: str, template: str) -> Callable[[Stage], str]:
    return lambda stage: template.format(stage.ids[state])


def _typed(**values: str) -> Act:
    def act(page: Page) -> None:
        for name, value in values.items():
            page.locator(f"main [name='{name}']").fill(value)
        page.locator("main form button[type=submit], main form button:not([type])").last.click()
        page.wait_for_load_state()

    return act


SEARCHING = (
    Scene("home", "/"),
    Scene("search", "/search?q=data"),
    Scene("search without words", "/search"),
    Scene("search with filters", "/search?q=data&type=dataset"),
    Scene("search without hits", "/search?q=notathinginthere"),
    Scene("search that cannot be read", "/search?q=title:(snow"),
    Scene("saved searches", "/me/searches", "depositor"),
)
READING = (
    Scene("record", _of("public", "/records/{}")),
    Scene("record of its owner", _of("public", "/records/{}"), "depositor"),
    Scene("record with versions", _of("second version", "/records/{}")),
    Scene("record, older version", _of("versions", "/records/{}")),
    Scene("folder", _of("public", "/records/{}?path=raw/station01/")),
    Scene("files searched", _of("public", "/records/{}?q=csv")),
    Scene("preview of a table", _of("public", "/records/{}/preview/stations.csv")),
    Scene("preview of a text", _of("public", "/records/{}/preview/README.md")),
    Scene("restricted files", _of("restricted files", "/records/{}")),
    Scene("embargoed", _of("embargoed", "/records/{}")),
    Scene("withdrawn", _of("withdrawn", "/records/{}")),
    Scene("request for access", _of("restricted files", "/records/{}/access-request")),
    Scene("no such record", "/records/999999"),
    Scene("history", _of("second version", "/records/{}/history")),
    Scene("comparison", lambda stage: "/records/{second version}/compare/{versions}".format_map(stage.ids)),
    Scene("withdrawal", _of("public", "/records/{}/withdraw"), "administrator"),
)
REQUESTS = (
    Scene("own requests", "/me/access-requests", "friend"),
    Scene("own requests, none", "/me/access-requests", "depositor"),
    Scene("requests of a dataset", _of("restricted files", "/uploads/{}/requests"), "depositor"),
    Scene("request", _of("request", "/access-requests/{}"), "depositor"),
    Scene("request of its sender", _of("request", "/access-requests/{}"), "friend"),
    Scene("settings of requests", _of("restricted files", "/uploads/{}/request-settings"), "depositor"),
    Scene("offers of datasets", "/me/ownership-offers", "friend"),
    Scene("offers of datasets, none", "/me/ownership-offers", "administrator"),
    Scene("guest's link", "/access-requests/confirm/old"),
    Scene("guest's request, old link", "/access-requests/status/old"),
    Scene("guest's link of an earlier letter", "/account/access-request"),
    Scene("guest's request of an earlier letter", "/account/access-request-status"),
)
ACCOUNTS = (
    Scene("sign in", "/login"),
    Scene("sign in, wrong", "/login", act=_typed(email="li.wei@example.org", password="wrong words here")),
    Scene("sign up", "/signup"),
    Scene("sign up, wrong", "/signup", act=_typed(email="li.wei", password="short")),
    Scene("forgotten password", "/forgot"),
    Scene("reset, old link", "/reset/old"),
    Scene("confirmation, old link", "/confirm/old"),
    Scene("confirmation of an address, old link", "/confirm-address/old"),
    Scene("invitation, old link", "/signup/old"),
    Scene("first administrator, old link", "/first-administrator/old"),
)
TABS = ("profile", "security", "applications", "linked", "notifications", "data")
SETTINGS = (
    *(Scene(f"settings, {tab}", f"/account/settings/{tab}", "depositor") for tab in TABS),
    Scene("notices", "/me/notifications", "depositor"),
)
DEPOSITING = (
    Scene("my datasets", "/me/uploads", "depositor"),
    Scene("my datasets, none", "/me/uploads", "administrator"),
    Scene("several datasets, deletion", _of("empty draft", "/me/uploads/chosen?act=delete&id={}"), "depositor"),
    Scene("several datasets, sharing", _of("draft", "/me/uploads/chosen?act=share&id={}"), "depositor"),
    Scene("new deposit", "/uploads/new", "depositor"),
    Scene("beginning from a description", _of("imported draft", "/uploads/{}/start"), "depositor"),
    Scene("beginning that waits", _of("waiting draft", "/uploads/{}/start"), "depositor"),
    Scene("beginning that failed", _of("failed draft", "/uploads/{}/start"), "depositor"),
    Scene("form", _of("draft", "/uploads/{}/edit"), "depositor"),
    Scene("form, nearly empty", _of("empty draft", "/uploads/{}/edit"), "depositor"),
    Scene("look-up of a person", _of("draft", "/uploads/{}/find?at=metadata.creators.0"), "depositor"),
    Scene("look-up of a funder", _of("draft", "/uploads/{}/find?at=metadata.funding.0.funder&q=a"), "depositor"),
    Scene("files", _of("draft", "/uploads/{}/files"), "depositor"),
    Scene("files, none", _of("empty draft", "/uploads/{}/files"), "depositor"),
    Scene("renaming", _of("draft", "/uploads/{}/files/rename?key=stations.csv"), "depositor"),
    Scene("preview in a draft", _of("draft", "/uploads/{}/preview/stations.csv"), "depositor"),
    *(
        Scene(f"files, {name}", _of("draft", "/uploads/{}/files"), "depositor", act, scripted=True)
        for name, act in (
            ("sending", sending.sending),
            ("paused", sending.paused),
            ("store away", sending.away),
            ("signed out", sending.signed_out),
            ("refused", sending.failed),
            ("held", sending.held),
            ("sent", sending.done),
        )
    ),
    Scene("check", _of("draft", "/uploads/{}/check"), "depositor"),
    Scene("check with gaps", _of("empty draft", "/uploads/{}/check"), "depositor"),
    Scene("draft", _of("draft", "/uploads/{}"), "depositor"),
    Scene("deletion", _of("empty draft", "/uploads/{}/delete"), "depositor"),
)
SHARING = (
    Scene("sharing", _of("draft", "/uploads/{}/share"), "depositor"),
    Scene("draft by a link", lambda stage: stage.links["shared"]),
    Scene("blind view", lambda stage: stage.links["blind"]),
    Scene("as a referee sees it", _of("draft", "/uploads/{}/as-referee"), "depositor"),
)
ADMINISTRATION = (
    *(
        Scene(f"administration, {tab}", f"/admin/{tab}", "administrator")
        for tab in ("jobs", "identifiers", "sweeps", "storage", "users", "audit", "settings")
    ),
    Scene("administration", "/admin", "administrator"),
    Scene("administration, a job", "/admin/jobs/1", "administrator"),
    Scene("administration, a person", "/admin/users/1", "administrator"),
    Scene("administration, suspension", "/admin/users/1/suspend", "administrator"),
    Scene("administration, merge", "/admin/users/1/merge", "administrator"),
    Scene("administration, limits refused", "/admin/users/1/quota", "administrator", _typed(drafts="many")),
    Scene("administration, not for everybody", "/admin", "depositor"),
)
TEXTS = tuple(
    Scene(path.strip("/").replace("/", ", "), path)
    for path in (
        *("/about", "/about/contact", "/about/licences", "/status", "/help", "/policies"),
        *(f"/help/{text}" for text in ("api", "cite", "deposit", "files", "keyboard", "review", "search", "versions")),
        *(f"/policies/{text}" for text in ("access", "accessibility", "deposit", "preservation", "privacy")),
        *("/policies/terms", "/policies/withdrawal"),
    )
)
SCENES: Sequence[Scene] = (
    *SEARCHING,
    *READING,
    *ACCOUNTS,
    *SETTINGS,
    *DEPOSITING,
    *SHARING,
    *REQUESTS,
    *ADMINISTRATION,
    *TEXTS,
)

NO_PAGES = {
    "pages-deposit-find.suggest": "suggestions for a script",
    "pages-shell.asset": "a style sheet or script",
    "pages-landing.record_links": "links for machines",
    "pages-landing.record_links_as_json": "links for machines",
    "pages-landing.file_manifest": "a list for programs",
    "pages-landing.exported": "a format for programs",
    "pages-landing.file_page": "the bytes of a file",
    "pages-landing.latest_page": "leads to a record's page",
    "pages-search.suggest": "words for a script",
    "pages-versions.choose_comparison": "leads to a comparison",
    "pages-own-data.export_content": "an archive",
    "pages-settings.settings": "leads to its first tab",
}
"""Addresses of pages that answer with no page of their own -> what they answer with."""
