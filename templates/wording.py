"""The text printed on the sheet: instructions, and names of signs that look alike."""

from __future__ import annotations

TITLE = "손맛 글씨판"
SUBTITLE = "Sonmat handwriting sheet"
HANGUL_PART = ("한글 {count}자", "{count} Hangul syllables")
PAGE = ("{set_name}자 글씨판 · {number}/{total}쪽", "Set {set_name} · page {number} of {total}")

WRITE = (
    "검은색이나 파란색 펜으로, 칸 위에 작게 적힌 글자를 칸 안에 평소 글씨로 써 주세요. 선을 조금 넘어도 괜찮습니다.",
    "With a black or blue pen, write in each box the character printed above it. Crossing the lines a little is fine.",
)
WRITE_LATIN = (
    "글자를 실선 위에 맞추어 평소처럼 써 주세요. 점선은 소문자 x의 높이입니다. 이 쪽은 비워 두어도 됩니다.",
    "Let the letters stand on the solid line; the dashed line is the height of a small x. This page may be left empty.",
)
TIPS = (
    ("① A4에 100% 크기로 인쇄", "Print on A4 at 100 %, in colour or grey"),
    ("② 밝은 곳에서 종이 전체를 촬영", "Photograph the whole page in even light"),
    ("③ 한 쪽에 사진 한 장, 순서는 자유", "One photo for each page, in any order"),
)

_SIGNS = {
    ".": "마침표",
    ",": "쉼표",
    ":": "쌍점",
    ";": "쌍반점",
    "!": "느낌표",
    "?": "물음표",
    "'": "작은따옴표",
    '"': "큰따옴표",
    "`": "백틱",
    "~": "물결표",
    "(": "소괄호 열기",
    ")": "소괄호 닫기",
    "[": "대괄호 열기",
    "]": "대괄호 닫기",
    "{": "중괄호 열기",
    "}": "중괄호 닫기",
    "<": "작다",
    ">": "크다",
    "/": "빗금",
    "\\": "역빗금",
    "+": "더하기",
    "-": "붙임표",
    "=": "등호",
    "*": "별표",
    "#": "우물 정",
    "%": "퍼센트",
    "&": "앤드",
    "@": "골뱅이",
    "$": "달러",
    "^": "캐럿",
    "_": "밑줄",
    "|": "세로줄",
}


def optional_part(count: int) -> tuple[str, str]:
    """Returns the name of the part that may be left empty, in Korean and English."""
    return "영문·숫자·기호 (선택)", f"{count} Latin characters (optional)"


def hint(char: str) -> str:
    """Returns a hint that distinguishes a Latin character from similar ones, such as 대문자 for I; empty for Hangul."""
    if not char.isascii():
        return ""
    if char.isdigit():
        return "숫자"
    if char.isalpha():
        return "대문자" if char.isupper() else "소문자"
    return _SIGNS[char]
