"""Fill an empty site with sample datasets: the demo's real ones and the generated ones."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from repository.cli.demo_datasets import DEFAULT_DATA, read_datasets
from repository.cli.sample_datasets import SampleDataset, generated_datasets
from repository.core.actor import GRANTABLE, SYSTEM, Actor, role_of
from repository.deposits.draft_bodies import read_draft_body
from repository.deposits.draft_files import (
    begin_files,
    commit_file,
    import_previous_files,
    importable_files,
    upload_content,
)
from repository.deposits.drafts import open_draft, patch_base, patch_draft
from repository.engines.services import Services
from repository.feature import Queue
from repository.files.name_clashes import named_files
from repository.files.rules import Declared
from repository.files.uploads import Announced
from repository.people.accounts import register_person
from repository.people.queries import person_by_email
from repository.publication.publish import publish
from repository.publication.revise import new_version
from repository.records.queries import has_versions
from workers.relay import relay
from workers.runner import run_next

EMAIL = "samples@example.org"


def fill_with_samples(services: Services, folder: Path = DEFAULT_DATA) -> int:
    """Publish the sample datasets, if the site has no version yet, and return how many.

    * The verbs of a deposit make them, as for any depositor, and the jobs that follow have run on return: they are
      registered at the site's registrars, indexed and counted.
    * A site with any version, even a withdrawn one, stays as it is: a second start adds nothing.
    * Without `folder`, which only a checkout has, the generated ones are published alone.
    """
    with services.database.snapshot(SYSTEM) as snapshot:
        if has_versions(snapshot):
            return 0
    samples = [*_real_datasets(folder), *generated_datasets()]
    actor = _depositor(services)
    for sample in samples:
        _deposit(services, actor, sample)
    _run_jobs(services)
    return len(samples)


def _real_datasets(folder: Path) -> Sequence[SampleDataset]:
    datasets = read_datasets(folder) if folder.is_dir() else ()
    return [
        SampleDataset(
            metadata=dataset.metadata,
            files={key: path.read_bytes() for key, path in dataset.files.items()},
            access=dataset.access,
        )
        for dataset in datasets
    ]


def _depositor(services: Services) -> Actor:
    """Return the owner of the samples; nobody can sign in as them, for they have no password."""
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, EMAIL) or register_person(unit, EMAIL, "Sample Depositor")
        return Actor(person.id, role_of(person.role), frozenset(GRANTABLE))


def _deposit(services: Services, actor: Actor, sample: SampleDataset) -> None:
    body = {"access": sample.access, "files": {"enabled": True}, "metadata": sample.metadata}
    read = read_draft_body(services.site, services.vocabularies, body)
    with services.database.transaction(actor) as unit:
        draft_id = open_draft(unit, services.site, read).draft.id
    _upload(services, actor, draft_id, sample.files)
    with services.database.transaction(actor) as unit:
        publish(unit, services.site, draft_id)
    if sample.additions:
        _deposit_second_version(services, actor, draft_id, sample)


def _deposit_second_version(services: Services, actor: Actor, record_id: int, sample: SampleDataset) -> None:
    changes = {"version": "2.0", "publication_date": sample.metadata["publication_date"]}
    with services.database.transaction(actor) as unit:
        draft_id = new_version(unit, services.site, record_id).draft.id
        base = patch_base(unit, draft_id)
        body = read_draft_body(services.site, services.vocabularies, base.patched({"metadata": changes}))
        patch_draft(unit, services.site, draft_id, base, body)
        import_previous_files(unit, draft_id, importable_files(unit, draft_id))
    _upload(services, actor, draft_id, sample.additions)
    with services.database.transaction(actor) as unit:
        publish(unit, services.site, draft_id)


def _upload(services: Services, actor: Actor, draft_id: int, files: Mapping[str, bytes]) -> None:
    declared = named_files([Declared(key, len(content)) for key, content in files.items()])
    with services.database.transaction(actor) as unit:
        begin_files(unit, services.site, draft_id, declared)
    for key, content in files.items():
        upload_content(services, actor, draft_id, key, BytesIO(content), Announced(len(content)))
    with services.database.transaction(actor) as unit:
        for key in files:
            commit_file(unit, draft_id, key)


def _run_jobs(services: Services) -> None:
    """Run what is due; a job that fails has a pause before its next try, so this ends."""
    while relay(services.database) or sum(run_next(services, queue) for queue in Queue):
        pass
