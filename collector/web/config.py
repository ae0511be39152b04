"""What a person who runs the service may choose, and the limits that guard it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """How much one address or one writer may ask for; OWASP, File Upload Cheat Sheet."""

    photo_bytes: int = 40_000_000
    """One photograph's file; telephones make 3 to 15 MB."""
    photos_a_request: int = 12
    photos_a_project: int = 60
    waiting_readings: int = 200
    """Photographs that may wait for their reading; more are asked to come again."""
    form_bytes: int = 400_000
    """A form without files; a letter drawn by hand is the largest."""
    projects_an_hour: int = 60
    uploads_an_hour: int = 600
    """For an address: whole classrooms share one."""
    uploads_an_hour_each: int = 200
    starts_an_hour: int = 40
    letters_an_hour: int = 1500
    logins_a_quarter: int = 10
    uploads: int = 60
    """Uploads whose bodies are taken at once in one web process; more are asked to come again."""
    uploads_an_address: int = 40
    uploads_a_project: int = 6
    requests: int = 250
    """Requests that are answered at once in one web process, beside streams."""
    megabytes_an_hour: int = 6000
    """Uploaded by one address."""
    strokes_bytes_a_project: int = 4_000_000
    """JSON of all letters drawn by hand; a sheet of 256 drawn on the board takes half of it."""
    streams: int = 400
    """Progress streams open at once in one web process."""
    streams_an_address: int = 60
    """Of them; a classroom shares one address, and whoever gets none asks every three seconds."""
    streams_a_project: int = 8
    """Of them; a writer's devices and open pages."""


@dataclass(frozen=True)
class WebConfig:
    """How the web part runs."""

    folder: Path
    """Uploads and page pictures, a folder for each project; shared by all web processes and workers."""
    secret: str
    """Signs form tokens and operators' sessions; the same in all web processes."""
    operator_token: str = ""
    """Opens the operator's pages; empty: there are none."""
    https: bool = False
    """Whether people come by HTTPS: cookies are then marked secure and browsers told to stay with it."""
    readers: int = 1
    """Processes that read photographs."""
    photo_days: float = 14.0
    """Days after which photographs are deleted; shown to writers."""
    keep_days: float = 30.0
    """Days of silence after which a project is deleted whole; shown to writers."""
    limits: Limits = Limits()
