"""Every room of the pages, as the application mounts them."""

from flask import Blueprint

from repository.faces.pages.about import views as about
from repository.faces.pages.accounts import sign_up_views as sign_up
from repository.faces.pages.accounts import views as accounts
from repository.faces.pages.admin import audit_views, identifier_views, job_views, people_views
from repository.faces.pages.admin import views as admin
from repository.faces.pages.deposit import chosen_views as chosen_datasets
from repository.faces.pages.deposit import file_acts
from repository.faces.pages.deposit import file_views as deposit_files
from repository.faces.pages.deposit import find_views as deposit_find
from repository.faces.pages.deposit import start_views as deposit_start
from repository.faces.pages.deposit import views as deposit
from repository.faces.pages.landing import version_views as versions
from repository.faces.pages.landing import views as landing
from repository.faces.pages.requests import guest_views as guest_requests
from repository.faces.pages.requests import offer_views as offers
from repository.faces.pages.requests import request_settings_form as request_settings
from repository.faces.pages.requests import views as requests
from repository.faces.pages.search import saved_views as saved_searches
from repository.faces.pages.search import views as search
from repository.faces.pages.settings import access_views, data_views, notice_views, security_views
from repository.faces.pages.settings import views as settings
from repository.faces.pages.sharing import grant_views as grants
from repository.faces.pages.sharing import views as sharing
from repository.faces.pages.shell import views as shell

BLUEPRINTS: tuple[Blueprint, ...] = (
    shell.pages,
    search.pages,
    saved_searches.pages,
    landing.pages,
    versions.pages,
    about.pages,
    deposit_find.pages,
    deposit_start.pages,
    deposit.pages,
    deposit_files.pages,
    chosen_datasets.pages,
    file_acts.pages,
    sharing.pages,
    grants.pages,
    guest_requests.pages,
    requests.pages,
    offers.pages,
    request_settings.pages,
    accounts.pages,
    sign_up.pages,
    settings.pages,
    security_views.pages,
    access_views.pages,
    data_views.pages,
    notice_views.pages,
    admin.pages,
    job_views.pages,
    identifier_views.pages,
    people_views.pages,
    audit_views.pages,
)
