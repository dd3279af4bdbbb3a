"""`leverage record`: records the liquidation tape until it is stopped."""

from __future__ import annotations

import asyncio
import logging
import signal

from cli.errors import WrongUse
from ingest.landing import Landing
from record.clock import Clock
from record.recorder import Recorder, catalogued_streams
from warehouse.choosing import market_catalogue
from warehouse.settings import Settings


def record(settings: Settings, verbose: bool) -> None:
    """Record the venues' liquidation messages into landing. SIGINT and SIGTERM stop it in an orderly way."""
    market, warehouse = settings.parsed_market(), settings.resolved_warehouse()
    if market.simulated:
        raise WrongUse("the simulated market has no websocket; use --market live, or a relay that supports websockets")
    streams = catalogued_streams(market_catalogue(market, settings.catalogue, warehouse.chosen()))
    warehouse.claim(str(market))
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(message)s"
    )
    recorder = Recorder(warehouse.tape, Landing(warehouse.landing), streams, market, Clock())
    asyncio.run(_until_stopped(recorder))


async def _until_stopped(recorder: Recorder) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, recorder.stop)
    await recorder.run()
