"""The words of the lists in the form of a draft: people, works, dates, funding, descriptions."""

from repository.faces.pages.shell.languages import Wording

LIST_WORDING: Wording = {
    "sections": ("Parts of the form", "表单各部分"),
    "understood_as": ("Understood as: {text}", "识别为：{text}"),
    "recognised_as": ("Recognised as {scheme}", "已识别为 {scheme}"),
    "contributors_hint": (
        "Others who helped, with what they did. They are not named in the citation.",
        "其他参与者及其作用，不出现在引文中。",
    ),
    "label_metadata_contributors_role_id": ("Role", "角色"),
    "label_metadata_creators_affiliations_id": ("ROR id of the institution", "机构的 ROR 标识"),
    "one_more_affiliation": ("One more institution", "再添加一个机构"),
    "find_person": ("Look up the person", "查找此人"),
    "find_institution": ("Look up the institution", "查找机构"),
    "find_funder": ("Look up the funder", "查找资助机构"),
    "paste_field": ("Your list", "名单或列表"),
    "paste_button": ("Add these", "添加"),
    "paste_people": ("Paste a list of authors", "粘贴作者名单"),
    "paste_contributors": ("Paste a list of contributors", "粘贴贡献者名单"),
    "paste_people_hint": (
        "One person a line: name, ORCID iD, institutions, with commas or semicolons between. You can correct every "
        "line afterwards. E-mail addresses are left out.",
        "每行一人：姓名、ORCID 号、机构，以逗号或分号分隔。添加后可逐行修改，电子邮箱不会保留。",
    ),
    "paste_people_example": (
        "Li Wei, 0000-0002-1825-0097, Institute of Physics; Peking University",
        "李伟，0000-0002-1825-0097，中国科学院物理研究所；北京大学",
    ),
    "paste_role": ("Role of all of them", "以上人员的角色"),
    "paste_works": ("Paste a list of identifiers", "粘贴标识符列表"),
    "paste_works_hint": (
        "DOI, CSTR, arXiv, PMID or addresses, one a line. What is in the list already is not added again.",
        "DOI、CSTR、arXiv、PMID 或网址，每行一个。列表中已有的不会重复添加。",
    ),
    "paste_relation": ("This dataset … them", "本数据集与它们的关系"),
    "pasted_added": ("{count} added from your list. Look through them.", "已从列表中添加 {count} 项，请逐项核对。"),
    "pasted_twice": (
        "{count} were in the list already and were not added again.",
        "{count} 项已在列表中，未重复添加。",
    ),
    "context_hint": (
        "Open what your dataset has. All of it can stay empty.",
        "按需展开填写，均可留空。",
    ),
    "more_relations": ("Other relations", "其他关系"),
    "relation_issupplementto": ("supplements this paper", "是该论文的补充数据"),
    "relation_isdescribedby": ("is described in this work", "在该文献中有说明"),
    "relation_iscitedby": ("is cited by this work", "被该文献引用"),
    "relation_cites": ("cites this work", "引用了该文献"),
    "relation_isderivedfrom": ("was derived from this one", "由该数据处理得到"),
    "relation_ispartof": ("is part of this one", "是其中的一部分"),
    "relation_haspart": ("has this as a part", "包含该部分"),
    "relation_isnewversionof": ("is a newer version of this one", "是其更新版本"),
    "label_metadata_funding_funder_id": ("ROR id of the funder", "资助机构的 ROR 标识"),
    "label_metadata_dates": ("Date", "日期"),
    "label_metadata_dates_type_id": ("What happened then", "日期类型"),
    "label_metadata_dates_date": ("Date or period", "日期或时段"),
    "label_metadata_dates_description": ("Note on the date", "日期说明"),
    "hint_date_open": (
        "As 2019, 2019-05-31, 2019-05/2020, or 2019/.. without end.",
        "例如 2019、2019-05-31、2019-05/2020；未结束的写作 2019/..",
    ),
    "other_descriptions": ("Methods and other descriptions", "方法及其他说明"),
    "label_metadata_additional_descriptions": ("Description", "说明"),
    "label_metadata_additional_descriptions_type_id": ("What it describes", "说明类型"),
    "text_of_description": ("Text", "内容"),
    "find_title_people": ("Look up a person", "查找人员"),
    "find_title_institutions": ("Look up an institution", "查找机构"),
    "find_title_funders": ("Look up a funder", "查找资助机构"),
    "find_hint_people": (
        "A name in any script, or an ORCID iD.",
        "输入中文或外文姓名，或 ORCID 号。",
    ),
    "find_hint_institutions": (
        "A name in any language, or a ROR id.",
        "输入任意语言的机构名称，或 ROR 标识。",
    ),
    "find_hint_funders": (
        "A name in any language, or a ROR or Crossref Funder id.",
        "输入任意语言的机构名称，或 ROR、Crossref 资助机构标识。",
    ),
    "find_words": ("What to look for", "查找内容"),
    "find_button": ("Look up", "查找"),
    "find_take": ("Take this one", "选用"),
    "find_keep": ("Back, and keep what is typed", "返回，保留已填内容"),
    "find_none": (
        "Nothing was found. What you typed stays in the form as it is.",
        "未找到匹配项，已填写的内容保持不变。",
    ),
    "find_count": ("Found: {count}", "找到 {count} 项"),
    "find_away": (
        "The public register of ORCID does not answer now. People of this repository are searched all the same.",
        "ORCID 公共名录暂时无法访问，仅显示本平台的用户。",
    ),
    "back_to_form": ("Back to the form", "返回表单"),
}
