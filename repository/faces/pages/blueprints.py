"""Every room of the pages, as the application mounts them."""

from flask import Blueprint

from repository.faces.pages.about import views as about
from repository.faces.pages.landing import views as landing
from repository.faces.pages.search import views as search
from repository.faces.pages.shell import views as shell

BLUEPRINTS: tuple[Blueprint, ...] = (shell.pages, search.pages, landing.pages, about.pages)
