"""Jobs, photos, glyphs and the outbox in one database: SQLite embedded, MySQL in production.

store = open_store("sqlite:///sonmat.sqlite3")     # creates or migrates the schema
job = store.submit(NewJob(...), [message])         # job and event in one transaction
lease = store.claim(job.id, owner="me", lease_s=30)
with store.lease_transaction(lease) as transaction:                    # one transaction, refused when the lease is lost
    transaction.stage_done(StageResult("capture", key, 1.2, 300.0))
    transaction.emit(message)
"""

from collector.store.engine import open_engine
from collector.store.errors import (
    DrawingsFullError,
    IllegalTransitionError,
    JobNotFoundError,
    LeaseLostError,
    ProjectFullError,
    ProjectNotFoundError,
    StoreError,
)
from collector.store.glyph_instances import GlyphInstances
from collector.store.job_log import JobLogLine, JobLogTable
from collector.store.lease_expiry import RequeueCounts
from collector.store.lease_transaction import LeaseTransaction
from collector.store.migrate import migrate
from collector.store.operations import Operations
from collector.store.outbox import Outbox
from collector.store.projects import Projects
from collector.store.rate_limits import RateLimits
from collector.store.readings import ReadingEnd, Readings, WaitingReading
from collector.store.records import (
    Job,
    JobState,
    JobStatus,
    Lease,
    Letter,
    LetterMark,
    NewJob,
    NewUpload,
    OutboxMessage,
    Phase,
    Photo,
    Project,
    StageResult,
    StoredMessage,
    Upload,
    Worker,
)
from collector.store.statistics import Hour, StageCost, StageFigures, Statistics
from collector.store.store import Store
from collector.store.tombstones import Tombstone, TombstoneKind, Tombstones

__all__ = [
    "DrawingsFullError",
    "GlyphInstances",
    "Hour",
    "IllegalTransitionError",
    "Job",
    "JobLogLine",
    "JobLogTable",
    "JobNotFoundError",
    "JobState",
    "JobStatus",
    "Lease",
    "LeaseLostError",
    "LeaseTransaction",
    "Letter",
    "LetterMark",
    "NewJob",
    "NewUpload",
    "Operations",
    "Outbox",
    "OutboxMessage",
    "Phase",
    "Photo",
    "Project",
    "ProjectFullError",
    "ProjectNotFoundError",
    "Projects",
    "RateLimits",
    "ReadingEnd",
    "Readings",
    "RequeueCounts",
    "StageCost",
    "StageFigures",
    "StageResult",
    "Statistics",
    "Store",
    "StoreError",
    "StoredMessage",
    "Tombstone",
    "TombstoneKind",
    "Tombstones",
    "Upload",
    "WaitingReading",
    "Worker",
    "open_store",
]


def open_store(url: str, *, is_prepared: bool = False) -> Store:
    """The store behind an SQLAlchemy URL, its schema brought up to date where it is not said to be.

    Raises:
        StoreError: the URL names a database we do not speak.
    """
    engine = open_engine(url)
    if not is_prepared:
        migrate(engine)
    return Store(engine)
