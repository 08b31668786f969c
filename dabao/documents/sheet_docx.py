"""Forms as docx: the fonts and styles of the official papers, on a page with narrow margins for tables.

At the foot of each page: what it is, who printed it when, page n of N.
"""

from collections.abc import Sequence
from typing import Any, BinaryIO

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from dabao.documents import official
from dabao.documents.sheet import WIDTH, Cell, Part, Sheet, Table

EDGE, FOOT = Mm(18), Mm(10)
CELL_SIZE, FOOT_SIZE = Pt(10.5), Pt(9)
GREY = "F2F2F2"
LINE_MM = 8


def write(sheets: Sequence[Sheet], printed: str, target: BinaryIO) -> None:
    """The sheets in one file, each from a new page. `printed`: who printed them and when."""
    document = official.template()
    document.core_properties.title = sheets[0].title
    document.core_properties.author = ""
    _page(document, sheets[0].foot, printed)
    for number, sheet in enumerate(sheets):
        title = document.add_paragraph(sheet.title, style=official.TITLE)
        title.paragraph_format.page_break_before = number > 0
        if sheet.under:
            _spread(document.add_paragraph(style=official.CELL), sheet.under)
        for part in sheet.parts:
            _part(document, part)
    document.save(target)


def _page(document: Document, what: str, printed: str) -> None:
    section = document.sections[0]
    section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = EDGE
    section.footer_distance = FOOT
    document.settings.odd_and_even_pages_header_footer = False
    document.styles[official.TITLE].font.size = Pt(18)
    document.styles[official.CELL].font.size = CELL_SIZE
    foot = section.footer.paragraphs[0]
    for old in list(foot._p):
        foot._p.remove(old)
    foot.style = document.styles[official.CELL]
    _spread(foot, (what, printed, ""))
    for words in ("第 ", "PAGE", " 页 / 共 ", "NUMPAGES", " 页"):
        _run(foot, words)
    for run in foot.runs:
        run.font.size = FOOT_SIZE


def _run(paragraph: Paragraph, words: str) -> None:
    """A run of text, or the field of that name."""
    run = paragraph.add_run("" if words.isupper() else words)
    if words.isupper():
        for step in ("begin", words, "end"):
            run._r.append(official.field_part(step))


def _spread(paragraph: Paragraph, texts: Sequence[str]) -> None:
    """Texts over the line: left, middle, right."""
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(WIDTH / 2), official.CENTRE_TAB)
    stops.add_tab_stop(Mm(WIDTH), official.RIGHT_TAB)
    gap = "\t\t" if len(texts) == 2 else "\t"
    paragraph.add_run(gap.join(texts))


def _part(document: Document, part: Part) -> None:
    if part.heading:
        heading = document.add_paragraph(style=official.CELL)
        heading.add_run(part.heading).bold = True
        heading.paragraph_format.space_before = Pt(6)
        heading.paragraph_format.keep_with_next = True
    for table in part.tables:
        _table(document, table)
    for line in part.text.splitlines():
        document.add_paragraph(line, style=official.CELL)


def _table(document: Document, table: Table) -> None:
    drawn = document.add_table(rows=0, cols=len(table.widths), style="Table Grid")
    drawn.alignment = WD_TABLE_ALIGNMENT.CENTER
    drawn.autofit = False
    for column, width in zip(drawn.columns, table.widths, strict=True):
        column.width = Mm(width)
    for number, cells in enumerate(table.cells):
        row = drawn.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        _row(row, cells, table.widths)
        if table.head and number == 0:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    gap = document.add_paragraph(style=official.CELL)  # two tables without one would grow together
    gap.paragraph_format.line_spacing = Pt(3)


def _row(row: _Row, cells: Sequence[Cell], widths: Sequence[int]) -> None:
    place = 0
    tall = max((cell.tall for cell in cells), default=0)
    if tall:
        row.height = Mm(LINE_MM * tall)
    for cell in cells:
        drawn = row.cells[place]
        width = sum(widths[place : place + cell.span])
        if cell.span > 1:
            drawn = drawn.merge(row.cells[place + cell.span - 1])
        drawn.width = Mm(width)
        _fill(drawn, cell)
        place += cell.span


def _fill(drawn: _Cell, cell: Cell) -> None:
    paragraph = drawn.paragraphs[0]
    paragraph.style = official.CELL
    if cell.right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for number, line in enumerate(cell.lines):
        run = paragraph.add_run(line)
        run.bold = cell.label or cell.bold
        if number + 1 < len(cell.lines):
            run.add_break(WD_BREAK.LINE)
    if cell.label:
        shade: Any = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", GREY)):
            shade.set(qn(f"w:{name}"), value)
        drawn._tc.get_or_add_tcPr().append(shade)
