"""A paper in the layout of GB/T 9704-2012, as docx: page, fonts, line grid, levels, page numbers.

The looks live in named styles (公文标题, 公文正文 …). `template()` gives them; an office that wants others
changes them in Word and puts the file where `Paper` is told to look. Fonts are named, not embedded, each
with a fallback that Word takes when it is not installed.
"""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import docx
from django.conf import settings
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from lxml import etree

# 22 lines of 28 characters on a type area of 156 × 225 mm.
LINE = Pt(28.95)
BODY_SIZE, TITLE_SIZE, TABLE_SIZE, PAGE_NUMBER_SIZE = Pt(16), Pt(22), Pt(9), Pt(14)
LARGE = Pt(12)  # of tables that are read standing
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
PAGE_NUMBER_ABOVE_EDGE = Mm(23)
LATIN = "Times New Roman"
FALLBACKS = {
    "方正小标宋简体": "FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,宋体,SimSun",
    "仿宋_GB2312": "仿宋,FangSong,华文仿宋,STFangsong",
    "楷体_GB2312": "楷体,KaiTi,华文楷体,STKaiti",
    "黑体": "SimHei,华文黑体,STHeiti",
    "宋体": "SimSun,华文宋体,STSong",
}
TITLE, BODY, ADDRESSEE, SIGNED, DRAFT, CELL = (
    "公文标题",
    "公文正文",
    "公文主送",
    "公文署名",
    "公文草稿",
    "公文表格",
)
CENTRE_TAB, RIGHT_TAB = WD_TAB_ALIGNMENT.CENTER, WD_TAB_ALIGNMENT.RIGHT
LEVELS = ("公文一级", "公文二级", "公文三级")
OFFICE_TEMPLATE = "official.docx"
CHARACTER = 100  # w:firstLineChars and its like count hundredths of a character


class Paper:
    """A paper under construction; `save` writes it. `template_path`: a docx with the office's own styles."""

    def __init__(self, title: str, template_path: Path | None = None) -> None:
        own = template_path is not None and template_path.exists()
        self.document = docx.Document(str(template_path)) if own else template()
        self._empty_body()
        self.document.core_properties.title = title
        self.document.core_properties.author = ""
        self._paragraph(title, TITLE)

    def _empty_body(self) -> None:
        body = self.document.element.body
        for child in list(body):
            if child.tag != qn("w:sectPr"):
                body.remove(child)

    def _paragraph(self, text: str, style: str) -> Paragraph:
        return self.document.add_paragraph(text, style=style)

    def draft(self) -> None:
        """Says above the title that the paper is not final."""
        self.document.paragraphs[0].insert_paragraph_before("草稿", style=DRAFT)

    def addressee(self, text: str) -> None:
        """主送机关, flush left one line below the title."""
        self._paragraph("", BODY)
        self._paragraph(f"{text}：", ADDRESSEE)

    def space(self) -> None:
        """A blank line."""
        self._paragraph("", BODY)

    def heading(self, text: str, level: int = 1) -> None:
        """一、 in 黑体, （一） in 楷体, 1. in 仿宋: the number is part of the text."""
        self._paragraph(text, LEVELS[level - 1])

    def text(self, text: str) -> None:
        """Body text; each line of it a paragraph."""
        for line in filter(None, (part.strip() for part in text.splitlines())):
            self._paragraph(line, BODY)

    def signed(self, office: str, day: date) -> None:
        """署名 and 成文日期 at the right, two lines below the text, never on a page without any of it."""
        for _ in range(2):
            self.document.paragraphs[-1].paragraph_format.keep_with_next = True
            self._paragraph("", BODY)
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        self._paragraph(office, SIGNED).paragraph_format.keep_with_next = True
        self._paragraph(f"{day.year}年{day.month}月{day.day}日", SIGNED)

    def table(
        self,
        caption: str,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        left: Collection[int] = (0,),
        size: Length | None = None,
    ) -> None:
        """A table with all lines, on one page where it fits; figures right; widths in mm.

        `left`: the columns that hold words; `size`: of the letters, where it is not that of a dense table.
        """
        heading = self._paragraph(caption, CELL)
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        heading.paragraph_format.keep_with_next = True
        heading.paragraph_format.space_before = Pt(6)
        table = self.document.add_table(rows=0, cols=len(head), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for number, values in enumerate([head, *rows]):
            row = table.add_row()
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            for place, value in enumerate(values):
                cell = row.cells[place]
                cell.width = Mm(widths[place])
                cell.paragraphs[0].style = CELL
                cell.paragraphs[0].paragraph_format.keep_with_next = number < len(rows)
                run = cell.paragraphs[0].add_run(str(value))
                run.bold, run.font.size = number == 0, size
                if number == 0:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
                elif place not in left:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        repeat = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)

    def next(self, title: str) -> None:
        """Another paper in the same file, from a new page."""
        self._paragraph(title, TITLE).paragraph_format.page_break_before = True

    def save(self, target: str | Path | BinaryIO) -> None:
        self.document.save(str(target) if isinstance(target, Path) else target)


