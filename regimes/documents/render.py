"""Rendering: a template with the parameters, and the marked numbers of a page."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import jinja2

from regimes.labels import DEFINITIONS
from regimes.parameters import Parameters
from regimes.words.numbers import cardinal, counted, figure, period
from regimes.words.scenarios import conditions

# The value is the word before the mark: 05:30<!-- = final_at -->.
_MARK = re.compile(r"(?P<value>[^\s<>|*(]+)(?P<mark><!-- = (?P<expression>.+?) -->)")
_YAML_MARK = re.compile(r"^(?P<key>\s*\w+: )(?P<value>\S+)(?P<mark>\s+# = (?P<expression>.+))$", re.MULTILINE)


class DocumentError(ValueError):
    """A mark or a template names something that the parameters do not have."""


def rendered(template: str, parameters: Parameters) -> str:
    """The text of a template of this package. Raises DocumentError for an unknown value."""
    text = files("regimes.documents").joinpath(template).read_text(encoding="utf-8")
    try:
        return _environment().from_string(text).render(_values(parameters))
    except jinja2.TemplateError as error:
        raise DocumentError(f"{template}: {error}") from error


def with_marked_values(page: str, parameters: Parameters, name: str) -> str:
    """The page, Markdown or YAML by its name, with every marked number as in the parameters."""
    environment, values = _environment(), _values(parameters)

    def current(expression: str) -> str:
        try:
            value = environment.compile_expression(expression, undefined_to_none=False)(**values)
            if isinstance(value, jinja2.Undefined):
                raise DocumentError(f"{name}: the mark = {expression} names no parameter")
        except (jinja2.TemplateError, KeyError) as error:
            raise DocumentError(f"{name}: the mark = {expression}: {error}") from error
        return figure(value) if isinstance(value, float) else str(value)

    if name.endswith(".yml"):
        return _YAML_MARK.sub(lambda m: f"{m['key']}{current(m['expression'])}{m['mark']}", page)
    return _MARK.sub(lambda m: f"{current(m['expression'])}{m['mark']}", page)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(  # noqa: S701 - Markdown, made from this package's own values
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters.update(number=figure, words=cardinal, percent=lambda share: f"{figure(100.0 * share)} %")
    return environment


def _values(parameters: Parameters) -> dict[str, Any]:
    """Every section of the parameters by its name, and what templates and marks may call."""
    return {
        **dict(parameters),
        "final_at": f"{parameters.gate.final_at:%H:%M}",
        "ramp": parameters.ramp,
        "counted": counted,
        "period": period,
        "definitions": DEFINITIONS,
        "conditions": conditions(parameters.scenarios),
    }
