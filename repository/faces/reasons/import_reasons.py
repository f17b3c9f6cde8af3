"""Reasons that concern drafts that begin with what exists elsewhere, English to Chinese."""

from collections.abc import Mapping

IMPORT_REASONS: Mapping[str, str] = {
    "A description may have at most {most} bytes.": "元数据文件不得超过 {most} 字节。",
    "Not taken over: {value}": "未导入：{value}",
    "This is neither a DOI nor a CSTR.": "这既不是 DOI，也不是 CSTR。",
    "The draft began with nothing from elsewhere.": "该草稿并非由外部元数据创建。",
    "The registrar did not answer.": "注册机构没有答复。",
    "The draft is being changed all the time.": "草稿一直在被修改。",
    "This site asks no registrar for such identifiers.": "本站未设置向注册机构查询此类标识符。",
    "The registrar sends more than we read.": "注册机构返回的内容过大。",
    "The registrar answers too slowly.": "注册机构答复过慢。",
    "Paste a description, or choose a file.": "请粘贴元数据文本或选择文件。",
    "{name} is no citation file: it has no cff-version or no title.": (
        "这不是 CITATION.cff：缺少 cff-version 或 title（{name}）。"
    ),
    "{name} is no RO-Crate: it has no descriptor that is about a root data entity.": (
        "这不是 RO-Crate：没有指向根数据实体的描述符（{name}）。"
    ),
    "{name} is no description in schema.org: it has no name.": "这不是 schema.org 元数据：缺少 name（{name}）。",
    "{name} is no BibTeX: it has no entry.": "这不是 BibTeX：没有任何条目（{name}）。",
    "{name} is no RIS: it has no reference.": "这不是 RIS：没有任何文献（{name}）。",
    "{name} is no DataCite JSON: it has neither titles nor creators.": (
        "这不是 DataCite JSON：既无标题也无创建者（{name}）。"
    ),
    "{name} is no DataCite XML: its first element is no resource of kernel-4.": (
        "这不是 DataCite XML：根元素不是 kernel-4 的 resource（{name}）。"
    ),
    "{name} is no CSL-JSON: it has neither title nor author.": "这不是 CSL-JSON：既无标题也无作者（{name}）。",
    "{name} is no record of a CSTR: it has neither titles nor creators.": (
        "这不是 CSTR 元数据：既无标题也无创建者（{name}）。"
    ),
    "{name} is no XML that can be read: {words}": "无法读取该 XML（{name}）：{words}",
    "{name} has a document type, which no record of DataCite has.": (
        "该 XML 含有文档类型声明（DOCTYPE），DataCite 元数据不允许（{name}）。"
    ),
    "{name} has more than {most} characters.": "文本超过 {most} 个字符（{name}）。",
    "{name} is no YAML that can be read: {words}": "无法读取该 YAML（{name}）：{words}",
    "{name} is no YAML that can be read.": "无法读取该 YAML（{name}）。",
    "{name} has too many values, or too deep ones.": "内容过多或层级过深（{name}）。",
    "{name} has a key that is no text.": "有的键不是文本（{name}）。",
    "The BibTeX has too many LaTeX commands.": "BibTeX 中的 LaTeX 命令过多。",
    "The BibTeX has a value that is too long.": "BibTeX 中有过长的值。",
    "The BibTeX has braces that are too deep.": "BibTeX 中的花括号嵌套过深。",
    "The RIS has more than {most} lines.": "RIS 超过 {most} 行。",
    "This is none of the forms that are read: BibTeX, RIS, CITATION.cff, RO-Crate, DataCite.": (
        "无法识别格式。支持 BibTeX、RIS、CITATION.cff、RO-Crate 和 DataCite。"
    ),
    "This JSON is none of the forms that are read: RO-Crate, DataCite, CSL.": (
        "无法识别该 JSON。支持 RO-Crate、DataCite 和 CSL。"
    ),
    "There is nothing to read.": "没有可读取的内容。",
    "The text is no JSON that can be read.": "无法读取该 JSON。",
    "The JSON is too deep.": "JSON 层级过深。",
    "This is no text.": "这不是文本文件。",
    "The letters of this file cannot be read: save it as UTF-8.": "无法识别文件编码，请另存为 UTF-8。",
    "the key {key} stands twice": "键 {key} 重复出现",
}
