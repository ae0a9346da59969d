"""What went wrong with a job, into its record: every case by its name, with the host and a sentence for people."""

from __future__ import annotations

from storycore.errors import PainterError, PainterUnreachableError
from storycore.hosts.host import Host
from storycore.images.webui.problems import HOSTS_OWN
from storycore.store.hosts import JobRow
from storycore.store.models import now

#: So many entries of a record are kept, the last ones.
MOST_ENTRIES = 30
#: Cases that say nothing about the job: the host was not there, or nobody may ask it.
_BLAMELESS = HOSTS_OWN | {"no_answer", "busy", "removed"}


def is_refusal(error: PainterError) -> bool:
    """Whether asking the same host again would end the same way."""
    return not isinstance(error, PainterUnreachableError) and error.case not in HOSTS_OWN


def note(job: JobRow, host: Host, error: PainterError, *, sick: bool = False) -> None:
    """Write down that ``host`` failed with ``job`` (``sick``: as with everything), in the caller's transaction."""
    entry = {
        "at": now().isoformat(timespec="seconds"),
        "host": host.name,
        "host_id": host.id,
        "case": error.case,
        "words": str(error)[:500],
        "refused": is_refusal(error) and not sick,
    }
    job.record = [*job.record, entry][-MOST_ENTRIES:]
    if error.case not in _BLAMELESS and host.id not in job.failed_on:
        job.failed_on = [*job.failed_on, host.id]


def times_at(job: JobRow, host: Host) -> int:
    """How often ``host`` failed with ``job`` in a way that may be the job's fault."""
    return sum(e.get("host_id") == host.id and e.get("case") not in _BLAMELESS for e in job.record)


def refused_by(job: JobRow) -> frozenset[int]:
    """The hosts that need not be asked again for this job."""
    found = (entry.get("host_id") for entry in job.record if entry.get("refused") is True)
    return frozenset(host_id for host_id in found if isinstance(host_id, int))
