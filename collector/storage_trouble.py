"""Tells a full disk, a read-only database or a store that is away from a defect: it passes, and nothing is lost."""

from __future__ import annotations

import errno
import sqlite3

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from pymysql.err import MySQLError
from sqlalchemy.exc import DBAPIError

from templates.errors import PersonError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
SQLITE_CODES = frozenset({"SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_BUSY"})
"""SQLite, "Result and Error Codes": primary codes, with which extended ones begin."""
MYSQL_CODES = frozenset({1021, 1041, 1114, 1290, 1836, 2002, 2003, 2006, 2013})
"""MySQL's error reference: disk full, table full, read-only, and the server away."""
SERVER_ERROR = 500


class StorageTrouble(PersonError):
    """What was sent cannot be kept now."""

    code = "storage"

    def __init__(self) -> None:
        super().__init__(
            "지금은 저장할 자리가 없거나 저장소가 잠시 멈추어 받을 수 없습니다. 전에 올린 것은 그대로 있습니다. "
            "몇 분 뒤에 다시 해 주세요.",
            "The service cannot store anything right now: its disk is full, or its store is away. What you sent before "
            "is safe: please try again in a few minutes.",
        )


def is_storage_trouble(error: BaseException) -> bool:
    """Whether an error says that something could not be stored, and would say otherwise once there is room again."""
    match error:
        case DBAPIError():
            return _is_database_trouble(error)
        case ClientError():
            return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) >= SERVER_ERROR
        case Boto3Error():
            return error.__context__ is None or is_storage_trouble(error.__context__)
        case BotoCoreError():
            return True
        case OSError():
            return error.errno in FULL
        case _:
            return False


def _is_database_trouble(error: DBAPIError) -> bool:
    match error.orig:
        case sqlite3.Error() as cause:
            name = getattr(cause, "sqlite_errorname", None) or ""
            return any(name.startswith(code) for code in SQLITE_CODES)
        case MySQLError() as cause:
            return bool(cause.args) and cause.args[0] in MYSQL_CODES
        case _:
            return False
