"""What the common licences permit, in a sentence for people; the licence itself is what counts.

Sources: the deeds at creativecommons.org; choosealicense.com; opendatacommons.org.
"""

from collections.abc import Mapping

_BY = ("Anyone may use, share and change it, also commercially, if they name the authors.",
       "任何人均可使用、分享和修改，包括商业用途，但须署名。")  # fmt: skip
_NC = ("Anyone may use, share and change it for purposes that are not commercial, if they name the authors.",
       "任何人均可出于非商业目的使用、分享和修改，但须署名。")  # fmt: skip
_ND = ("Anyone may use and share it unchanged, also commercially, if they name the authors.",
       "任何人均可使用并原样分享，包括商业用途，但须署名，且不得分享修改后的版本。")  # fmt: skip
_SA = ("Anyone may use, share and change it, also commercially, if they name the authors and share changes alike.",
       "任何人均可使用、分享和修改，包括商业用途，但须署名，并以相同方式共享。")  # fmt: skip
_NC_SA = ("Anyone may use, share and change it, not commercially, if they name the authors and share changes alike.",
          "任何人均可出于非商业目的使用、分享和修改，但须署名，并以相同方式共享。")  # fmt: skip
_NC_ND = ("Anyone may use and share it unchanged, not commercially, if they name the authors.",
          "任何人均可出于非商业目的使用并原样分享，但须署名，且不得分享修改后的版本。")  # fmt: skip
_ZERO = ("Anyone may do anything with it, without asking; citing it is good practice.",
         "任何人均可自由使用，无需征得许可；按学术惯例请予引用。")  # fmt: skip
_PERMISSIVE = ("Anyone may use, change and share it, also commercially, if the notice of copyright stays with it.",
               "任何人均可使用、修改和分享，包括商业用途，但须保留版权声明。")  # fmt: skip
_COPYLEFT = ("Anyone may use, change and share it; who shares changes does so under the same licence, with the source.",
             "任何人均可使用、修改和分享；分享修改后的版本时须采用相同许可，并提供源代码。")  # fmt: skip

_FAMILIES: Mapping[str, tuple[str, str]] = {
    "cc-by-nc-nd-": _NC_ND,
    "cc-by-nc-sa-": _NC_SA,
    "cc-by-nc-": _NC,
    "cc-by-nd-": _ND,
    "cc-by-sa-": _SA,
    "cc-by-": _BY,
    "odc-by-": _BY,
    "odbl-": _SA,
    "cc0-": _ZERO,
    "pddl-": _ZERO,
    "mit": _PERMISSIVE,
    "apache-2.0": _PERMISSIVE,
    "bsd-2-clause": _PERMISSIVE,
    "bsd-3-clause": _PERMISSIVE,
    "mulanpsl-2.0": _PERMISSIVE,
    "gpl-": _COPYLEFT,
    "agpl-": _COPYLEFT,
}
"""By SPDX id; a name with a hyphen at its end stands for all versions.  A longer name comes before a shorter one."""


def licence_words(licence_id: str, language: str) -> str:
    """Return what a licence permits, or nothing for one that is not common."""
    for name, words in _FAMILIES.items():
        if licence_id == name or (name.endswith("-") and licence_id.startswith(name)):
            return words[1 if language == "zh" else 0]
    return ""
