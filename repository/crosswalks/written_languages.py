"""Languages as reference files write them: codes of one, two and three letters, tags, names in several languages."""

import re

_NAMES = {
    "eng": "en english american british ukenglish usenglish 英语 英文",
    "zho": "zh chi cmn chinese mandarin 中文 汉语 漢語 简体中文 chinois schinese",
    "deu": "de ger german germanb ngerman deutsch 德语",
    "fra": "fr fre french francais français 法语",
    "spa": "es spanish español castilian 西班牙语",
    "rus": "ru russian русский 俄语",
    "jpn": "ja jp japanese 日本語 日语",
    "kor": "ko korean 한국어 韩语",
    "por": "pt portuguese português brazilian 葡萄牙语",
    "ita": "it italian italiano 意大利语",
    "ara": "ar arabic العربية 阿拉伯语",
    "mon": "mn mongolian 蒙古语",
    "bod": "bo tib tibetan 藏语",
    "uig": "ug uyghur uighur 维吾尔语",
    "kaz": "kk kazakh 哈萨克语",
    "uzb": "uz uzbek 乌兹别克语",
    "kir": "ky kyrgyz kirghiz 吉尔吉斯语",
    "tgk": "tg tajik 塔吉克语",
    "nld": "nl dut dutch nederlands 荷兰语",
    "pol": "pl polish 波兰语",
    "tur": "tr turkish 土耳其语",
    "vie": "vi vietnamese 越南语",
    "fas": "fa per persian farsi 波斯语",
    "hin": "hi hindi 印地语",
    "swe": "sv swedish 瑞典语",
    "fin": "fi finnish 芬兰语",
    "nor": "no norwegian 挪威语",
    "dan": "da danish 丹麦语",
    "ces": "cs cze czech 捷克语",
    "ukr": "uk ukrainian 乌克兰语",
    "tha": "th thai 泰语",
    "ind": "id indonesian 印尼语",
    "lat": "la latin 拉丁语",
    "ell": "el gre greek 希腊语",
    "heb": "he hebrew 希伯来语",
}
_CODES = {name: code for code, names in _NAMES.items() for name in (code, *names.split())}


def language_code(text: str) -> str:
    """Return the ISO 639-3 code of a language, empty for one that is not known; ``zh-CN`` is Chinese."""
    word = text.strip().lower()
    return _CODES.get(word) or _CODES.get(re.split(r"[-_]", word)[0], "")


def language_codes(text: str) -> list[str]:
    """Return the codes of several languages; one that is not known stays, so that its fault is told."""
    words = (word.strip() for word in re.split(r"[,;/，；、]| and ", text))
    return list(dict.fromkeys(language_code(word) or word for word in words if word))
