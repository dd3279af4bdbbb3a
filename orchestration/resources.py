"""The one resource: a warehouse, its market and the present of the run, held under the pipeline lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field, PrivateAttr

from ingest.feed import NoProgress, Progress
from ingest.feeds import Catalogue, load_catalogue
from ingest.http import MarketSession
from ingest.market import Market
from ingest.sample import DEFAULT_SEED, SimulatedMarket, SimulatedMarketAdapter, simulated
from ingest.windows import Window
from orchestration.partitions import FIRST_DAY
from orchestration.recovery import free_dead_runs, tag_with_process
from warehouse.errors import WarehouseError
from warehouse.location import Calendar, Warehouse
from warehouse.lock import pipeline_lock
from warehouse.present import Present, present_of
from warehouse.refresh import Refresher
from warehouse.settings import Settings


def catalogue_of(market: Market, path: Path | None) -> Catalogue:
    """What is asked of a market: the catalogue, of the simulation as much of it as is simulated."""
    catalogue = load_catalogue(path)
    return simulated(catalogue) if market.simulated else catalogue


def open_session(market: Market, catalogue: Catalogue, now: datetime) -> MarketSession:
    """A session on the market; the simulation is made for the present of the run."""
    simulation = SimulatedMarketAdapter(SimulatedMarket(DEFAULT_SEED, now)) if market.simulated else None
    return MarketSession(market, catalogue.hosts, simulation=simulation)


class Pipeline(dg.ConfigurableResource):
    """A run's warehouse. Only one run at a time holds it; another waits `lock_wait` seconds and then says for whom.

    What is held of the feeds in `refetch` from the day `refetch_from` to the day `refetch_to`, both included, is asked
    for again; without them the days from the first or to the present.
    """

    market: str
    warehouse: str
    catalogue: str | None = None
    now: str | None = None
    refetch: list[str] = Field(default=[])
    refetch_from: str | None = None
    refetch_to: str | None = None
    lock_wait: float = 900.0

    _refresher: Refresher | None = PrivateAttr(default=None)
    _progress: Progress = PrivateAttr(default_factory=NoProgress)
    _calendar: Calendar | None = PrivateAttr(default=None)
    _present: datetime | None = PrivateAttr(default=None)

    @classmethod
    def from_settings(cls, settings: Settings, **run: Any) -> Pipeline:  # noqa: ANN401 - the fields of this class
        """The pipeline of the settings' market, warehouse and catalogue; `run` are the fields of one run."""
        catalogue = str(settings.catalogue) if settings.catalogue else None
        return cls(market=settings.market, warehouse=str(settings.located().root), catalogue=catalogue, **run)

    def watched_by(self, progress: Progress) -> Pipeline:
        """The same pipeline, telling `progress` how far it is."""
        self._progress = progress
        return self

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Pipeline]:
        """Hold the lock for the run, after freeing what dead runs left, and close the session at its end."""
        instance, run = context.instance, context.run
        if instance is None or run is None:
            raise WarehouseError("the pipeline runs in a Dagster run only")
        tag_with_process(instance, run.run_id)
        market, located = self.parsed_market, self.located
        located.claim(str(market))
        with pipeline_lock(located.lock, self.lock_wait):
            free_dead_runs(instance, run.run_id)
            self._present, self._calendar = present_of(market, self.now), None
            catalogue = self.asked()
            if unknown := set(self.refetch) - {feed.name for feed in catalogue.feeds}:
                raise WarehouseError(f"refetch names {', '.join(sorted(unknown))}, which is not asked here")
            session = open_session(market, catalogue, self._present)
            try:
                self._refresher = Refresher(
                    located,
                    catalogue,
                    session,
                    Settings(market=self.market).keys(),
                    self._progress,
                    dict.fromkeys(self.refetch, self._days_again(self._present)),
                )
                yield self
            finally:
                session.close()

    def _days_again(self, present: datetime) -> Window:
        first = date.fromisoformat(self.refetch_from) if self.refetch_from else FIRST_DAY
        last = date.fromisoformat(self.refetch_to) if self.refetch_to else present.date()
        return Window.of_days(first, last)

    @property
    def refresher(self) -> Refresher:
        if self._refresher is None:
            raise WarehouseError("the pipeline is not open; it is held by a run")
        return self._refresher

    @property
    def located(self) -> Warehouse:
        return Warehouse(Path(self.warehouse))

    @property
    def parsed_market(self) -> Market:
        return Market.parse(self.market)

    def asked(self) -> Catalogue:
        """What is asked of the market. Raises CatalogueBroken."""
        return catalogue_of(self.parsed_market, Path(self.catalogue) if self.catalogue else None)

    @property
    def moment(self) -> datetime:
        """The present of the run, whatever days it knows."""
        if self._present is None:
            raise WarehouseError("the pipeline is not open; it is held by a run")
        return self._present

    def widen(self, days: Calendar) -> None:
        """Have the warehouse speak about `days`, too. Raises WarehouseError when they are not over at the present."""
        if Window.of_days(days.first_day, days.last_day).end > self.moment:
            raise WarehouseError(
                f"{days.last_day} is not over at {self.moment:%Y-%m-%d %H:%M} UTC; choose earlier days"
            )
        if self._calendar is None or self._calendar.including(days) != self._calendar:
            self._calendar = self.located.extend(days)

    def present(self) -> Present:
        """The present of the run and its days. Raises WarehouseError before any day is known."""
        if self._calendar is None:
            # Read once: every step of a run speaks about the same days, whoever widens the file meanwhile.
            self._calendar = self.located.calendar()
        if self._calendar is None:
            raise WarehouseError(f"{self.located.root} knows no day yet; materialize a raw feed, or run: leverage run")
        return Present(self.moment, self._calendar)
