"""What can be wrong with the photographs a person sends, each with what to do about it.

PersonError
└── PhotoError                 one photograph, or what they say together
    ├── NoPhotos               nothing was given
    ├── PhotoMissing           no such file, or it cannot be opened
    ├── PhotoDeleted           kept for its days, then deleted, and not read to the end before
    ├── EmptyFile              zero bytes
    ├── NotAnImage             another kind of file
    ├── DamagedImage           cut off, or broken inside
    ├── ImageTooLarge          more bytes or pixels than a photograph has
    ├── TooDark                nearly black
    ├── TooBlurred             nothing fine can be seen
    ├── PdfLocked              a PDF that opens with a password only
    ├── TooManyPages           a PDF with more pages than sheets have
    ├── NoMarkers              no sheet of ours in it
    ├── MirroredPhoto          a sheet of ours, seen in a mirror
    ├── TooFewMarkers          a sheet, but too little of it to know where its cells are
    ├── PageNotFlat            the page is bent or folded more than can be undone
    ├── TwoSheets              two pages in one photograph
    ├── MixedSets              pages of different sheets among the photographs
    ├── PageMissing            a page with Hangul was not photographed
    ├── PageCutOff             a page with Hangul was photographed in part only
    └── TooFewWritten          too many empty or unreadable cells
"""

from __future__ import annotations

from collections.abc import Sequence

from templates.errors import PersonError


class PhotoError(PersonError):
    """A photograph, or all of them together, that cannot be read as a written sheet."""

    code = "photo"


class NoPhotos(PhotoError):
    """No photograph was given at all."""

    code = "photo.none"

    def __init__(self) -> None:
        super().__init__(
            "사진이 없습니다. 글씨를 쓴 종이를 찍은 사진을 한 장 이상 넣어 주세요.",
            "There is no photograph: give at least one photograph of the filled sheet.",
        )


class PhotoMissing(PhotoError):
    """There is no such file, or it may not be read."""

    code = "photo.missing"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 파일을 열 수 없습니다. 파일 이름과 위치를 확인해 주세요.",
            f"“{photo}” cannot be opened: check the file's name and place.",
        )


class PhotoDeleted(PhotoError):
    """A photograph that was to be read once more is no longer kept."""

    code = "photo.deleted"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진은 보관 기간이 지나 지웠습니다. 이 쪽의 사진을 다시 올려 주세요.",
            f"“{photo}” was deleted after its days: please upload a photograph of this page once more.",
        )


class EmptyFile(PhotoError):
    """A file of zero bytes."""

    code = "photo.empty"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 파일이 비어 있습니다. 사진을 다시 저장하거나 다시 보내 주세요.",
            f"“{photo}” is an empty file: save or send the photograph again.",
        )


class NotAnImage(PhotoError):
    """A file that is no picture in a format that is read."""

    code = "photo.not_an_image"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 파일은 사진이 아닙니다. JPEG, PNG, WebP, HEIC 사진이나 PDF를 넣어 주세요.",
            f"“{photo}” is not a photograph: use a JPEG, PNG, WebP or HEIC picture, or a PDF.",
        )


class DamagedImage(PhotoError):
    """A picture that ends too early or is broken inside."""

    code = "photo.damaged"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진 파일이 손상되었거나 끝까지 저장되지 않았습니다. 원본을 다시 보내 주세요.",
            f"“{photo}” is damaged or cut off: send the original file again.",
        )


class ImageTooLarge(PhotoError):
    """More bytes or pixels than any photograph needs; refused before it is decoded."""

    code = "photo.too_large"

    def __init__(self, photo: str, limit: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진이 너무 큽니다(한도 {limit}). 보통 크기(1,200만 화소쯤)로 찍어 주세요.",
            f"“{photo}” is too large (the limit is {limit}): take it at an ordinary size, about 12 megapixels.",
        )


class PdfLocked(PhotoError):
    """A PDF that asks for a password."""

    code = "photo.locked"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ PDF에 암호가 걸려 있습니다. 암호를 풀어 다시 저장한 뒤 넣어 주세요.",
            f"“{photo}” is a PDF locked with a password: save it without one and give it again.",
        )


class TooManyPages(PhotoError):
    """A PDF that must be something else: no sheet has so many pages."""

    code = "photo.too_many_pages"

    def __init__(self, photo: str, page_count: int, most: int) -> None:
        super().__init__(
            f"‘{photo}’ PDF는 {page_count}쪽이나 됩니다(한도 {most}쪽). 글씨판 쪽만 골라 따로 저장해 주세요.",
            f"“{photo}” has {page_count} pages (the limit is {most}): save only the pages of the sheet.",
        )


class TooDark(PhotoError):
    """A photograph that is black or nearly so."""

    code = "photo.too_dark"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진이 너무 어둡습니다. 밝은 곳에서 다시 찍어 주세요.",
            f"“{photo}” is too dark: take it again in better light.",
        )


