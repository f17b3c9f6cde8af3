"""How things are called and described, and snippets that each rule must refuse or let pass."""

import subprocess

import pytest

from tests.architecture import word_rules as rules
from tests.architecture.house import ROOT, SOURCE, Module, Rule, modules

pytestmark = pytest.mark.slow

CLEAN: tuple[str, ...] = (
    *(f"{folder}/" for folder in SOURCE),
    "deploy/",
    "tests/support/registrars/",
    "tests/architecture/word_rules.py",
    "tests/architecture/test_words.py",
)
"""Files and folders that keep the rules on sentences and on names of values; it grows to the whole tree."""

SINCE = "2026-11-29T19:00:00+00:00"
"""Subjects of earlier commits were written before the rule."""


def expect_kept_where_clean(rule: Rule) -> None:
    """No module below `CLEAN` breaks `rule`."""
    clean = [module for module in modules(*SOURCE, "deploy", "tests") if module.under(*CLEAN)]
    faults = [f"{module.path}: {fault}" for module in clean for fault in rule(module)]
    assert not faults, "\n".join(["", rule.__doc__ or rule.__name__, *faults])


def test_the_first_sentence_of_a_docstring_has_at_most_20_words() -> None:
    expect_kept_where_clean(rules.long_first_sentence)


def test_values_are_called_by_nouns() -> None:
    expect_kept_where_clean(rules.vague_value)


def test_every_place_that_is_listed_as_clean_has_modules() -> None:
    empty = [place for place in CLEAN if not any(module.under(place) for module in modules(*SOURCE, "deploy", "tests"))]
    assert empty == []


def test_no_module_has_a_name_that_nobody_could_explain() -> None:
    assert [fault for module in modules(*SOURCE) for fault in rules.vague_module(module)] == []


def test_one_name_is_one_module() -> None:
    assert rules.shared_module_names(modules(*SOURCE)) == []


def test_one_name_is_one_class() -> None:
    assert rules.shared_class_names(modules(*SOURCE)) == []


@pytest.mark.process
def test_subjects_of_commits_have_at_most_72_characters() -> None:
    command = ["git", "-c", "safe.directory=*", "log", "--first-parent", f"--since={SINCE}", "--format=%s", "HEAD"]
    log = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if log.returncode:
        pytest.skip("this copy of the source has no history")
    assert [fault for subject in log.stdout.splitlines() for fault in rules.long_subject(subject)] == []


TWENTY = " ".join(["word"] * 20)

REFUSED: list[tuple[Rule, str]] = [
    (rules.long_first_sentence, f'"""{TWENTY} more."""'),
    (rules.long_first_sentence, f'"""{TWENTY}\nmore.  Short."""'),
    (rules.long_first_sentence, f'def f():\n    """{TWENTY}, e.g. this."""'),
    (rules.long_first_sentence, f'class A:\n    """{TWENTY} (1.5 more)."""'),
    (rules.long_first_sentence, f'A = 1\n"""{TWENTY} `code of words`."""'),
    (rules.vague_value, "def f(found): ..."),
    (rules.vague_value, "def f(*, given=1): ..."),
    (rules.vague_value, "f = lambda each: 1"),
    (rules.vague_value, "for each in a: ..."),
    (rules.vague_value, "a = [f(each) for each in a]"),
    (rules.vague_value, "class A:\n    wanted: int"),
    (rules.vague_value, "a.held = 1"),
    (rules.vague_value, "if said := f(): ..."),
    (rules.vague_value, "with f() as told: ..."),
    (rules.vague_value, "match a:\n    case [asked]: ..."),
    (rules.vague_value, "try: ...\nexcept E as noted: ..."),
]

LET_PASS: list[tuple[Rule, str]] = [
    (rules.long_first_sentence, f'"""{TWENTY}."""'),
    (rules.long_first_sentence, f'"""{TWENTY}.  And {TWENTY}."""'),
    (rules.long_first_sentence, f'"""{TWENTY}\n\nand {TWENTY}."""'),
    (rules.long_first_sentence, f'"""{TWENTY} -> ·"""'),
    (rules.long_first_sentence, '"""Return ``' + TWENTY + '`` as it is."""'),
    (rules.long_first_sentence, f"a = '{TWENTY} more'"),
    (rules.vague_value, "def held(): ..."),
    (rules.vague_value, "f(given=a.wanted)"),
    (rules.vague_value, "for not_found in a: ..."),
]


@pytest.mark.parametrize(("rule", "text"), REFUSED)
def test_each_rule_refuses_what_breaks_it(rule: Rule, text: str) -> None:
    assert len(list(rule(Module("repository/files/a.py", text)))) == 1


@pytest.mark.parametrize(("rule", "text"), LET_PASS)
def test_each_rule_lets_pass_what_keeps_it(rule: Rule, text: str) -> None:
    assert list(rule(Module("repository/files/a.py", text))) == []


@pytest.mark.parametrize("name", sorted(rules.VAGUE_MODULES))
def test_a_module_of_a_vague_name_is_refused(name: str) -> None:
    assert list(rules.vague_module(Module(f"repository/files/{name}.py", ""))) != []


def test_two_modules_of_one_name_are_refused_but_for_the_rooms() -> None:
    paths = ("repository/files/terms.py", "workers/terms.py", "repository/files/rules.py", "repository/access/rules.py")
    assert rules.shared_module_names([Module(path, "") for path in paths]) == [
        "terms: repository/files/terms.py, workers/terms.py"
    ]


def test_two_classes_of_one_name_are_refused_but_for_meta() -> None:
    one = Module("repository/files/a.py", "class _Page:\n    class Meta: ...")
    two = Module("workers/b.py", "class Page: ...\ndef f():\n    class _Page:\n        class Meta: ...")
    assert rules.shared_class_names([one, two]) == ["_Page: repository/files/a.py, workers/b.py"]


def test_a_long_subject_is_refused() -> None:
    assert list(rules.long_subject("a" * 73)) != []
    assert list(rules.long_subject("a" * 72)) == []


def test_every_path_in_the_glossary_exists() -> None:
    paths = rules.glossary_paths((ROOT / "repository" / "GLOSSARY.md").read_text("utf-8"))
    missing = [path for path in paths if not ((ROOT / "repository" / path).exists() or (ROOT / path).exists())]
    assert len(paths) > 40
    assert missing == []


def test_the_glossary_has_each_term_once() -> None:
    terms = rules.glossary_terms((ROOT / "repository" / "GLOSSARY.md").read_text("utf-8"))
    assert len(terms) >= 40
    assert sorted(set(terms)) == sorted(terms)


def test_paths_and_terms_are_read_from_a_glossary() -> None:
    text = "# Words\n- **draft**, **open**: a `Draft` in work. `deposits/drafts.py`,\n  `files/`\n- **port**: `x`\n"
    assert rules.glossary_paths(text) == ["deposits/drafts.py", "files/"]
    assert rules.glossary_terms(text) == ["draft", "open", "port"]
