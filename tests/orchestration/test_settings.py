"""What the environment's settings refuse."""

from __future__ import annotations

import pytest

from ingest.errors import IngestError
from orchestration.settings import Settings


def test_a_key_is_not_sent_to_another_machine_in_clear_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINALYZE_API_KEY", "secret-3f1c")
    with pytest.raises(
        IngestError, match=r"COINALYZE_API_KEY would go to http://relay\.example in clear text"
    ) as raised:
        Settings(market="http://relay.example").keys()
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("market", ["live", "https://relay.example", "http://127.0.0.1:9080", "http://[::1]:9080"])
def test_a_key_goes_to_venues_and_to_relays_that_nobody_listens_in_on(market: str, monkeypatch) -> None:
    monkeypatch.setenv("COINALYZE_API_KEY", "secret-3f1c")
    assert Settings(market=market).keys() == {"COINALYZE_API_KEY": "secret-3f1c"}
