"""Whatever fails, every job ends exactly once: the benchmark of faults with few jobs, on real servers."""

import signal
import time

from collector.store import JobState
from tests.conftest import missing
from tests.service.cluster import ServiceCluster, open_cluster
from tests.service.deletion import delete_under_faults
from tests.service.faults import FAULTS, Trial, run_faults, stop_workers
from tests.service.servers import ServerMissingError

SETTINGS = {"lease_s": "10", "poll_fallback_s": "4", "retry_s": "0.3", "max_tries": "3", "kafka_session_s": "6"}
TRIAL = Trial(jobs=2, work_s=0.3, pause_s=2, limit_s=300, workers=1)
SMALL = [name for name, fault in FAULTS.items() if fault is not stop_workers]


def test_every_job_ends_exactly_once_whatever_dies() -> None:
    try:
        with open_cluster("stub", (), SETTINGS) as cluster:
            for found in run_faults(cluster, TRIAL, SMALL):
                print(found)
                poisoned = 1 if found.fault == "poisonous jobs" else 0
                detail = f"{found}\n{cluster.logs()}"
                assert (found.tally.fonts, found.tally.named) == (TRIAL.jobs - poisoned, poisoned), detail
                assert found.tally.codes == (("process.died",) if poisoned else ()), detail
            assert_stopped_worker_requeues_its_job(cluster)
            for kind in TRIAL.process_kinds:
                cluster.run(kind)
            assert delete_under_faults(cluster, TRIAL) == [], cluster.logs()
    except ServerMissingError as error:
        missing(str(error))


def assert_stopped_worker_requeues_its_job(cluster: ServiceCluster) -> None:
    """A stopped worker requeues its job without counting the try, and claims no other."""
    job = cluster.submit("손맛", 60)
    assert cluster.wait(lambda: cluster.store.job(job.id).stage == "generate", TRIAL.limit_s), cluster.logs()
    assert cluster.wait(lambda: cluster.store.job(job.id).state is JobState.RUNNING, TRIAL.limit_s), cluster.logs()
    began = time.monotonic()
    own = [process for kind, process in cluster.processes if kind == "work" and process.poll() is None]
    for process in own:
        process.send_signal(signal.SIGTERM)
    assert cluster.wait(lambda: cluster.store.job(job.id).state is JobState.QUEUED, TRIAL.limit_s)
    print(f"the job was requeued after {time.monotonic() - began:.1f} s")
    now = cluster.store.job(job.id)
    assert (now.owner, now.tries, now.retry_at, now.phase) == (None, 0, None, "draw")
    assert [process.wait(60) for process in own] == [0]
    left = [each.id for each in cluster.store.operations.workers()]
    assert not any(f"/{process.pid}/" in name for process in own for name in left), "its row is removed"
