"""What can go wrong between a venue and a segment, as typed errors that read as one line.

Only the errors live here; which HTTP status or body code raises which is in
`ingest.responses` and in the venue modules.
"""

from __future__ import annotations

import traceback
import unicodedata
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LONGEST = 1000  # characters of what failed: a venue may send any amount
LONGEST_REASON = 120  # characters of the message of an unforeseen error


UNPRINTABLE = ("C", "Zl", "Zp")  # Unicode categories: control, format, surrogate; line and paragraph separators


def printable(text: str) -> str:
    """`text` without what could move a terminal's cursor, change its colours or break the line."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("?" if unicodedata.category(one).startswith(UNPRINTABLE) else one for one in text)


class IngestError(Exception):
    """Something that a person has to read: what failed, where, and what to do about it. It is one printable line."""

    def __init__(self, what: str, *, host: str = "", path: str = "", advice: str = "") -> None:
        what, host, path, advice = map(printable, (what[:LONGEST], host, path, advice))
        self.what, self.host, self.path, self.advice = what, host, path, advice
        where = f" ({host}{path})" if host else ""
        super().__init__(f"{what}{where}{'; ' + advice if advice else ''}")


class FeedUnavailable(IngestError):
    """The feed cannot be fetched now; the run continues without it and says why."""


class FeedBroken(FeedUnavailable):
    """An error inside a feed that nobody foresaw: an answer of a kind that its code cannot take, or a mistake in it."""

    @classmethod
    def by(cls, error: Exception, said: str | None = None) -> FeedBroken:
        """The error with its type and the place in this project where it was raised; `said` replaces its message."""
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if PROJECT in Path(frame.filename).parents
        ]
        ours = [frame for frame in frames if "site-packages" not in frame.filename]
        where = f" in {Path(ours[-1].filename).relative_to(PROJECT)}:{ours[-1].lineno}" if ours else ""
        words = " ".join((str(error) if said is None else said).split())[:LONGEST_REASON]
        return cls(
            f"{type(error).__name__}{where}: {words}",
            advice="the other feeds are not affected; please report it if the next run says the same",
        )


class KeyMissing(FeedUnavailable):
    """The feed wants an API key that the environment does not hold."""


class GeoBlocked(FeedUnavailable):
    """The country this machine is in, or a firewall, keeps it from the venue (HTTP 451, a 403 that is no JSON)."""


class Banned(FeedUnavailable):
    """HTTP 418: the venue banned this address for asking too much; nothing more is asked of the host."""


class AccessRefused(FeedUnavailable):
    """HTTP 401 or 403: a wrong key, a plan that does not have this, or what is not for everybody."""


class HostUnreachable(FeedUnavailable):
    """No connection to the host, after retries."""


class VenueFailing(FeedUnavailable):
    """The venue answered, but never usefully: rate limits, 5xx, cut or malformed pages until retries ran out."""


class RequestRefused(FeedUnavailable):
    """The venue says no to this one request: unknown symbol, window outside its retention, metric that is not free."""


class AddressGone(RequestRefused):
    """HTTP 404 or 410 on a request that is no archive: the venue has nothing at this address."""


class Stopped(FeedUnavailable):
    """The run that the feed belongs to has ended."""


class ArchiveAbsent(IngestError):
    """HTTP 404 on an archive: not published yet, or never."""


class ArchiveDamaged(IngestError):
    """An archive that does not match its published checksum, or does not unzip to one CSV."""


class SegmentDamaged(IngestError):
    """A landed file that cannot be read, or whose content does not have the hash in its name."""


class FileRefused(IngestError):
    """A user's own file that cannot be taken: no CSV, another header, or a feed that takes none."""


class Transient(IngestError):
    """One failed attempt that is worth another; never leaves `ingest.http`."""

    def __init__(self, what: str, *, host: str, path: str, retry_after: float | None = None) -> None:
        super().__init__(what, host=host, path=path)
        self.retry_after = retry_after


class NoConnection(Transient):
    """A failed attempt in which the host did not even accept the connection."""


class RefusedAttempt(Transient):
    """A failed attempt in which the venue refused the request; `refusal` is raised when further attempts fail too."""

    def __init__(self, refusal: RequestRefused, what: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(what or refusal.what, host=refusal.host, path=refusal.path, retry_after=retry_after)
        self.refusal = refusal


class RefusedByServer(RefusedAttempt):
    """A refusal known to be final, with HTTP status 5xx: worth a few attempts, in case the server only stumbled."""


class UnknownCode(RefusedAttempt):
    """An error code that the venue module does not know to be final: worth as many attempts as a server error."""

    def __init__(self, what: str, *, host: str, path: str, attempt: str = "", retry_after: float | None = None) -> None:
        refusal = RequestRefused(what, host=host, path=path, advice="the next run asks again")
        super().__init__(refusal, attempt, retry_after=retry_after)


CHECK_SYMBOL = "check the symbol in the catalogue"


class ChecksumDiffers(Transient):
    """A failed attempt whose body is not the one that the published checksum is of."""


class CatalogueBroken(IngestError):
    """The catalogue names a feed, host or market that does not exist, leaves a field out, or contradicts itself."""


class SchemaBroken(IngestError):
    """A parser produced columns that its schema does not know: a mistake in this code, not in the data."""
