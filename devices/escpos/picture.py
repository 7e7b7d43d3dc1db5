"""A decoded receipt as the picture that a person sees on the virtual printer's page."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

from devices.escpos import code128
from devices.escpos.paper import Barcode, Cut, Drawer, Element, Feed, Line, Qr, Raster
from devices.escpos.raster import draw_row

MARGIN = 32  # dots on either side: 80 mm paper is 640 dots, of which the head prints 576
INK, PAPER, DESK = 28, 252, 226
TEETH = 8


def draw(elements: list[Element], *, dots: int = 576) -> bytes:
    """A PNG of the paper at one pixel a dot, `dots` printable, white margins around; each cut ends a sheet."""
    sheets: list[list[Image.Image]] = [[]]
    for element in elements:
        if isinstance(element, Cut):
            sheets.append([])
        elif not isinstance(element, Drawer):
            sheets[-1].append(_strip(element, dots))
    papers = [_sheet(strips, dots) for strips in sheets if strips] or [_sheet([], dots)]
    whole = Image.new("L", (papers[0].width, sum(paper.height for paper in papers)), DESK)
    top = 0
    for paper in papers:
        whole.paste(paper, (0, top))
        top += paper.height
    out = BytesIO()
    whole.save(out, "PNG", optimize=True)
    return out.getvalue()


def _sheet(strips: list[Image.Image], dots: int) -> Image.Image:
    """White paper with saw teeth where it was torn off, on the grey of the desk."""
    width = dots + 2 * MARGIN
    height = sum(strip.height for strip in strips) + 2 * MARGIN
    sheet = Image.new("L", (width, height), PAPER)
    top = MARGIN
    for strip in strips:
        # Black on white and white paper differ in tone only: grey ink keeps the look of thermal print.
        ink = strip.point(lambda value: INK + (PAPER - INK) * value // 255)
        sheet.paste(ink, (MARGIN, top))
        top += strip.height
    pen = ImageDraw.Draw(sheet)
    for left in range(0, width, 2 * TEETH):
        middle, right = left + TEETH, left + 2 * TEETH
        pen.polygon([(left, 0), (right, 0), (middle, TEETH)], fill=DESK)
        pen.polygon([(left, height), (right, height), (middle, height - TEETH)], fill=DESK)
    return sheet


def _strip(element: Element, dots: int) -> Image.Image:
    """One element across the whole printable width, black on white."""
    match element:
        case Feed():
            return Image.new("L", (dots, element.dots), 255)
        case Line():
            return _placed(ImageOps.invert(_line(element)), element.align, dots, element.height)
        case Raster():
            picture = Image.frombytes("1", (element.width, element.height), element.bits)
            return _placed(ImageOps.invert(picture.convert("L")), element.align, dots, element.height)
        case Qr():
            return _placed(_qr(element), element.align, dots)
        case Barcode():
            return _placed(_barcode(element), element.align, dots)
    raise TypeError(f"nothing to draw for {element!r}")


def _placed(picture: Image.Image, align: str, dots: int, height: int | None = None) -> Image.Image:
    left = {"left": 0, "center": (dots - picture.width) // 2, "right": dots - picture.width}[align]
    strip = Image.new("L", (dots, height or picture.height), 255)
    strip.paste(picture, (max(left, 0), 0))
    return strip


def _line(line: Line) -> Image.Image:
    rows = [draw_row(run.text, wide=run.wide, high=run.high, bold=run.bold) for run in line.runs]
    row = Image.new("L", (sum(part.width for part in rows) or 1, max((part.height for part in rows), default=1)))
    left = 0
    for part in rows:
        row.paste(part, (left, row.height - part.height))
        left += part.width
    return row


def _qr(code: Qr) -> Image.Image:
    import segno

    # The bytes are what the printer encodes; a level raised by the library would draw another code than the printer's.
    symbol = segno.make_qr(code.content, error=code.level.lower(), mode="byte", boost_error=False)
    cells = [0 if cell else 255 for row in symbol.matrix for cell in row]
    side = len(symbol.matrix)
    picture = Image.new("L", (side, side))
    picture.putdata(cells)
    return ImageOps.expand(picture.resize((side * code.module,) * 2, Image.Resampling.NEAREST), code.module * 2, 255)


def _barcode(code: Barcode) -> Image.Image:
    bars = code128.modules(code.text)
    picture = Image.new("L", (len(bars), 1))
    picture.putdata([0 if bar else 255 for bar in bars])
    picture = picture.resize((len(bars) * code.module, code.height), Image.Resampling.NEAREST)
    above = draw_row(code.text) if code.readable in ("above", "both") else None
    below = draw_row(code.text) if code.readable in ("below", "both") else None
    parts = [ImageOps.invert(part) if part else None for part in (above, below)]
    rows = [parts[0], picture, parts[1]]
    shown = [row for row in rows if row is not None]
    gap = 6
    whole = Image.new("L", (max(row.width for row in shown), sum(row.height + gap for row in shown)), 255)
    top = 0
    for row in shown:
        whole.paste(row, ((whole.width - row.width) // 2, top))
        top += row.height + gap
    return whole
