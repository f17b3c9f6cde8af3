"""How code is shaped, and snippets that each rule must refuse or let pass."""

import statistics

import pytest

from tests.architecture import shape_rules as rules
from tests.architecture.house import EVERYTHING, SOURCE, Module, Rule, expect_kept, modules

pytestmark = pytest.mark.slow


def test_replies_are_serialised_after_the_transaction() -> None:
    expect_kept(rules.replying_in_a_transaction, "repository")


def test_no_module_is_longer_than_350_lines() -> None:
    expect_kept(rules.long_module, *EVERYTHING)


def test_no_function_is_longer_than_50_lines() -> None:
    expect_kept(rules.long_function, *EVERYTHING)


def test_nine_functions_of_ten_have_at_most_25_lines() -> None:
    lengths = sorted(rules.length(each) for module in modules(*SOURCE) for each in module.functions)
    assert lengths[len(lengths) * 9 // 10] <= 25


def test_half_of_the_functions_have_at_most_10_lines() -> None:
    lengths = [rules.length(each) for module in modules(*SOURCE) for each in module.functions]
    assert statistics.median(lengths) <= 10


def test_nothing_has_a_name_that_says_nothing() -> None:
    expect_kept(rules.empty_name, *EVERYTHING)


def test_public_modules_and_longer_public_definitions_have_docstrings() -> None:
    expect_kept(rules.missing_docstring, *SOURCE)


def test_only_commands_print() -> None:
    expect_kept(rules.printing, *SOURCE)


def test_nothing_sleeps() -> None:
    expect_kept(rules.pausing, "repository", "workers", "tests")


def test_transactions_are_committed_in_one_file() -> None:
    expect_kept(rules.committing, *SOURCE)


def test_changes_of_versions_are_dated_in_one_file() -> None:
    expect_kept(rules.dating, *SOURCE)


def test_no_error_is_swallowed() -> None:
    expect_kept(rules.swallowing, *EVERYTHING)


def test_a_composed_statement_stands_beside_its_function() -> None:
    expect_kept(rules.statement_apart, *SOURCE)


def test_every_test_asserts_something() -> None:
    expect_kept(rules.asserting_nothing, "tests")


LONG = "def f():\n" + "    a = 1\n" * 50
TALL = '"""Doc."""\n' + "a = 1\n" * 350
UNTOLD = '"""Doc."""\n\ndef f():\n' + "    a = 1\n" * 8
TRY = "try:\n    f()\n"

REFUSED: list[tuple[Rule, str]] = [
    (rules.long_module, TALL),
    (rules.long_function, LONG),
    (rules.empty_name, "class UploadManager: ..."),
    (rules.empty_name, "def error_handler(): ..."),
    (rules.empty_name, "async def miscStuff(): ..."),
    (rules.missing_docstring, "a = 1\n"),
    (rules.missing_docstring, UNTOLD),
    (rules.missing_docstring, UNTOLD.replace("def f()", "class F")),
    (rules.missing_docstring, UNTOLD.replace("def f", "async def f")),
    (rules.missing_docstring, UNTOLD.replace("def f", "@route('GET', '/draft')\ndef f")),
    (rules.printing, "print('here')"),
    (rules.pausing, "import time\ntime.sleep(1)"),
    (rules.pausing, "from time import sleep"),
    (rules.committing, "work.session.commit()"),
    (rules.committing, "close = connection.commit"),
    (rules.replying_in_a_transaction, "with call.transaction() as unit:\n    return json_reply(f(unit))"),
    (rules.replying_in_a_transaction, "with database.transaction(actor) as unit:\n    a = draft_json(unit)"),
    (rules.dating, "version.updated = work.now"),
    (rules.dating, "view.version.updated = work.now"),
    (rules.dating, "a.datestamp = b"),
    (rules.swallowing, TRY + "except:\n    g()"),
    (rules.swallowing, TRY + "except Exception:\n    pass"),
    (rules.swallowing, TRY + "except BaseException as error:\n    ..."),
    (rules.swallowing, "with suppress(Exception):\n    f()"),
    (rules.statement_apart, "_ONE = select(A)\n\ndef f(): ...\n\ndef g():\n    return _ONE"),
    (rules.statement_apart, "_ONE = A.where(A.id == bindparam('id'))\n\nclass F: ...\n\ndef g():\n    return _ONE"),
    (rules.asserting_nothing, "def test_it():\n    f()"),
    (rules.asserting_nothing, "class TestIt:\n    def test_it(self):\n        self.f()"),
]

LET_PASS: list[tuple[Rule, str]] = [
    (rules.long_module, TALL.replace("a = 1\n", "", 1)),
    (rules.long_function, LONG.replace("    a = 1\n", "", 1)),
    (rules.empty_name, "class Mischief: ...\ndef handle(): ...\nhandler = 1"),
    (rules.missing_docstring, ""),
    (rules.missing_docstring, UNTOLD.replace("    a = 1\n", "", 1)),
    (rules.missing_docstring, UNTOLD.replace("def f", "def _f")),
    (rules.missing_docstring, UNTOLD.replace("def f()", "class F(Protocol)")),
    (rules.missing_docstring, UNTOLD.replace("def f", "@route('GET', 'Read a draft')\ndef f")),
    (rules.printing, "pprint(a)"),
    (rules.pausing, "import time\ntime.monotonic()"),
    (rules.committing, "committed = commit(work)"),
    (rules.replying_in_a_transaction, "with call.transaction() as unit:\n    a = f(unit)\njson_reply(a)"),
    (rules.replying_in_a_transaction, "with call.snapshot() as snapshot:\n    a = draft_json(snapshot)"),
    (rules.dating, "draft.updated = version.updated"),
    (rules.swallowing, TRY + "except ValueError:\n    pass"),
    (rules.swallowing, TRY + "except Exception as error:\n    raise Wrapped() from error"),
    (rules.statement_apart, "_ONE = select(A)\n_TWO = _ONE.where(B)\n\ndef f():\n    return _ONE, _TWO"),
    (rules.statement_apart, "_SIZE = 5\n\ndef f(): ...\n\ndef g():\n    return _SIZE"),
    (rules.asserting_nothing, "def test_it():\n    assert f()"),
    (rules.asserting_nothing, "def test_it():\n    with pytest.raises(E):\n        f()"),
    (rules.asserting_nothing, "def test_it():\n    self.expect_nothing_kept(a)"),
    (rules.asserting_nothing, "def texture():\n    f()"),
]


@pytest.mark.parametrize(("rule", "text"), REFUSED)
def test_each_rule_refuses_what_breaks_it(rule: Rule, text: str) -> None:
    assert len(list(rule(Module("repository/files/a.py", text)))) == 1


@pytest.mark.parametrize(("rule", "text"), LET_PASS)
def test_each_rule_lets_pass_what_keeps_it(rule: Rule, text: str) -> None:
    assert list(rule(Module("repository/files/a.py", text))) == []


def test_a_module_s_own_name_counts() -> None:
    assert list(rules.empty_name(Module("repository/files/upload_utils.py", ""))) != []


def test_a_command_may_print_and_the_unit_of_work_may_commit() -> None:
    assert list(rules.printing(Module("repository/cli/serve.py", "print(1)"))) == []
    assert list(rules.committing(Module("repository/core/unit_of_work.py", "a.commit()"))) == []
