"""A reading process: answers the calls that come on standard input, until that is closed.

    python -m collector.reading FOLDER

Calls are pickled functions and arguments, for the web process is trusted. Answers are plain JSON: what reads strangers'
files hands back nothing that could be more than a value.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

from collector.reading.answers import to_message
from collector.reading.pipes import receive, send
from collector.reading.sandbox import confine, end_with_parent
from collector.reading.uploads import prepare_process


def answer(call: bytes) -> dict[str, Any]:
    """What came of one call: its ``value``, or the error that it ``raised``."""
    function, given = pickle.loads(call)
    try:
        return {"value": function(*given)}
    except OSError as error:
        return {"raised": f"{type(error).__name__}: {error.strerror}", "errno": error.errno}
    except Exception as error:
        return {"raised": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Serves until the web process closes the pipe."""
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    prepare_process()
    missing = confine(Path(sys.argv[1]))
    end_with_parent(calls.fileno())
    send(answers, json.dumps({"missing": missing}).encode())
    while True:
        try:
            call = receive(calls)
        except EOFError:
            return
        send(answers, to_message(answer(call)))


if __name__ == "__main__":
    main()
