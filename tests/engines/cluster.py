"""A Spark standalone cluster on loopback: a master and two workers, each a process."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PATIENCE = 60.0  # seconds until the master says where it listens and both workers are known to it
LISTENS = re.compile(r"Starting Spark master at (spark://\S+)")
REGISTERED = "Registering worker"
WORKERS = 2
CLASSES = "org.apache.spark.deploy"


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of the master, while the cluster runs. Its processes are stopped at the end, and no others."""
    import pyspark

    spark = Path(pyspark.__file__).parent
    with ExitStack() as running:

        def start(name: str, *arguments: str) -> Path:
            log = folder / f"{name}.log"
            environment = {**os.environ, "SPARK_HOME": str(spark), "SPARK_LOCAL_IP": "127.0.0.1"}
            with log.open("wb") as said:
                process = subprocess.Popen(
                    [str(spark / "bin" / "spark-class"), *arguments],
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                )
            running.callback(process.wait, 30)
            running.callback(process.terminate)
            return log

        log = start("master", f"{CLASSES}.master.Master", *("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"))
        address = _found(log, LISTENS)
        for number in range(WORKERS):
            work = folder / f"worker-{number}"
            options = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "--cores", "1", "--memory", "1g")
            start(work.name, f"{CLASSES}.worker.Worker", *options, "--work-dir", str(work), address)
        _wait(log, lambda text: text.count(REGISTERED) >= WORKERS)
        yield address


def _found(log: Path, pattern: re.Pattern[str]) -> str:
    _wait(log, lambda text: pattern.search(text) is not None)
    found = pattern.search(log.read_text())
    assert found
    return found[1]


def _wait(log: Path, is_so: Callable[[str], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so(log.read_text()):
        if time.monotonic() > end:
            raise TimeoutError(f"Spark does not start: {log.read_text()[-500:]}")
        time.sleep(0.2)
