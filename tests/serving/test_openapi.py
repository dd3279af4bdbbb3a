"""The OpenAPI document against the application: requests made up from it are answered as it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema

from serving.app import rest
from tests.serving.conftest import Market

EXAMPLES = 20  # of each operation, of what it takes and of what it does not
DOCUMENT = rest(Path("nowhere"), "1.2.3").openapi()


@pytest.fixture(scope="module")
def described(served_market: Market) -> BaseSchema:
    return schemathesis.openapi.from_asgi("/v1/openapi.json", rest(served_market.warehouse.published, "1.2.3"))


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_every_answer_is_one_that_the_document_describes(
    path: str, mode: GenerationMode, described: BaseSchema
) -> None:
    operation = described[path]["GET"]
    if mode == GenerationMode.NEGATIVE and "parameters" not in DOCUMENT["paths"][path]["get"]:
        pytest.skip("it takes nothing, so nothing can be wrong")

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        case.call_and_validate()

    ask()


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_every_operation_says_what_it_does_and_its_problems(path: str) -> None:
    for operation in DOCUMENT["paths"][path].values():
        assert operation["summary"]
        assert "503" in operation["responses"]


def test_the_schemas_in_the_document_are_valid() -> None:
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"]["Problem"])
    for path in DOCUMENT["paths"].values():
        for answer in path["get"]["responses"].values():
            for content in answer.get("content", {}).values():
                Draft202012Validator.check_schema(content["schema"])
