"""The words of the start page and of searches, in English and Chinese."""

from repository.faces.pages.shell.languages import Wording

WORDING: Wording = {
    "newest": ("New datasets", "最新数据集"),
    "nothing_new": ("Nothing has been published yet.", "尚无已发布的数据集。"),
    "api_description": ("Description of the API (OpenAPI)", "API 说明（OpenAPI）"),
    "harvest": ("Harvesting (OAI-PMH)", "元数据收割（OAI-PMH）"),
    "sitemap": ("Site map", "站点地图"),
}
