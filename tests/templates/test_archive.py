"""Archives come back exactly, and a damaged one is refused in plain words."""

import json

import numpy as np
import pytest

from templates.archive import ArchiveError, load_glyphs, save_glyphs
from templates.glyphs import GlyphImage, GlyphSet, Source


@pytest.fixture
def glyphs():
    random = np.random.default_rng(0)

    def ink(height, width):
        return random.integers(0, 256, (height, width)).astype(np.uint8)

    return GlyphSet.of(
        "엄마 글씨",
        [
            GlyphImage("뷁", ink(235, 236), 168.0, (33.6, 33.6)),
            GlyphImage("g", ink(1, 7), 96.5, (-1 / 3, 0.0), 0.7, Source.SEED),
            GlyphImage("ㄱ", ink(96, 96), 96.0, (0.0, -2.5), None, Source.DRAWN),
            GlyphImage("가", np.zeros((0, 0), np.uint8), 1.0, (0.0, 0.0)),
        ],
    )


def test_round_trip_is_exact(tmp_path, glyphs):
    save_glyphs(tmp_path / "a.npz", glyphs)
    loaded = load_glyphs(tmp_path / "a.npz")
    assert loaded.name == glyphs.name
    assert list(loaded) == list(glyphs)
    for char, image in glyphs.items():
        other = loaded[char]
        assert other.ink.dtype == np.uint8
        assert np.array_equal(other.ink, image.ink)
        for field in ("char", "em_px", "origin_px", "baseline_em", "source"):
            assert getattr(other, field) == getattr(image, field)


def test_alternates_come_back_in_order(tmp_path, glyphs):
    further = [GlyphImage("ㄱ", np.full((2, 3), level, np.uint8), 96.0, (0.0, 1.0)) for level in (200, 100)]
    save_glyphs(tmp_path / "a.npz", GlyphSet.of("둘", glyphs.values(), further))
    loaded = load_glyphs(tmp_path / "a.npz")
    assert list(loaded) == list(glyphs) and list(loaded.alternates) == ["ㄱ"]
    assert [int(image.ink[0, 0]) for image in loaded.alternates["ㄱ"]] == [200, 100]
    assert len(list(loaded.shapes())) == len(glyphs) + 2


def test_an_archive_from_before_alternates_is_read(tmp_path, glyphs):
    save_glyphs(tmp_path / "a.npz", glyphs)
    arrays = dict(np.load(tmp_path / "a.npz"))
    head = json.loads(arrays["head"].tobytes())
    del head["first"]
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    np.savez(tmp_path / "old.npz", **arrays)
    old = load_glyphs(tmp_path / "old.npz")
    assert list(old) == list(glyphs) and not old.alternates


def test_an_empty_set_too(tmp_path):
    save_glyphs(tmp_path / "a.npz", GlyphSet.of("", []))
    assert len(load_glyphs(tmp_path / "a.npz")) == 0


def test_the_same_glyphs_give_the_same_bytes(tmp_path, glyphs):
    for name in "ab":
        save_glyphs(tmp_path / name, glyphs)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_failed_save_leaves_the_old_archive_and_nothing_else(tmp_path, glyphs, monkeypatch):
    path = tmp_path / "a.npz"
    save_glyphs(path, glyphs)
    before = path.read_bytes()

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", fail)
    with pytest.raises(OSError, match="disk full"):
        save_glyphs(path, GlyphSet.of("other", []))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_damage_anywhere_never_passes_for_other_glyphs(tmp_path, glyphs):
    path = tmp_path / "a.npz"
    save_glyphs(path, glyphs)
    whole = path.read_bytes()
    damaged = [b"", b"not an archive", whole[: len(whole) // 2], whole[:-1]]
    damaged += [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(60, len(whole) // 2, 997)]
    for data in damaged:
        path.write_bytes(data)
        with pytest.raises(ArchiveError) as caught:
            load_glyphs(path)
        assert caught.value.code == "archive.unreadable"
        assert "a.npz" in caught.value.korean


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_glyphs(tmp_path / "none.npz")
