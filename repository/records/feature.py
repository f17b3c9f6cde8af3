"""What records contribute: the tables of versions and their concepts, and the count of what everybody can find."""

from datetime import timedelta

from repository.feature import Feature, Sweep
from repository.records import model, site_figures
from repository.records.site_figures import count_site

FEATURE = Feature(
    "records",
    tables=(model, site_figures),
    sweeps=(Sweep("site figures", timedelta(hours=1), count_site),),
)
