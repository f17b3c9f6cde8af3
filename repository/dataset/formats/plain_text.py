"""Script, language and plain form of texts."""

import re
from collections.abc import Sequence
from html import unescape

from repository.dataset.formats.raised_letters import with_raised_letters
from repository.dataset.formats.scripts import LATIN, script_of, writes

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3005\u3007"
_KANA = r"\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HANGUL = r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
_SCRIPTS = (
    (re.compile(f"[{_KANA}]"), "ja"),
    (re.compile(f"[{_HANGUL}]"), "ko"),
    (re.compile(f"[{_HAN}]"), "zh"),
)
_CJK = re.compile(f"[{_HAN}{_KANA}{_HANGUL}]")
_EAST_ASIAN = frozenset({"zh", "ja", "ko", "yue", "wuu", "cmn"})

# ISO 639-3 code followed by its ISO 639-1 code
_TWO_LETTERS = """
aaraa abkab afraf akaak amham araar argan asmas avaav aveae aymay azeaz bakba bambm belbe benbn
bisbi bodbo bosbs brebr bulbg catca cescs chach chece chucu chvcv corkw cosco crecr cymcy danda
deude divdv dzodz ellel engen epoeo estet euseu eweee faofo fasfa fijfj finfi frafr fryfy fulff
glagd glega glggl glvgv grngn gujgu hatht hauha hbssh hebhe herhz hinhi hmoho hrvhr hunhu hyehy
iboig idoio iiiii ikuiu ileie inaia indid ipkik islis itait javjv jpnja kalkl kankn kasks katka
kaukr kazkk khmkm kikki kinrw kirky komkv konkg korko kuakj kurku laolo latla lavlv limli linln
litlt ltzlb lublu luglg mahmh malml marmr mkdmk mlgmg mltmt monmn mrimi msams myamy nauna navnv
nblnr ndend ndong nepne nldnl nnonn nobnb norno nyany ocioc ojioj orior ormom ossos panpa plipi
polpl porpt pusps quequ rohrm ronro runrn rusru sagsg sansa sinsi slksk slvsl smese smosm snasn
sndsd somso sotst spaes sqisq srdsc srpsr sswss sunsu swasw swesv tahty tamta tattt telte tgktg
tgltl thath tirti tonto tsntn tsots tuktk turtr twitw uigug ukruk urdur uzbuz venve vievi volvo
wlnwa wolwo xhoxh yidyi yoryo zhaza zhozh zulzu
"""
_SHORT = {pair[:3]: pair[3:] for pair in _TWO_LETTERS.split()}
_LONG = {short: code for code, short in _SHORT.items()}
_NO_LANGUAGE = frozenset({"und", "zxx", "mul", "mis"})

_BLOCKS = (
    "address article aside blockquote br caption dd dl dt div figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre"
    " section table tr ul"
)
_BREAKS = {**dict.fromkeys(_BLOCKS.split(), "\n"), "td": " ", "th": " "}
# An unclosed tag ends its match at the next < outside quotes, or at the next of its kind: linear in the text.
_TAG = re.compile(r"""</?([a-z][a-z0-9]*)(?:[^<>"']|"[^"]*"|'[^']*')*>|<[!?][^<>]*>""", re.IGNORECASE)
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile(r"<(script|style|template)\b(?:(?!<\1\b).)*?</\1\s*>", re.IGNORECASE)


def has_cjk(text: str) -> bool:
    """Return whether `text` has Chinese, Japanese or Korean characters."""
    return not text.isascii() and _CJK.search(text) is not None


def language_tag(code: str | None) -> str | None:
    """Return the tag of BCP 47 for an ISO 639-3 code, None when the code names no language."""
    if not code or code in _NO_LANGUAGE:
        return None
    return _SHORT.get(code, code)


def three_letters(tag: str) -> str:
    """Return the ISO 639-3 code for one of ISO 639-1; every other one as it is."""
    return _LONG.get(tag, tag)


def language_of(text: str, declared: Sequence[str] = ()) -> str | None:
    """Return the language tag of `text`, from its script and the `declared` ISO 639-3 codes.

    A Latin title of a dataset declared Chinese is not Chinese: a declared language only counts when it is written in
    the script of the text, and when no other declared one is. Return None when nothing is known.
    """
    if has_cjk(text):
        script = next(tag for pattern, tag in _SCRIPTS if pattern.search(text))
        east_asian = [tag for tag in map(language_tag, declared) if tag in _EAST_ASIAN]
        return script if script != "zh" or not east_asian else east_asian[0]
    script = script_of(text)
    tags = {tag for code in declared if writes(code, script) and (tag := language_tag(code))}
    return tags.pop() if len(tags) == 1 else None


def language_by_script(text: str, declared: Sequence[str] = ()) -> str | None:
    """Return the language tag of a name or of an added text, None for Latin letters, which tell nothing.

    The languages of the data say little of a translated title that nobody tagged, and nothing of a name.
    """
    return language_of(text, declared) if has_cjk(text) or script_of(text) != LATIN else None


def one_line(text: str) -> str:
    """Return `text` with every run of white space as one blank."""
    return " ".join(text.split())


def printable(text: str) -> str:
    """Return `text` on one line, without characters that no format can hold or that reverse the text after them.

    Those are control characters, lone surrogates, and embeddings, overrides and isolates of direction; the marks of
    right-to-left writing stay.
    """
    return one_line(_UNWRITABLE.sub("", one_line(text)))


def plain(html: str) -> str:
    """Return the text of sanitised `html`: entities resolved, each block on its own line, cells apart, 10⁶ raised.

    Text without tags keeps its lines.
    """
    if "<" not in html:
        return unescape(html).strip()
    text = _TAG.sub(_break, with_raised_letters(_UNSEEN.sub("", html.replace("\n", " "))))
    lines = (one_line(unescape(line)) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _break(tag: re.Match[str]) -> str:
    return _BREAKS.get((tag[1] or "").lower(), "")