class TooBlurred(PhotoError):
    """A photograph in which nothing fine can be seen."""

    code = "photo.too_blurred"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진이 너무 흐립니다. 초점을 맞추고 흔들리지 않게 다시 찍어 주세요.",
            f"“{photo}” is too blurred: focus, hold still and take it again.",
        )


class NoMarkers(PhotoError):
    """No marker of our sheets is in the photograph."""

    code = "photo.no_marker"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진에서 손맛 글씨판을 찾지 못했습니다. 가장자리의 검은 네모가 모두 보이게 다시 찍어 주세요.",
            f"“{photo}” shows no sheet: take it again with all the black squares at the page's edge in view.",
        )


class MirroredPhoto(PhotoError):
    """The sheet is seen as in a mirror: left and right are swapped."""

    code = "photo.mirrored"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진은 좌우가 뒤집혀 있습니다. 좌우 반전을 끄고 다시 찍거나, 사진을 뒤집어 저장해 주세요.",
            f"“{photo}” is mirrored: switch mirroring off and take it again, or save the picture flipped.",
        )


class TooFewMarkers(PhotoError):
    """A page is recognised, but too few of its markers are seen to place its cells."""

    code = "photo.too_few_markers"

    def __init__(self, photo: str, seen: int, printed: int) -> None:
        super().__init__(
            f"‘{photo}’ 사진에서 검은 네모가 {printed}개 가운데 {seen}개만 보입니다. "
            "종이 전체가 가려지지 않게 다시 찍어 주세요.",
            f"“{photo}” shows only {seen} of the page's {printed} black squares: "
            "take it again with the whole page in view and nothing on it.",
        )


class PageNotFlat(PhotoError):
    """The markers do not lie on any smooth page: it is folded, or bent too much."""

    code = "photo.not_flat"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진의 종이가 많이 휘었거나 접혔습니다. 평평하게 펴고 위에서 다시 찍어 주세요.",
            f"In “{photo}” the page is bent or folded too much: lay it flat and take it again from above.",
        )


class TwoSheets(PhotoError):
    """Markers of two pages, or of two copies of one, in one photograph."""

    code = "photo.two_sheets"

    def __init__(self, photo: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진에 종이가 두 장 보입니다. 한 사진에 한 장씩 따로 찍어 주세요.",
            f"“{photo}” shows two sheets: photograph each page on its own.",
        )


class MixedSets(PhotoError):
    """Pages of sheets of different sizes among the photographs."""

    code = "photo.mixed_sets"

    def __init__(self, photo: str, set_name: str, others: str) -> None:
        super().__init__(
            f"‘{photo}’ 사진은 {set_name}자 글씨판인데 다른 사진은 {others}자 글씨판입니다. "
            "한 가지 글씨판의 사진만 넣어 주세요.",
            f"“{photo}” is a page of the {set_name}-character sheet, the others are of the {others}-character one: "
            "give photographs of one sheet only.",
        )


class PageMissing(PhotoError):
    """Pages with Hangul cells that no photograph shows."""

    code = "photo.page_missing"

    def __init__(self, page_numbers: Sequence[int], page_count: int) -> None:
        pages = ", ".join(str(number) for number in page_numbers)
        said = f"Page {pages} of {page_count} is" if len(page_numbers) == 1 else f"Pages {pages} of {page_count} are"
        super().__init__(
            f"글씨판은 모두 {page_count}쪽인데 {pages}쪽의 사진이 없습니다. 빠진 쪽을 찍어 함께 넣어 주세요.",
            f"{said} not among the photographs: photograph what is missing and add it.",
        )


class PageCutOff(PhotoError):
    """The photographs of a page leave some of its cells out."""

    code = "photo.page_cut_off"

    def __init__(self, photo: str, page_number: int, unseen: Sequence[str]) -> None:
        named = " ".join(unseen[:8])
        super().__init__(
            f"‘{photo}’ 사진에는 {page_number}쪽의 일부만 보입니다. 글자 {len(unseen)}개({named} …)가 나온 "
            "나머지 부분도 찍어 함께 넣어 주세요.",
            f"“{photo}” shows page {page_number} only in part: photograph the rest as well and add it, "
            f"{len(unseen)} characters are out of the picture ({named} …).",
        )


class TooFewWritten(PhotoError):
    """Fewer Hangul cells can be used than a font needs."""

    code = "photo.too_few_written"

    def __init__(self, usable: int, asked: int, needed: int, worst: Sequence[str]) -> None:
        named = " ".join(worst)
        super().__init__(
            f"한글 {asked}자 가운데 {usable}자만 읽었습니다. 적어도 {needed}자가 필요합니다. "
            f"빈칸을 더 채우고 다시 찍어 주세요. 읽지 못한 글자: {named} …",
            f"Only {usable} of {asked} Hangul cells could be read (at least {needed} are needed): "
            f"fill more cells and photograph again. Not read: {named} …",
        )
