"""``repository communities``."""

import click

from repository.communities.define_community import define_community, rename_community
from repository.communities.queries import counted_communities
from repository.communities.rules import title_in
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.feature import with_services


@click.group()
def communities() -> None:
    """Communities that datasets can be put into."""


@communities.command("define")
@click.argument("slug")
@click.option("--title-en", "english", default="", help="The title in English.")
@click.option("--title-zh", "chinese", default="", help="The title in Chinese.")
@with_services
def define(services: Services, slug: str, english: str, chinese: str) -> None:
    """Define a community; its SLUG names it in addresses, sets and the file of registrars, for ever."""
    with services.database.transaction(SYSTEM) as unit:
        community = define_community(unit, slug, {"en": english, "zh": chinese})
    click.echo(f"{community.slug} is community {community.id}.")


@communities.command("rename")
@click.argument("slug")
@click.option("--title-en", "english", help="The title in English; an empty one is removed.")
@click.option("--title-zh", "chinese", help="The title in Chinese; an empty one is removed.")
@with_services
def rename(services: Services, slug: str, english: str | None, chinese: str | None) -> None:
    """Give a community new titles; languages that are not named keep theirs."""
    titles = {language: title for language, title in (("en", english), ("zh", chinese)) if title is not None}
    with services.database.transaction(SYSTEM) as unit:
        community = rename_community(unit, slug, titles)
    click.echo(f"{community.slug} is called {title_in(community.titles)}.")


@communities.command("list")
@with_services
def list_communities(services: Services) -> None:
    """List communities with id, slug, number of datasets and titles."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for community, count in counted_communities(snapshot):
            titles = "\t".join(f"{language}: {title}" for language, title in community.titles.items())
            click.echo(f"{community.id}\t{community.slug}\t{count}\t{titles}")
