"""After sign-in a browser is led to a page of this site, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.core.errors import Invalid
from repository.core.web.local_paths import LONGEST, local_path

ELSEWHERE = [
    "",
    "records/1",
    "http://evil.example.org",
    "https:/evil.example.org",
    "https:evil.example.org",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example.org",
    "///evil.example.org",
    "/\\evil.example.org",
    "\\\\evil.example.org",
    "\\/evil.example.org",
    "/%2F/evil.example.org",
    "/%2fevil.example.org",
    "/%5Cevil.example.org",
    "/%5cevil.example.org",
    "/%255Cevil.example.org",
    "/%25252Fevil.example.org",
    "%2F%2Fevil.example.org",
    "/.//evil.example.org",
    "/..//evil.example.org",
    "/a/..//evil.example.org",
    "/a/%2E%2E//evil.example.org",
    "/a/../../evil",
    "/records//1",
    "/\t/evil.example.org",
    "/%09/evil.example.org",
    "/%0d%0aSet-Cookie:x=1",
    "/a\r\nLocation: https://evil.example.org",
    "/a\x00b",
    "/%00",
    "/a b",
    " /records/1",
    "/records/1 ",
    "\t/records/1",
    "/\u2028evil",
    "/／evil.example.org",
    "／／evil.example.org",
    "/数据",
    "/%C2%85/x",
    "/" + "a" * LONGEST,
    "/oauth/odd/login",
    "/oauth",
    "/%6Fauth/odd/login",
    "/api/session",
    "@evil.example.org",
    ".evil.example.org",
    "?next=//evil.example.org",
    "#//evil.example.org",
    "/%25%32%46evil.example.org",
]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_what_leads_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        local_path(text)
    assert [fault.field for fault in refused.value.errors] == ["next"]
    assert "evil" not in str(refused.value.errors)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/", "/"),
        ("/records/1", "/records/1"),
        ("/records/1?lang=zh&page=2", "/records/1?lang=zh&page=2"),
        ("/search?q=%E6%95%B0%E6%8D%AE", "/search?q=%E6%95%B0%E6%8D%AE"),
        ("/search?q=http%3A%2F%2Fa.org", "/search?q=http%3A%2F%2Fa.org"),
        ("/records/1/files/%E6%95%B0%E6%8D%AE.csv", "/records/1/files/%E6%95%B0%E6%8D%AE.csv"),
        ("/records/1?access_token=sdr_x&lang=zh", "/records/1?lang=zh"),
        ("/uploads/1?token=x", "/uploads/1"),
        ("/records/1#files", "/records/1"),
        ("/oauthors", "/oauthors"),
    ],
)
def test_a_path_of_the_site_is_kept_without_secrets(text: str, path: str) -> None:
    assert local_path(text) == path


@given(st.text(alphabet="/\\%25fFcC09dDaA.:@?# \t\r\nh", max_size=30))
def test_a_browser_stays_on_the_site_whatever_is_asked(text: str) -> None:
    try:
        path = local_path(text)
    except Invalid:
        return
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isascii()
    assert path.isprintable()
