"""Papers opened again and held against GB/T 9704; the month's table adds up (C23, C24)."""

import io
import subprocess
from datetime import date

import docx
import openpyxl
import pytest
from django.core.management import CommandError, call_command
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Pt

from dabao.documents import official, pdf
from dabao.models import Unit
from dabao.tests.cast import CHAHE, DAMAIDI, SHIYANG, TODAY, ZHAOJIADIAN
from reports.models import HelpRequest
from reports.tests.conftest import APRIL

URL = f"/reports/2020-04/{SHIYANG}/document/"


def opened(answer) -> docx.document.Document:
    return docx.Document(io.BytesIO(b"".join(answer.streaming_content)))


def texts(document, style):
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == style]


def east_asian(style):
    return style.element.rPr.rFonts.get(qn("w:eastAsia"))


@pytest.fixture
def paper(client_of, cast, make_case, send, county):
    make_case()
    report = send(TODAY)
    unit = Unit.objects.create(region=county.region, name="社会救助股")
    HelpRequest.objects.create(report=report, text="开通账号", unit=unit, wanted_by=date(2020, 4, 17))
    return opened(client_of(cast.county).get(URL))


def test_the_page_is_that_of_the_standard(paper):
    section = paper.sections[0]
    mm = {
        name: round(getattr(section, name).mm)
        for name in (
            "page_width",
            "page_height",
            "top_margin",
            "bottom_margin",
            "left_margin",
            "right_margin",
        )
    }
    assert list(mm.values()) == [210, 297, 37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        (official.TITLE, "方正小标宋简体", 22),
        (official.BODY, "仿宋_GB2312", 16),
        (official.LEVELS[0], "黑体", 16),
        (official.LEVELS[1], "楷体_GB2312", 16),
        (official.LEVELS[2], "仿宋_GB2312", 16),
        (official.SIGNED, "仿宋_GB2312", 16),
    ],
)
def test_fonts_and_sizes_are_those_of_the_standard(paper, style, font, size):
    found = paper.styles[style]
    assert (east_asian(found), found.font.size, found.font.bold) == (font, Pt(size), False)


def test_lines_are_exact_and_the_first_is_indented_by_two_characters(paper):
    body = paper.styles[official.BODY]
    assert body.paragraph_format.line_spacing_rule == WD_LINE_SPACING.EXACTLY
    assert body.paragraph_format.line_spacing == Pt(28.95)
    indent = body.element.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"


def test_fonts_have_fallbacks(paper):
    part = next(p for p in paper.part.package.iter_parts() if p.partname == "/word/fontTable.xml")
    assert "FangSong" in part.blob.decode()


def test_page_numbers_stand_outside_left_and_right(paper):
    section = paper.sections[0]
    assert paper.settings.odd_and_even_pages_header_footer
    for footer in (section.footer, section.even_page_footer):
        assert footer.paragraphs[0].text.replace(" ", "") == "——"
        assert "PAGE" in footer._element.xml
    assert section.footer.paragraphs[0].alignment != section.even_page_footer.paragraphs[0].alignment


def test_the_paper_says_what_the_report_says(paper):
    assert texts(paper, official.TITLE) == ["石羊镇2020年4月\n社会救助兜底保障工作情况报告"]
    assert texts(paper, official.ADDRESSEE) == ["大姚县民政局："]
    assert texts(paper, official.LEVELS[0]) == [
        "一、工作进展情况",
        "二、存在问题及困难",
        "三、请求帮助解决事项",
    ]
    body = "".join(texts(paper, official.BODY))
    assert "应排查1户1人" in body
    assert "1．开通账号（请社会救助股解决，希望4月17日前）。" in body
    assert texts(paper, official.SIGNED)[-1] == "2020年4月10日"
    assert texts(paper, official.DRAFT) == []


def test_the_table_of_the_paper_holds_the_figures(paper):
    rows = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert rows[0][:3] == ["类别", "应排查", "已排查"]
    assert next(row for row in rows if row[0] == "实有户数")[1:3] == ["1", "0"]


def test_a_report_that_is_not_in_says_draft(client_of, cast):
    assert texts(opened(client_of(cast.officer).get(URL)), official.DRAFT) == ["草稿"]


def test_a_strangers_paper_is_404(client_of, cast):
    assert client_of(cast.stranger).get(URL).status_code == 404


def test_the_office_may_change_the_looks_in_word(client_of, cast, settings, tmp_path):
    settings.DABAO_DATA_DIR = tmp_path
    own = official.template()
    own.styles[official.BODY].font.size = Pt(18)
    own.add_paragraph("旧字")
    (tmp_path / "templates").mkdir()
    own.save(tmp_path / "templates" / "official.docx")
    paper = opened(client_of(cast.officer).get(URL))
    assert paper.styles[official.BODY].font.size == Pt(18)
    assert "旧字" not in [paragraph.text for paragraph in paper.paragraphs]


def test_the_command_writes_the_same_paper(county, tmp_path, make_case):
    make_case()
    out = tmp_path / "report.docx"
    call_command("make_report", str(out), month="2020-04", region=SHIYANG)
    assert texts(docx.Document(str(out)), official.DRAFT) == ["草稿"]
    for month, region in (("2020-13", SHIYANG), ("2020-04", "532326999"), ("2021-01", SHIYANG)):
        with pytest.raises(CommandError) as refused:
            call_command("make_report", str(out), month=month, region=region)
        assert refused.value.returncode == 2


@pytest.mark.skipif(not pdf.available(), reason="没有 LibreOffice")
def test_the_paper_becomes_a_pdf_of_a4(client_of, cast, make_case):
    make_case()
    answer = client_of(cast.officer).get(f"{URL}?as=pdf")
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"%PDF")
    assert b"/MediaBox" in content or len(content) > 5000


def test_without_libreoffice_the_page_says_what_to_do(client_of, cast, monkeypatch):
    def slow(*args, **kwargs):
        raise subprocess.TimeoutExpired("soffice", 25)

    monkeypatch.setattr(pdf, "_program", lambda: "soffice")
    monkeypatch.setattr(subprocess, "run", slow)
    answer = client_of(cast.officer).get(f"{URL}?as=pdf", follow=True)
    assert "请下载 docx" in answer.content.decode()


def test_the_table_of_the_month_adds_up(client_of, cast, make_case, make_household, send):
    for village in (CHAHE, CHAHE, DAMAIDI):
        make_case(make_household(village))
    send(TODAY, APRIL, ZHAOJIADIAN)
    make_case(make_household(DAMAIDI))  # after the submission: not in its frozen figures
    answer = client_of(cast.county).get("/reports/2020-04/table/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    for sheet in book:
        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        townships, total = rows[1:-1], rows[-1]
        for column in range(1, 12):
            assert total[column] == sum(row[column] for row in townships)
    households = {row[0]: (row[1], row[-1]) for row in book["户数"].iter_rows(min_row=3, values_only=True)}
    assert households["石羊镇"] == (2, "没报，台账4月10日的数")
    assert households["赵家店镇"] == (1, "4月10日报送")
    assert households["合计"][0] == 3


def test_a_township_gets_its_own_line_only(client_of, cast):
    answer = client_of(cast.officer).get("/reports/2020-04/table/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))["户数"]
    assert [row[0] for row in sheet.iter_rows(min_row=3, values_only=True)] == ["石羊镇", "合计"]
