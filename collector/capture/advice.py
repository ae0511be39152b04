"""What would make a photograph a better one."""

from __future__ import annotations

from collector.capture.page import PageReading
from collector.instances import Notice

_SOFT_BLUR_MM = 0.22
_PALE_CONTRAST = 0.3
_MANY_MISSING = 4
_LOOSE_MM = 0.3


def advice(reading: PageReading) -> list[Notice]:
    """What would make this photograph a better one, each with the number that says so."""
    name, seen = reading.photo, f"{reading.markers_seen}/{reading.markers_printed}"
    notices = []
    if reading.blur_mm > _SOFT_BLUR_MM:
        korean = f"‘{name}’ 사진이 흐립니다(번짐 {reading.blur_mm:.2f} mm). 초점을 맞추어 다시 찍으면 더 닮습니다."
        english = f"“{name}” is soft (blur {reading.blur_mm:.2f} mm): in focus the font would look more like you."
        notices.append(Notice("photo.soft", korean, english))
    if 0 < reading.contrast < _PALE_CONTRAST:
        korean = f"‘{name}’의 글씨가 옅습니다(진하기 {reading.contrast:.0%}). 더 진한 펜이면 더 닮습니다."
        english = f"The writing in “{name}” is pale ({reading.contrast:.0%} dark): a darker pen would serve better."
        notices.append(Notice("photo.pale", korean, english))
    if len(reading.markers_missing) >= _MANY_MISSING:
        ids = ", ".join(map(str, reading.markers_missing))
        korean = f"‘{name}’ 사진에서 검은 네모가 {seen}개만 보입니다(빠진 번호 {ids}). 가리지 않게 찍어 주세요."
        english = f"“{name}” shows {seen} of the black squares (without {ids}): leave them uncovered."
        notices.append(Notice("photo.covered", korean, english))
    if reading.where.residual_mm > _LOOSE_MM:
        loose = f"{reading.where.residual_mm:.2f} mm"
        korean = f"‘{name}’의 종이가 고르게 펴지지 않아 자리가 {loose}쯤 어긋납니다. 평평한 곳에 놓아 주세요."
        english = f"The page in “{name}” is uneven, its cells are off by about {loose}: lay it on something flat."
        notices.append(Notice("photo.uneven", korean, english))
    return notices
