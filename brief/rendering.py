"""Templates and what goes into pages as it is: styles, scripts with their hash, and readable colours."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files

import jinja2
from markupsafe import Markup


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The templates; every value put into them is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("brief"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=32)
def asset_text(name: str) -> Markup:
    """A script or a style of brief/assets. Raises ValueError for one that would end its element."""
    text = files("brief").joinpath("assets").joinpath(name).read_text(encoding="utf-8")
    if "</script" in text or "</style" in text:
        raise ValueError(f"brief/assets/{name} holds a closing tag, so it cannot be part of a page")
    return Markup(text)  # noqa: S704 - a file of this package


def script_hash(script: str) -> str:
    """The hash by which the content security policy of a page allows this script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def readable_on(colour: str) -> str:
    """Black or white, whichever has more contrast with the colour (#rrggbb), by WCAG's relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # Equal contrast against black and white: (L + 0.05)^2 = 1.05 x 0.05.
    return "#000000" if luminance > (1.05 * 0.05) ** 0.5 - 0.05 else "#ffffff"
