"""The key that signs sessions is whole or not there, and the same for all who start at once."""

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.web_secret import SecretError, check_secret, stored_secret


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "web.secret"
    made = stored_secret(path)
    assert len(made) == 64 and stored_secret(path) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "\n", "short", "0" * 31])
def test_an_empty_or_short_key_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "web.secret"
    path.write_text(content)
    with pytest.raises(SecretError, match="shorter than 32") as refusal:
        stored_secret(path)
    assert str(path) in refusal.value.korean
    assert path.read_text() == content, "whoever runs the service decides about the file"
    with pytest.raises(SecretError, match="SONMAT_SECRET"):
        check_secret(content, "SONMAT_SECRET")


def test_all_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    for round_ in range(20):
        path = tmp_path / str(round_) / "web.secret"
        with ThreadPoolExecutor(8) as starters:
            assert len(set(starters.map(stored_secret, [path] * 8))) == 1
        assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("deploy.web_secret.os.fsync", full)
    with pytest.raises(SecretError, match="No space left"):
        stored_secret(tmp_path / "web.secret")
    assert list(tmp_path.iterdir()) == []
