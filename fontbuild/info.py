"""What a writer says about the font: its names, whose it is, and what others may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from templates.names import visible_text


class License(StrEnum):
    """What others may do with the font; the choice is the writer's."""

    ALL_RIGHTS = "all-rights"
    OFL = "ofl"
    CC_BY = "cc-by"
    CC0 = "cc0"


@dataclass(frozen=True)
class LicenseText:
    """A licence as the name table tells it."""

    english: str
    korean: str
    url: str | None


LICENSE_TEXTS = {
    License.ALL_RIGHTS: LicenseText(
        "All rights in this font belong to the person whose handwriting it is. "
        "Ask the writer before you copy, change, share or sell it.",
        "이 글꼴의 모든 권리는 글씨를 쓴 사람에게 있습니다. "
        "복사, 수정, 배포, 판매하려면 먼저 글쓴이의 허락을 받으세요.",
        None,
    ),
    License.OFL: LicenseText(
        "This Font Software is licensed under the SIL Open Font License, Version 1.1. "
        "This license is available with a FAQ at: https://openfontlicense.org",
        "이 글꼴은 SIL 오픈 폰트 라이선스 1.1에 따라 누구나 쓰고 고치고 나눌 수 있습니다. https://openfontlicense.org",
        "https://openfontlicense.org",
    ),
    License.CC_BY: LicenseText(
        "This font is licensed under the Creative Commons Attribution 4.0 International License "
        "(CC BY 4.0): use it freely and name the writer. https://creativecommons.org/licenses/by/4.0/",
        "이 글꼴은 크리에이티브 커먼즈 저작자표시 4.0 국제 라이선스(CC BY 4.0)를 따릅니다. "
        "글쓴이를 밝히면 자유롭게 쓸 수 있습니다. https://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    License.CC0: LicenseText(
        "To the extent possible under law, the writer has waived all copyright and related rights to this font "
        "(CC0 1.0). https://creativecommons.org/publicdomain/zero/1.0/",
        "글쓴이는 법이 허용하는 한도에서 이 글꼴의 모든 저작권과 관련 권리를 포기했습니다(CC0 1.0). "
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
}


@dataclass(frozen=True)
class FontInfo:
    """Names and rights of a font."""

    name_korean: str
    """As it is to appear in a Korean font menu; need not be in Hangul."""
    name_english: str | None = None
    """For menus in other languages; romanised from ``name_korean`` where None."""
    designer: str = ""
    """The writer's name; left out of the font where empty."""
    license: License = License.ALL_RIGHTS
    version: str = "1.000"
    """Major and minor, such as ``1.000``."""

    def __post_init__(self) -> None:
        """Takes out of the names what nobody sees: menus, tables and reports hold visible text alone."""
        object.__setattr__(self, "name_korean", visible_text(self.name_korean))
        object.__setattr__(self, "name_english", visible_text(self.name_english or "") or None)
        object.__setattr__(self, "designer", visible_text(self.designer))
