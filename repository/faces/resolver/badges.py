"""Badges: small pictures of an identifier, for readme files and home pages, as Zenodo serves them."""

from repository.dataset.formats.xml_writer import attribute, text

_FONT = 'font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" fill="#fff"'
_CHARACTER, _MARGIN = 7, 6


def badge_svg(scheme: str, identifier: str) -> str:
    """Return the SVG picture; its name for screen readers is scheme and identifier."""
    left, right = _width(scheme), _width(identifier)
    label = attribute("aria-label", f"{scheme}: {identifier}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img"{label}>'
        f"<title>{text(scheme)}: {text(identifier)}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="#444"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right - 3}z" fill="#0b63a5"/>'
        f"<g {_FONT}>{_word(scheme, 0)}{_word(identifier, left)}</g></svg>"
    )


def _width(word: str) -> int:
    return _CHARACTER * len(word) + 2 * _MARGIN


def _word(word: str, left: int) -> str:
    length = _CHARACTER * len(word)
    return (
        f'<text x="{left + _MARGIN}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">{text(word)}</text>'
    )
