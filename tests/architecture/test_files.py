"""What holds for files of every kind, and texts that each rule must refuse."""

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import file_rules as rules
from tests.architecture.house import ROOT, tracked

TextRule = Callable[[str], Iterator[str]]

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-client.lock")
RUNNING, DEVELOPMENT, CLIENT = LOCKS
DATA = ("tests/data/", "config/vocabularies/")
HASH = " \\\n    --hash=sha256:" + "0f" * 32


def expect_kept_by_texts(rule: TextRule, *apart: str) -> None:
    """No tracked text file outside the folders `apart` breaks `rule`."""
    found = [f"{path}: {fault}" for path in tracked() if not path.startswith(apart) for fault in rule(text_of(path))]
    assert not found, "\n".join(["", *found])


def text_of(path: str) -> str:
    """The file's text, nothing for one that is no text."""
    content = (ROOT / path).read_bytes()
    return "" if b"\0" in content[:8000] else content.decode("utf-8", "replace")


def test_no_file_names_the_host_of_a_package_index() -> None:
    expect_kept_by_texts(rules.package_host)


def test_nothing_is_left_to_be_done() -> None:
    expect_kept_by_texts(rules.unfinished, *DATA)


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    expect_kept_by_texts(rules.building_site)


@pytest.mark.parametrize("path", LOCKS)
def test_every_locked_requirement_has_a_version_and_a_hash(path: str) -> None:
    assert list(rules.unlocked(text_of(path))) == []


def test_each_lock_agrees_with_the_larger_one() -> None:
    client, running, development = (dict(map(pin, pins(text_of(path)))) for path in (CLIENT, RUNNING, DEVELOPMENT))
    assert client.items() <= running.items() <= development.items()


def test_no_file_is_larger_than_a_megabyte_except_data() -> None:
    sizes = {path: (ROOT / path).stat().st_size for path in tracked()}
    assert rules.too_large(sizes) == []


def pins(lock: str) -> list[str]:
    return [line for line in lock.splitlines() if line[:1].isalnum()]


def pin(line: str) -> tuple[str, str]:
    name, _, version = line.removesuffix(" \\").partition("==")
    return name, version


REFUSED: list[tuple[TextRule, str]] = [
    (rules.package_host, "see https://Py" + "Pi.org/simple"),
    (rules.package_host, "https://files.python" + "hosted.org/packages/a.whl"),
    (rules.package_host, "registry = https://registry.np" + "mjs.org"),
    (rules.unfinished, "a = 1  # TO" + "DO: more"),
    (rules.unfinished, "# FIX" + "ME"),
    (rules.unfinished, "raise NotImplemented" + "Error"),
    (rules.unfinished, "# XX" + "X look again"),
    (rules.building_site, "open('/work/" + "shared/a.json')"),
    (rules.unlocked, ""),
    (rules.unlocked, "flask==3.1.3"),
    (rules.unlocked, "flask==3.1.3 \\\n    --hash=md5:00"),
    (rules.unlocked, "flask>=3.1.3" + HASH),
    (rules.unlocked, "--extra-index-url simple\nflask==3.1.3" + HASH),
    (rules.unlocked, "flask @ file:///tmp/flask.whl"),
]


@pytest.mark.parametrize(("rule", "text"), REFUSED)
def test_each_rule_refuses_what_breaks_it(rule: TextRule, text: str) -> None:
    assert list(rule(text)) != []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (rules.package_host, "https://doi.org/10.5072/example"),
        (rules.unfinished, "orcid: 0000-0002-XXXX-XXX" + "X, todos"),
        (rules.building_site, "a framework/maintained by us"),
        (
            rules.unlocked,
            "# by hand\nflask==3.1.3" + HASH + "\n    # via a\npsycopg[binary]==3.3" + HASH,
        ),
    ],
)
def test_each_rule_lets_pass_what_keeps_it(rule: TextRule, text: str) -> None:
    assert list(rule(text)) == []


def test_a_large_file_is_refused_where_it_is_not_data() -> None:
    sizes = {"README.md": 10, "tests/data/ror.json": 2_000_000, "film.mp4": 1_000_001}
    assert rules.too_large(sizes) == ["film.mp4 has 1000001 bytes"]


def test_the_listing_knows_the_project_s_files() -> None:
    assert {"pyproject.toml", "repository/__init__.py", "tests/architecture/house.py"} <= set(tracked())
