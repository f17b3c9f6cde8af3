"""``repository policy``."""

import click

from repository.access.policy_matrix import matrix


@click.command()
def policy() -> None:
    """Print who may do what, as a page in Markdown."""
    click.echo(matrix(), nl=False)
