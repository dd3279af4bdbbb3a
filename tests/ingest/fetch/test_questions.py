"""The rows inside an answer, and an answer of another shape, which is refused with what came."""

import pytest

from ingest.errors import RequestRefused
from ingest.fetch.interface import rows_at

URL = "https://venue.example/v1/rows"


def test_rows_are_found_under_their_name():
    assert rows_at("data", {"data": [{"t": 1}], "code": "0"}, URL, dict) == [{"t": 1}]
    assert rows_at("data", {"data": []}, URL, dict) == []


@pytest.mark.parametrize("body", [None, [], {}, {"rows": [{}]}, {"data": None}, {"data": {}}, {"data": [[1]]}])
def test_an_answer_without_rows_under_that_name_is_refused_with_what_came(body):
    with pytest.raises(RequestRefused, match=r"expected data, got .* \(venue.example/v1/rows\)"):
        rows_at("data", body, URL, dict)
