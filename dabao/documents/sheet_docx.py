"""Forms as docx: the fonts and styles of the official papers, on a page with narrow margins for tables.

At the foot of each page: what it is, who printed it when, page n of N.
"""

from collections.abc import Sequence
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from dabao.documents import official
from dabao.documents.sheet import WIDTH, Cell, Part, Sheet, Table

EDGE, FOOT = Mm(18), Mm(10)
CELL_SIZE, FOOT_SIZE = Pt(10.5), Pt(9)
GREY, GRID_STYLE = "F2F2F2", "TableGrid"
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
    """Written as XML at once: a file has thousands of cells, and cell by cell that took ten times as long."""
    style = quoteattr(str(document.styles[official.CELL].style_id))
    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in table.widths)
    rows = [
        _row(cells, table.widths, style, head=table.head and not n) for n, cells in enumerate(table.cells)
    ]
    drawn = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{GRID_STYLE}"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )
    gap = document.add_paragraph(style=official.CELL)  # two tables without one would grow together
    gap.paragraph_format.line_spacing = Pt(3)
    gap._p.addprevious(drawn)


def _row(cells: Sequence[Cell], widths: Sequence[int], style: str, *, head: bool) -> str:
    tall = max((cell.tall for cell in cells), default=0)
    kept = "<w:cantSplit/>"
    height = f'<w:trHeight w:val="{_twips(LINE_MM * tall)}"/>' if tall else ""
    repeated = "<w:tblHeader/>" if head else ""
    place, drawn = 0, []
    for cell in cells:
        drawn.append(_cell(cell, sum(widths[place : place + cell.span]), style))
        place += cell.span
    return f"<w:tr><w:trPr>{kept}{height}{repeated}</w:trPr>{''.join(drawn)}</w:tr>"


def _cell(cell: Cell, width: int, style: str) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{GREY}"/>' if cell.label else ""
    side = '<w:jc w:val="right"/>' if cell.right else ""
    weight = "<w:rPr><w:b/></w:rPr>" if cell.label or cell.bold else ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in cell.lines)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/>{span}{shade}</w:tcPr>'
        f"<w:p><w:pPr><w:pStyle w:val={style}/>{side}</w:pPr><w:r>{weight}{lines}</w:r></w:p></w:tc>"
    )


def _twips(millimetres: int) -> int:
    return round(millimetres * 1440 / 25.4)
