"""One reading: what was read in a photograph is rows; plain names for what a job waits for and its process says.

Verdicts of uploads become instances without ink. Where a job read the sheet, its glyphs' ink goes to the newest upload
that had the character good, which is where the job took it from; what is without ink is read again when it is wanted.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BLOB = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")

LINE = "id, job_id, attempt, at, line"
GOOD, SHEET = "good", "sheet"
INTERRUPTED = (
    "photo.interrupted",
    "이 사진을 읽다가 멈췄습니다. 한 번 더 올려 주세요.\n"
    "The reading of this photograph was interrupted: please upload it once more.",
)

UPLOADS = sa.table(
    "uploads",
    sa.column("project_id", sa.String),
    sa.column("number", sa.Integer),
    sa.column("name", sa.String),
    sa.column("reading", sa.JSON),
    sa.column("error_code", sa.String),
    sa.column("error", sa.Text),
)
JOBS = sa.table(
    "jobs",
    sa.column("id", sa.String),
    sa.column("project_id", sa.String),
    sa.column("options", sa.JSON),
    sa.column("created_at", TIME),
)
INK = ("char", "ink", "em_px", "origin_x_px", "origin_y_px", "baseline_em")
PLACE = INK[2:]
GLYPHS = sa.table("glyphs", sa.column("job_id", sa.String), *(sa.column(name) for name in INK))
READINGS = sa.table(
    "readings",
    *(sa.column(name) for name in ("id", "project_id", "upload_number", "picture", "photo", "set_name", "page_index")),
    *(sa.column(name) for name in ("markers_seen", "markers_printed", "residual_mm", "blur_mm", "pen_em")),
    sa.column("notices", sa.JSON),
)
INSTANCES = sa.table(
    "glyph_instances",
    *(sa.column(name) for name in ("reading_id", "number", "source", "verdict", "confidence", "sharpness", "sha256")),
    *(sa.column(name) for name in INK),
)


def upgrade() -> None:
    """Makes the tables, fills them with what was read, and takes the old ones away."""
    op.execute("ALTER TABLE jobs RENAME COLUMN part TO phase")
    op.execute("ALTER TABLE workers RENAME COLUMN parts TO phases")
    _move_lines("journal", "job_log")
    _create_readings()
    _create_instances()
    for (project,) in op.get_bind().execute(sa.select(UPLOADS.c.project_id).distinct()).all():
        _keep_readings(project)
    op.drop_column("uploads", "reading")
    op.drop_table("glyphs")


def downgrade() -> None:
    """Gives the old tables back with the verdicts; jobs read their photographs again."""
    op.add_column("uploads", sa.Column("reading", sa.JSON()))
    _create_glyphs()
    _give_back_readings()
    op.drop_table("glyph_instances")
    op.drop_table("readings")
    _move_lines("job_log", "journal")
    op.execute("ALTER TABLE workers RENAME COLUMN phases TO parts")
    op.execute("ALTER TABLE jobs RENAME COLUMN phase TO part")


def _move_lines(old: str, new: str) -> None:
    """A table of its own: neither database renames a table's constraints with it."""
    op.create_table(
        new,
        sa.Column("id", BIG, nullable=False, autoincrement=True),
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{new}"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=f"fk_{new}_job_id", ondelete="CASCADE"),
        **MYSQL,
    )
    op.execute(f"INSERT INTO {new} ({LINE}) SELECT {LINE} FROM {old} ORDER BY id")
    op.drop_table(old)
    op.create_index(f"ix_{new}_job_id_id", new, ["job_id", "id"])


def _create_readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", sa.String(64)),
        sa.Column("upload_number", sa.Integer()),
        sa.Column("photo_id", BIG),
        sa.Column("picture", sa.Integer(), nullable=False),
        sa.Column("photo", sa.String(255), nullable=False),
        sa.Column("code", sa.String(64)),
        sa.Column("set_name", sa.String(16), nullable=False),
        sa.Column("page_index", sa.Integer(), nullable=False),
        sa.Column("markers_seen", sa.Integer(), nullable=False),
        sa.Column("markers_printed", sa.Integer(), nullable=False),
        sa.Column("residual_mm", sa.Double(), nullable=False),
        sa.Column("blur_mm", sa.Double(), nullable=False),
        sa.Column("pen_em", sa.Double()),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_readings"),
        sa.UniqueConstraint("project_id", "upload_number", name="uq_readings_project_id_upload_number"),
        sa.UniqueConstraint("photo_id", "picture", name="uq_readings_photo_id_picture"),
        sa.ForeignKeyConstraint(
            ["project_id", "upload_number"],
            ["uploads.project_id", "uploads.number"],
            name="fk_readings_project_id_upload_number",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_readings_photo_id", ondelete="CASCADE"),
        **MYSQL,
    )


