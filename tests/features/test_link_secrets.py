"""The addresses of a page lead on within a dataset for who came by a link, and carry its secret nowhere else."""

import pytest

from repository.faces.pages.shell.link_secrets import carry_secret

PLACES = ("/records/7", "https://data.test/records/7")


@pytest.mark.parametrize(
    ("html", "carried"),
    [
        ('<a href="/records/7">', '<a href="/records/7?token=s%2B">'),
        ('<a href="https://data.test/records/7/files/a%20b?download=1">', "a%20b?download=1&amp;token=s%2B"),
        ('<a href="?path=raw%2F&amp;page=2#files">', '"?path=raw%2F&amp;page=2&amp;token=s%2B#files"'),
        ('<a hreflang="zh" href="?">', '<a hreflang="zh" href="?token=s%2B">'),
        ('<form method="post" action="/records/7/x">', 'action="/records/7/x?token=s%2B"'),
        ('<form action="#files" method="get">', 'name="token" value="s+">'),
    ],
)
def test_addresses_of_the_dataset_lead_on(html: str, carried: str) -> None:
    assert carried in carry_secret(html, "token", "s+", PLACES)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/records/77">',
        '<a href="https://evil.test/records/7">',
        '<a href="/search?q=a">',
        '<a href="#files">',
        '<link rel="canonical" href="/records/7">',
        '<form action="/search" method="get">',
        '<p data-href="/records/7">href="/records/7"</p>',
    ],
)
def test_nothing_else_gets_the_secret(html: str) -> None:
    assert carry_secret(html, "token", "s+", PLACES) == html
