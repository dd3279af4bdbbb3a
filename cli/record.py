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
from warehouse.errors import WarehouseError
from warehouse.location import Warehouse
from warehouse.settings import Settings
from warehouse.storage.sync import put_recorded

log = logging.getLogger("record")
PUT_EVERY = 600.0  # seconds; segments land every hour, and more often when there are many liquidations


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
    asyncio.run(_until_stopped(recorder, warehouse))


async def _until_stopped(recorder: Recorder, warehouse: Warehouse) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, recorder.stop)
    putting = asyncio.create_task(_put_every(warehouse, PUT_EVERY)) if warehouse.address else None
    try:
        await recorder.run()
    finally:
        if putting:
            putting.cancel()
            await asyncio.to_thread(_put, warehouse)


async def _put_every(warehouse: Warehouse, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await asyncio.to_thread(_put, warehouse)


def _put(warehouse: Warehouse) -> None:
    """Put landed segments to object storage. The recorder goes on when that fails, and the next attempt puts them."""
    try:
        put_recorded(warehouse)
    except WarehouseError as error:
        log.warning("%s; segments stay in %s until then", error, warehouse.landing)
