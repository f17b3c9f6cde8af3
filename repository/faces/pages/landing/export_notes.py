"""What each format of export is for, in a few words of English and Chinese."""

from collections.abc import Mapping

EXPORT_NOTES: Mapping[str, tuple[str, str]] = {
    "datacite-json": ("as registered with DataCite, for programs", "DataCite 登记元数据，供程序使用"),
    "datacite-xml": ("as registered with DataCite, as XML", "DataCite 登记元数据，XML 格式"),
    "schema-org": ("for search engines such as Google Dataset Search", "供搜索引擎（如 Google 数据集搜索）使用"),
    "dcat-turtle": ("for data catalogues, as RDF", "供数据目录使用，RDF 格式"),
    "dcat-jsonld": ("for data catalogues, as JSON", "供数据目录使用，JSON 格式"),
    "dcat-rdfxml": ("for data catalogues, as XML", "供数据目录使用，XML 格式"),
    "cstr": ("for the registry of CSTR", "供科技资源标识（CSTR）注册使用"),
    "iso19139": ("for catalogues of geographic data", "供地理信息目录使用"),
    "dublin-core": ("fifteen simple fields, which every library reads", "十五个基本字段，图书馆通用"),
    "csl": ("for citation programs such as Zotero", "供 Zotero 等引文软件使用"),
    "bibtex": ("for LaTeX", "供 LaTeX 使用"),
    "biblatex": ("for LaTeX with biblatex", "供 LaTeX（biblatex）使用"),
    "ris": ("for most reference managers", "供多数文献管理软件使用"),
    "endnote": ("for EndNote", "供 EndNote 使用"),
    "jats": ("for the references of a journal article", "供期刊论文参考文献使用"),
    "data-availability": ("a statement to paste into a paper", "可粘贴到论文中的数据可用性声明"),
    "ro-crate": ("describes the files beside them", "与文件一同保存的说明"),
    "croissant": ("for machine learning", "供机器学习使用"),
    "codemeta": ("for software", "供软件登记使用"),
    "geojson": ("the places, for maps", "地理范围，供地图使用"),
    "marcxml": ("for library systems", "供图书馆系统使用"),
    "csv": ("one line for a table", "表格中的一行"),
}


def export_note(name: str, language: str) -> str:
    """Return what a format is for, or nothing for one that nobody has described."""
    return EXPORT_NOTES.get(name, ("", ""))[1 if language == "zh" else 0]
