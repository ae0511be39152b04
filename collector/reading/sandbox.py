"""Takes from a reading process what it does not need: network, other programs, other processes, other files.

Network and programs go by seccomp (pyseccomp, libseccomp 2), files by Landlock (Linux 5.13). Where a system has one of
them not, the process does without and says so; limits of memory and time, and an environment without secrets, hold
everywhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from select import poll

MOST_FILES = 64
MOST_FILE_BYTES = 400_000_000
"""Written at once: the largest picture that is read, encoded anew."""
CLONE_THREAD = 0x10000
FORBIDDEN_CALLS = (
    "accept", "accept4", "add_key", "bind", "bpf", "chroot", "connect", "delete_module", "execve", "execveat",
    "finit_module", "fork", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup", "kcmp",
    "kexec_load", "keyctl", "kill", "listen", "mount", "move_mount", "open_by_handle_at", "perf_event_open",
    "pidfd_getfd", "pidfd_open", "pidfd_send_signal", "pivot_root", "process_vm_readv", "process_vm_writev", "ptrace",
    "request_key", "sendmmsg", "sendmsg", "sendto", "setns", "socket", "socketpair", "umount2", "unshare",
    "userfaultfd", "vfork",
)  # fmt: skip
"""By name, as libseccomp knows them; those that an architecture has not are left out."""
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/etc", "/opt", "/sys/devices/system/cpu")
DEVICES = ("/dev/null", "/dev/urandom")


def confine(folder: Path) -> list[str]:
    """Confines this process to its pipes, to reading the system's libraries, and to the folder of uploads.

    Only threads that begin later are confined with it: it is called before there are any.

    Returns:
        What this system does not have: ``seccomp``, ``landlock``, or nothing.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the web, whose end is told by the pipe
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, MOST_FILE_BYTES),
        (resource.RLIMIT_NOFILE, MOST_FILES),
    ):
        hard = resource.getrlimit(limit)[1]
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (lowest, lowest))
    confined: dict[str, Callable[[], None]] = {"landlock": lambda: _confine_files(folder), "seccomp": _confine_calls}
    missing = []
    for name, apply in confined.items():
        try:
            apply()
        except (ImportError, RuntimeError, OSError):
            missing.append(name)
    return missing


def _confine_files(folder: Path) -> None:
    """Landlock: the folder to write in, libraries to read; with it go other processes' memory and environments."""
    from landlock import FSAccess, Ruleset

    rules = Ruleset()
    reading = FSAccess.READ_FILE | FSAccess.READ_DIR | FSAccess.EXECUTE
    own_code = str(Path(__file__).parents[2])
    for place in dict.fromkeys((*SYSTEM_FOLDERS, sys.prefix, sys.base_prefix, own_code, *filter(None, sys.path))):
        if Path(place).is_dir():
            rules.allow(place, rules=reading)
    for device in DEVICES:
        rules.allow(device, rules=FSAccess.READ_FILE | FSAccess.WRITE_FILE)
    rules.allow(folder)
    rules.apply()


def _confine_calls() -> None:
    """Seccomp: calls that open connections, start programs or reach other processes answer EPERM."""
    import pyseccomp as seccomp

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    for name in FORBIDDEN_CALLS:
        with contextlib.suppress(OSError):
            rules.add_rule(refuse, name)
    # Threads may begin, processes may not; clone3 hides its flags, and libraries go back to clone without it.
    rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, 0))
    with contextlib.suppress(OSError):
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.load()


def end_with_parent(pipe: int) -> None:
    """Ends this process as soon as the other end of a pipe is closed, whatever it is doing."""

    def wait() -> None:
        watch = poll()
        watch.register(pipe, 0)  # an end that hangs up is told without being asked for
        watch.poll()
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()
