"""What the environment's settings refuse."""

from __future__ import annotations

import pytest

from ingest.errors import IngestError
from ingest.feeds import FEEDS
from warehouse.settings import SIMULATED_KEY, Settings


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


def test_the_keys_are_those_that_feeds_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {feed.key_variable: f"{feed.name}-secret" for feed in FEEDS if feed.key_variable}
    assert wanted
    for name, key in {**wanted, "NOBODYS_API_KEY": "none"}.items():
        monkeypatch.setenv(name, key)
    assert Settings(market="live").keys() == wanted
    assert set(Settings(market="sample").keys().values()) == {SIMULATED_KEY}, "a real key never meets the simulation"
    monkeypatch.setenv(next(iter(wanted)), "")
    held = Settings(market="live").keys()
    assert next(iter(wanted)) not in held, "set but empty is not set"
