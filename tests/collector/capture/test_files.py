import ctypes
import io

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_raw
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from collector.capture import is_pdf, is_readable, open_pictures, read_file, read_photos
from collector.capture.pdf import LONG_SIDE_PX, MAX_PAGES
from collector.errors import DamagedImage, ImageTooLarge, NoMarkers, PdfLocked, TooManyPages
from collector.instances import Preference, Verdict, judge_sheet
from templates.pdf import write_pdf
from templates.sheet import build_sheet

HUGE_PICTURE = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R>> endobj
4 0 obj <</Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 8/Length 3>>
stream
abc
endstream endobj
5 0 obj <</Length 26>> stream
q 595 0 0 842 0 0 cm /I Do Q
endstream endobj
trailer <</Root 1 0 R>>
%%EOF
"""


def _pdf(path, pages=1, **options):
    canvas = Canvas(str(path), pagesize=(595, 842), **options)
    for _ in range(pages):
        canvas.drawString(100, 700, "hello")
        canvas.showPage()
    canvas.save()
    return path


@pytest.mark.parametrize(
    ("beginning", "readable", "pdf"),
    [
        (b"%PDF-1.7\n...", True, True),
        (b"\xff\xd8\xff\xe0....", True, False),
        (b"\x89PNG\r\n\x1a\n....", True, False),
        (b"RIFF\0\0\0\0WEBP", True, False),
        (b"RIFF\0\0\0\0WAVE", False, False),
        (b"\0\0\0\x18ftypheic", True, False),
        (b"\0\0\0\x18ftypisom", False, False),
        (b"GIF89a......", False, False),
        (b"", False, False),
    ],
)
def test_a_file_is_known_by_its_beginning(beginning, readable, pdf):
    assert is_readable(beginning) == readable
    assert is_pdf(beginning) == pdf


def test_pages_of_a_pdf_are_drawn_one_by_one_on_white(tmp_path):
    names = []
    for picture in open_pictures(_pdf(tmp_path / "a.pdf", pages=2)):
        names.append(picture.name)
        assert max(picture.pixels.shape) == LONG_SIDE_PX
        assert picture.pixels[0, 0].tolist() == [255, 255, 255]
        assert picture.pixels.min() < 50
    assert names == ["a.pdf #1", "a.pdf #2"]


def test_a_locked_pdf_is_named(tmp_path):
    with pytest.raises(PdfLocked, match=r"a\.pdf"):
        list(open_pictures(_pdf(tmp_path / "a.pdf", encrypt="secret")))


def test_a_book_is_no_sheet(tmp_path):
    with pytest.raises(TooManyPages, match=str(MAX_PAGES + 1)):
        list(open_pictures(_pdf(tmp_path / "a.pdf", pages=MAX_PAGES + 1)))


def test_a_picture_that_would_fill_the_memory_is_refused_undrawn(tmp_path):
    (tmp_path / "a.pdf").write_bytes(HUGE_PICTURE)
    with pytest.raises(ImageTooLarge):
        list(open_pictures(tmp_path / "a.pdf"))


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", b"%PDF-1.7\n1 0 obj <<", b"%PDF-" + bytes(300)])
def test_a_broken_pdf_is_damaged(tmp_path, data):
    (tmp_path / "a.pdf").write_bytes(data)
    with pytest.raises(DamagedImage):
        list(open_pictures(tmp_path / "a.pdf"))


def test_a_pdf_without_a_sheet_has_no_markers(tmp_path):
    with pytest.raises(NoMarkers, match=r"a\.pdf #1"):
        list(read_file(_pdf(tmp_path / "a.pdf", pages=2)))


def test_a_pdf_of_scans_is_read_page_by_page_its_blank_backs_passed_over(tmp_path, hundred):
    pages = [Image.open(path) for path in hundred]
    back = Image.new("RGB", pages[0].size, "white")
    pages[0].save(tmp_path / "scans.pdf", save_all=True, append_images=[back, pages[1]])
    readings = read_photos([tmp_path / "scans.pdf"])
    judged = judge_sheet(readings, Preference.BEST)
    assert [reading.photo for reading in readings] == ["scans.pdf #1", "scans.pdf #3"]
    assert judged.problem is None
    assert len(judged.good) >= 0.95 * len(judged.verdicts)


def test_ink_that_a_tablet_keeps_as_an_annotation_is_seen(tmp_path):
    sheet = build_sheet("28")
    write_pdf(sheet, tmp_path / "sheet.pdf")
    document = pdfium.PdfDocument((tmp_path / "sheet.pdf").read_bytes())
    cell = sheet.pages[0].cells[3]
    _annotate(document[0], [(cell.x + 3, cell.y + 3), (cell.x + 11, cell.y + 11), (cell.x + 11, cell.y + 3)])
    buffer = io.BytesIO()
    document.save(buffer)
    (tmp_path / "written.pdf").write_bytes(buffer.getvalue())
    (reading,) = read_file(tmp_path / "written.pdf")
    assert [read.char for read in reading.cells if read.verdict is not Verdict.BLANK] == [cell.char]
    left, top, right, bottom = next(read.glyph for read in reading.cells if read.glyph).bounds_em()
    assert (left, top, right, bottom) == pytest.approx((3 / 14, 3 / 14, 11 / 14, 11 / 14), abs=0.06)


def _annotate(page, points_mm):
    """Add an ink annotation along points, as PDF readers with a pen do."""
    scale, height = 72 / 25.4, page.get_height()
    points = [(x * scale, height - y * scale) for x, y in points_mm]
    annotation = pdfium_raw.FPDFPage_CreateAnnot(page, pdfium_raw.FPDF_ANNOT_INK)
    line = (pdfium_raw.FS_POINTF * len(points))(*[pdfium_raw.FS_POINTF(*point) for point in points])
    pdfium_raw.FPDFAnnot_AddInkStroke(annotation, line, ctypes.c_size_t(len(points)))
    xs, ys = zip(*points, strict=True)
    box = pdfium_raw.FS_RECTF(min(xs) - 3, max(ys) + 3, max(xs) + 3, min(ys) - 3)
    pdfium_raw.FPDFAnnot_SetRect(annotation, ctypes.byref(box))
    pdfium_raw.FPDFAnnot_SetColor(annotation, pdfium_raw.FPDFANNOT_COLORTYPE_Color, 0, 0, 0, 255)
    pdfium_raw.FPDFAnnot_SetBorder(annotation, 0, 0, 2)
    pdfium_raw.FPDFPage_CloseAnnot(annotation)
