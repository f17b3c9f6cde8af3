"""A feature says in one place what it contributes, and everything is put together from that."""

from collections import Counter
from dataclasses import dataclass, replace
from types import ModuleType

import pytest
from click.testing import CliRunner

from migrations.models import METADATA, MODULES
from repository.cli import commands
from repository.core.database.engine import Base
from repository.core.facts import Fact, FactPhrase
from repository.engines.services import Services
from repository.feature import Feature, JobKind, JobRun, Queue, after, for_subjects
from repository.features import FACTS, FEATURES, JOBS, REACTIONS, jobs_of, reactions_of
from repository.webhooks.hook_kinds import KEPT, SUBJECTS
from workers.sweeps.sweep_table import SWEEPS


@dataclass(frozen=True, slots=True)
class StationClosed(Fact):
    """A station of a network of instruments was closed."""

    station_id: int
    neighbours: tuple[int, ...] = ()

    words = FactPhrase("closed the station", "关闭台站")


def with_neighbours(fact: StationClosed) -> list[int]:
    return [fact.station_id, *fact.neighbours]


def test_no_two_features_contribute_the_same_name() -> None:
    names = Counter(
        [
            *(feature.name for feature in FEATURES),
            *(fact.__name__ for feature in FEATURES for fact in feature.facts),
            *(name for feature in FEATURES for name in feature.jobs),
        ]
    )

    assert [name for name, count in names.items() if count > 1] == []
    assert len({sweep.name for sweep in SWEEPS}) == len(SWEEPS)


def test_every_reaction_is_a_job_that_exists_and_every_job_has_a_reason() -> None:
    started = {reaction.job for reactions in REACTIONS.values() for reaction in reactions}

    assert started == set(JOBS)


def test_every_reaction_starts_a_job_of_the_feature_that_reacts() -> None:
    foreign = [(f.name, reaction.job) for f in FEATURES for reaction in f.reactions if reaction.job not in f.jobs]

    assert foreign == []


def test_a_new_feature_adds_facts_jobs_and_an_end_to_a_job_of_another() -> None:
    runs: list[tuple[str, list[int]]] = []
    networks = Feature(
        "networks",
        facts=(StationClosed,),
        reactions=tuple(after(StationClosed, start="redraw_map", subjects=with_neighbours)),
        jobs={"redraw_map": JobKind(for_subjects(lambda _, ids: runs.append(("map", list(ids)))), Queue.SOON)},
    )
    alarms = Feature("alarms", at_end_of={"redraw_map": for_subjects(lambda _, ids: runs.append(("alarm", list(ids))))})
    features = [*FEATURES, alarms, networks]

    jobs, reactions = jobs_of(features), reactions_of(features)
    (reaction,) = reactions["StationClosed"]
    subjects = reaction.subjects(StationClosed(4, (5, 6)))
    jobs[reaction.job].run(None, JobRun(subjects))  # type: ignore[arg-type]

    assert runs == [("map", [4, 5, 6]), ("alarm", [4, 5, 6])]
    assert jobs[reaction.job].queue == Queue.SOON
    assert {kind: reactions[kind] for kind in REACTIONS} == dict(REACTIONS)


def test_an_end_that_fails_fails_the_job(services: Services) -> None:
    def fail(_services: Services, _run: JobRun) -> None:
        raise RuntimeError("The siren is broken.")

    job = replace(JOBS["index_drafts"]).followed_by(fail)

    with pytest.raises(RuntimeError, match="siren"):
        job.run(services, JobRun([]))


def test_the_tables_of_every_feature_are_gathered_for_migrations() -> None:
    modules = {module for feature in FEATURES for module in feature.tables}

    assert modules <= set(MODULES)
    assert set(METADATA.tables) == {table for module in MODULES for table in tables_in(module)}


def tables_in(module: ModuleType) -> set[str]:
    classes = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Base)]
    return {each.__tablename__ for each in classes if each is not Base and each.__module__ == module.__name__}


def test_the_commands_of_every_feature_are_on_the_command_line() -> None:
    added = {command.name for feature in FEATURES for command in feature.commands}

    assert {"user", "token", "index", "identifiers"} <= added
    assert added <= set(commands.commands)


def test_the_table_of_facts_and_jobs_can_be_printed() -> None:
    printed = CliRunner().invoke(commands, ["reactions"], catch_exceptions=False).stdout
    lines = dict(line.split(maxsplit=1) for line in printed.splitlines())

    assert set(lines) == set(FACTS)
    first = "notify_VersionPublished, index_records, index_files, index_drafts"
    assert lines["VersionPublished"] == f"{first}, register, verify_files"
    assert lines["CommunityAssigned"] == "index_records"
    assert lines["TokenIssued"] == "-"


def test_each_fact_is_told_to_webhooks_or_kept_for_a_reason() -> None:
    assert SUBJECTS.keys() | KEPT.keys() == FACTS.keys()
    assert not SUBJECTS.keys() & KEPT.keys()