def template_path() -> Path:
    """Where the office may put its own styles: `templates/official.docx` in the data folder."""
    return Path(settings.DABAO_DATA_DIR) / "templates" / OFFICE_TEMPLATE


def template() -> Document:
    """An empty document with the page, the styles and the page numbers of the standard."""
    document = docx.Document()
    _page(document)
    _styles(document)
    _page_numbers(document)
    _fallbacks(document)
    return document


def _page(document: Document) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.footer_distance = PAGE_NUMBER_ABOVE_EDGE
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(int(LINE.pt * 20)))


def _styles(document: Document) -> None:
    def add(
        name: str, font: str, size: Length, *, indent: int = 2, align: int = WD_ALIGN_PARAGRAPH.JUSTIFY
    ) -> ParagraphStyle:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = None
        style.font.size, style.font.name, style.font.bold = size, LATIN, False
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        layout = style.paragraph_format
        layout.alignment = align
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        layout.space_before = layout.space_after = Pt(0)
        if indent:
            _indent(style.element.get_or_add_pPr(), "firstLine", indent, size)
        return style

    title = add(TITLE, "方正小标宋简体", TITLE_SIZE, indent=0, align=WD_ALIGN_PARAGRAPH.CENTER)
    title.paragraph_format.line_spacing = Pt(35)
    add(BODY, "仿宋_GB2312", BODY_SIZE)
    add(ADDRESSEE, "仿宋_GB2312", BODY_SIZE, indent=0)
    for name, font in zip(LEVELS, ("黑体", "楷体_GB2312", "仿宋_GB2312"), strict=True):
        add(name, font, BODY_SIZE).paragraph_format.keep_with_next = True
    signed = add(SIGNED, "仿宋_GB2312", BODY_SIZE, indent=0, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _indent(signed.element.get_or_add_pPr(), "right", 4, BODY_SIZE)
    add(DRAFT, "黑体", BODY_SIZE, indent=0, align=WD_ALIGN_PARAGRAPH.LEFT)
    cell = add(CELL, "仿宋_GB2312", TABLE_SIZE, indent=0, align=WD_ALIGN_PARAGRAPH.LEFT)
    cell.paragraph_format.line_spacing = Pt(16)
    off_grid = OxmlElement("w:snapToGrid")
    off_grid.set(qn("w:val"), "0")
    cell.element.get_or_add_pPr().append(off_grid)


def _indent(properties: Any, side: str, characters: int, size: Length) -> None:
    """Indent by whole characters; the same in twips for programs that know only these."""
    indent = properties.get_or_add_ind()
    indent.set(qn(f"w:{side}Chars"), str(characters * CHARACTER))
    indent.set(qn(f"w:{side}"), str(int(characters * size.pt * 20)))


def _page_numbers(document: Document) -> None:
    """— 1 — in 宋体 四号: odd pages at the right, even ones at the left, one character from the edge."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, align, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left"),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        _indent(paragraph._p.get_or_add_pPr(), side, 1, PAGE_NUMBER_SIZE)
        for kind in ("— ", "PAGE", " —"):
            run = paragraph.add_run("" if kind == "PAGE" else kind)
            run.font.size, run.font.name = PAGE_NUMBER_SIZE, "宋体"
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
            if kind == "PAGE":
                for step in ("begin", "PAGE", "end"):
                    run._r.append(field_part(step))


def field_part(step: str) -> Any:
    """A part of a field in a run: `begin`, `end`, or between them the field's name, as PAGE."""
    if step.isupper():
        instruction = OxmlElement("w:instrText")
        instruction.set(qn("xml:space"), "preserve")
        instruction.text = f" {step} "
        return instruction
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), step)
    return mark


def _fallbacks(document: Document) -> None:
    """Names that Word takes in place of a font that is not installed (w:altName of the font table)."""
    part = next(part for part in document.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
    table = parse_xml(part.blob)
    for name, others in FALLBACKS.items():
        table.append(
            parse_xml(f'<w:font {nsdecls("w")} w:name="{name}"><w:altName w:val="{others}"/></w:font>')
        )
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)