def _create_instances() -> None:
    op.create_table(
        "glyph_instances",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("reading_id", BIG, nullable=False),
        sa.Column("char", sa.String(8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(32)),
        sa.Column("cause_value", sa.Double()),
        sa.Column("cause_limit", sa.Double()),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("sharpness", sa.Double(), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("ink", BLOB),
        sa.Column("em_px", sa.Double()),
        sa.Column("origin_x_px", sa.Double()),
        sa.Column("origin_y_px", sa.Double()),
        sa.Column("baseline_em", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_glyph_instances"),
        sa.UniqueConstraint("reading_id", "char", "number", name="uq_glyph_instances_reading_id_char_number"),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["readings.id"], name="fk_glyph_instances_reading_id", ondelete="CASCADE"
        ),
        **MYSQL,
    )


def _create_glyphs() -> None:
    op.create_table(
        "glyphs",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("job_id", sa.String(36), nullable=False),
        sa.Column("char", sa.String(8), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("ink", BLOB),
        sa.Column("em_px", sa.Double()),
        sa.Column("origin_x_px", sa.Double()),
        sa.Column("origin_y_px", sa.Double()),
        sa.Column("baseline_em", sa.Double()),
        sa.Column("source", sa.String(16)),
        sa.PrimaryKeyConstraint("id", name="pk_glyphs"),
        sa.UniqueConstraint("job_id", "char", name="uq_glyphs_job_id_char"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_glyphs_job_id", ondelete="CASCADE"),
        **MYSQL,
    )


def _keep_readings(project: str) -> None:
    """One project's uploads: their pages and verdicts, and the ink that its newest job took from them."""
    connection = op.get_bind()
    own = sa.select(UPLOADS).where(UPLOADS.c.project_id == project).order_by(UPLOADS.c.number)
    uploads = [row._mapping for row in connection.execute(own)]
    read = {row["number"]: row["reading"] for row in uploads if isinstance(row["reading"], dict)}
    inks = dict(_inks(project, read))
    for row in uploads:
        said, number = row["reading"], row["number"]
        if not isinstance(said, dict):
            continue
        if not {"set", "page", "cells"} <= said.keys():
            _ask_again(project, number)
            continue
        connection.execute(READINGS.insert().values(**_reading(row, said)))
        same = sa.and_(READINGS.c.project_id == project, READINGS.c.upload_number == number)
        reading_id = connection.execute(sa.select(READINGS.c.id).where(same)).scalar_one()
        rows = [
            _instance(reading_id, char, verdict, inks.get((number, char))) for char, verdict in said["cells"].items()
        ]
        if rows:
            connection.execute(INSTANCES.insert(), rows)


def _inks(project: str, read: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[tuple[int, str], dict[str, Any]]]:
    """By upload and character, the ink that the project's newest job with glyphs took: of the newest good cell."""
    connection = op.get_bind()
    has_glyphs = sa.exists().where(GLYPHS.c.job_id == JOBS.c.id)
    newest = sa.select(JOBS).where(JOBS.c.project_id == project, has_glyphs).order_by(JOBS.c.created_at.desc()).limit(1)
    job = connection.execute(newest).one_or_none()
    if job is None:
        return
    glyphs = {
        row.char: dict(row._mapping)
        for row in connection.execute(sa.select(GLYPHS).where(GLYPHS.c.job_id == job.id, GLYPHS.c.ink.is_not(None)))
    }
    numbers = [number for number in (job.options or {}).get("numbers", []) if number in read]
    owner = {
        char: number for number in numbers for char, verdict in read[number].get("cells", {}).items() if verdict == GOOD
    }
    for char, number in owner.items():
        if char in glyphs:
            yield (number, char), glyphs[char]


def _ask_again(project: str, number: int) -> None:
    """What a reading of an unknown form says cannot be used: its writer is asked for the photograph."""
    same = sa.and_(UPLOADS.c.project_id == project, UPLOADS.c.number == number)
    code, error = INTERRUPTED
    op.get_bind().execute(UPLOADS.update().where(same).values(error_code=code, error=error))


def _reading(upload: Mapping[Any, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "project_id": upload["project_id"],
        "upload_number": upload["number"],
        "picture": 0,
        "photo": upload["name"],
        "set_name": said["set"],
        "page_index": said["page"],
        "markers_seen": said.get("markers_seen", 0),
        "markers_printed": said.get("markers_printed", 0),
        "residual_mm": said.get("residual_mm", 0.0),
        "blur_mm": said.get("blur_mm", 0.0),
        "pen_em": said.get("pen_em"),
        "notices": [["photo.advice", *told[:2]] for told in said.get("advice", []) if len(told) >= 2],
    }


def _instance(reading_id: int, char: str, verdict: str, ink: Mapping[str, Any] | None) -> dict[str, Any]:
    row = dict.fromkeys((*INK, "sha256")) | {"reading_id": reading_id, "char": char, "verdict": verdict}
    row |= {"number": 0, "source": SHEET, "confidence": 1.0, "sharpness": 0.0}
    if ink is not None:
        place = json.dumps([ink[name] for name in PLACE])
        digest = hashlib.sha256(place.encode() + b"\0" + ink["ink"]).hexdigest()
        row |= {name: ink[name] for name in INK} | {"sha256": digest}
    return row


def _give_back_readings() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(READINGS).where(READINGS.c.project_id.is_not(None))).all():
        verdicts = sa.select(INSTANCES.c.char, INSTANCES.c.verdict).where(INSTANCES.c.reading_id == row.id)
        said = {
            "set": row.set_name,
            "page": row.page_index,
            "markers_seen": row.markers_seen,
            "markers_printed": row.markers_printed,
            "residual_mm": row.residual_mm,
            "blur_mm": row.blur_mm,
            "pen_em": row.pen_em,
            "cells": dict(connection.execute(verdicts).all()),
            "why": {},
            "advice": [told[1:] for told in _notices(row.notices)],
        }
        same = sa.and_(UPLOADS.c.project_id == row.project_id, UPLOADS.c.number == row.upload_number)
        connection.execute(UPLOADS.update().where(same).values(reading=said))


def _notices(said: str | list[list[str]]) -> list[list[str]]:
    notices: list[list[str]] = json.loads(said) if isinstance(said, str) else said
    return notices
