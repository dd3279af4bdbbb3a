"""The resource of all assets: a warehouse, its market and the time of the run, held under the pipeline lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
from pydantic import Field, PrivateAttr

from ingest.catalogue import Catalogue, load_catalogue
from ingest.contract_lists import current_lists
from ingest.feed import NoProgress, Progress
from ingest.landing import Landing
from ingest.market import Market
from ingest.sample import SIMULATED, simulated_part
from ingest.selection import Selection
from ingest.venues.binance import ranking
from ingest.windows import Window
from orchestration.asset_defaults import FIRST_PARTITION
from orchestration.recovery import free_dead_runs, tag_with_process
from orchestration.session import open_session
from warehouse.choosing import RANKED_AT, Lists, chosen_assets, market_catalogue, ranked_assets
from warehouse.damage import noted
from warehouse.errors import WarehouseError
from warehouse.location import Calendar, Warehouse
from warehouse.lock import pipeline_lock
from warehouse.publishing.release import mend
from warehouse.refresh import Refresher
from warehouse.run_context import RunContext, run_time
from warehouse.settings import DUCKDB, Settings, warehouse_at
from warehouse.storage.sync import claim_store, take_over


class Pipeline(dg.ConfigurableResource):
    """The warehouse of a run. One run holds it at a time; another waits `lock_wait` seconds and then fails.

    `engine` is where the models are built, one of `warehouse.settings.ENGINES`.
    The feeds in `refetch` are fetched again from the day `refetch_from` to the day `refetch_to`, both included. The
    defaults are the first possible day and the present.
    """

    market: str
    warehouse: str
    catalogue: str | None = None
    engine: str = DUCKDB
    now: str | None = None
    refetch: list[str] = Field(default=[])
    refetch_from: str | None = None
    refetch_to: str | None = None
    lock_wait: float = 900.0

    _refresher: Refresher | None = PrivateAttr(default=None)
    _progress: Progress = PrivateAttr(default_factory=NoProgress)
    _calendar: Calendar | None = PrivateAttr(default=None)
    _run_time: datetime | None = PrivateAttr(default=None)
    _threads: list[Thread] = PrivateAttr(default_factory=list)

    @classmethod
    def from_settings(cls, settings: Settings, **run: Any) -> Pipeline:  # noqa: ANN401 - the fields of this class
        """A pipeline with market, warehouse, catalogue and engine of the settings; `run` has the other fields."""
        catalogue = str(settings.catalogue) if settings.catalogue else None
        warehouse = settings.resolved_warehouse().location
        return cls(
            market=settings.market, warehouse=warehouse, catalogue=catalogue, engine=settings.parsed_engine(), **run
        )

    def with_progress(self, progress: Progress) -> Pipeline:
        """The same pipeline, reporting its progress to `progress`."""
        self._progress = progress
        return self

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Pipeline]:
        """Hold the lock during the run, clean up after dead runs, and close the session at the end."""
        instance, run = context.instance, context.run
        if instance is None or run is None:
            raise WarehouseError("the pipeline can only be used in a Dagster run")
        tag_with_process(instance, run.run_id)
        market, warehouse = self.parsed_market, self.resolved_warehouse
        if not warehouse.address:
            warehouse.claim(str(market))
        known_damage = len(noted(warehouse.root))
        with pipeline_lock(warehouse.lock, self.lock_wait):
            free_dead_runs(instance, run.run_id)
            mend(warehouse)
            take_over(warehouse)
            warehouse.claim(str(market))
            self._run_time, self._calendar = run_time(market, self.now), None
            self.choose_assets(None)
            claim_store(warehouse)
            catalogue = self.load_catalogue()
            if unknown := set(self.refetch) - {feed.name for feed in catalogue.feeds}:
                raise WarehouseError(f"refetch names {', '.join(sorted(unknown))}, which is not fetched here")
            session = open_session(market, catalogue, self._run_time)
            try:
                self._refresher = Refresher(
                    warehouse,
                    catalogue,
                    session,
                    Settings(market=self.market).keys(),
                    self._progress,
                    dict.fromkeys(self.refetch, self._refetch_window(self._run_time)),
                )
                yield self
            finally:
                for thread in self._threads:
                    thread.join()
                session.close()
                if self._refresher is not None:
                    self._refresher.close()
                for line in noted(warehouse.root)[known_damage:]:
                    if context.log is not None:
                        context.log.warning(line)

    def _refetch_window(self, now: datetime) -> Window:
        first = date.fromisoformat(self.refetch_from) if self.refetch_from else FIRST_PARTITION
        last = date.fromisoformat(self.refetch_to) if self.refetch_to else now.date()
        return Window.of_days(first, last)

    @property
    def refresher(self) -> Refresher:
        if self._refresher is None:
            raise WarehouseError("the pipeline is not open; use it within a run")
        return self._refresher

    @property
    def resolved_warehouse(self) -> Warehouse:
        return warehouse_at(self.warehouse)

    @property
    def parsed_market(self) -> Market:
        return Market.parse(self.market)

    def load_catalogue(self) -> Catalogue:
        """The feeds and instruments that this pipeline fetches. Raises CatalogueBroken."""
        path = Path(self.catalogue) if self.catalogue else None
        return market_catalogue(self.parsed_market, path, self.resolved_warehouse.chosen())

    def choose_assets(self, asked: Selection | None) -> None:
        """Bring the assets of the warehouse up to date; `asked` is a new rule. The pipeline lock has to be held.

        Raises CatalogueBroken when an asset is not available, and then the assets stay as they were.
        """
        market, path = self.parsed_market, Path(self.catalogue) if self.catalogue else None
        catalogue, now = load_catalogue(path), run_time(market, self.now)
        if market.simulated:
            catalogue = simulated_part(catalogue)  # an asset that it never had has not left either
        rules = [one for one in catalogue.perpetuals if one.list in SIMULATED or not market.simulated]
        landing = Landing(self.resolved_warehouse.landing)
        with closing(open_session(market, catalogue, now)) as session:

            def lists() -> Lists:
                return current_lists(rules, landing, session, now)

            def rank(rule: Selection, month: Window, found: Lists) -> tuple[str, ...]:
                def size(symbol: str) -> float | None:
                    return ranking.size(session, symbol, month, rule.measure, now)

                return ranked_assets(catalogue, rule, found.get(RANKED_AT, ()), size)

            chosen = chosen_assets(self.resolved_warehouse, catalogue, asked, now.date(), lists, rank)
        if chosen:
            market_catalogue(market, path, chosen)
            self.resolved_warehouse.choose(chosen)

    @property
    def run_time(self) -> datetime:
        """The present of the run."""
        if self._run_time is None:
            raise WarehouseError("the pipeline is not open; use it within a run")
        return self._run_time

    def wait_at_end(self, thread: Thread) -> None:
        """Let the run wait for `thread` before it gives up the warehouse."""
        self._threads.append(thread)

    def extend_calendar(self, days: Calendar) -> None:
        """Add `days` to the calendar of the warehouse. Raises WarehouseError if they are not over yet."""
        if Window.of_days(days.first_day, days.last_day).end > self.run_time:
            raise WarehouseError(
                f"{days.last_day} is not over at {self.run_time:%Y-%m-%d %H:%M} UTC; choose earlier days"
            )
        if self._calendar is None or self._calendar.including(days) != self._calendar:
            self._calendar = self.resolved_warehouse.extend(days)

    def run_context(self) -> RunContext:
        """The present of the run and its days. Raises WarehouseError if the warehouse has no day yet."""
        if self._calendar is None:
            # Read once, so that every step of a run has the same days even if the file changes meanwhile.
            self._calendar = self.resolved_warehouse.calendar()
        if self._calendar is None:
            raise WarehouseError(f"{self.warehouse} has no day yet; materialize a raw feed, or run: leverage run")
        return RunContext(self.run_time, self._calendar)
