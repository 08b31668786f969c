"""What a file really is, before anything parses it: magic, structure and a scan of the sheets' XML.

Runs in the reading process only. Nothing here needs Django. A file that is not what its name says is
refused with advice for exactly that mistake (W05, W07); stray cells and hidden losses of the reader
(error cells, formulas without a stored value) are found in the raw XML (traps 1 and 2 of the reader).
"""

import io
import posixpath
import re
import zipfile
import zlib
from zipfile import BadZipFile

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from screening.imports.limits import Limits

XLSX, XLS, CSV = "xlsx", "xls", "csv"

CELL_ERROR, FORMULA_NO_VALUE = "CELL_ERROR", "FORMULA_NO_VALUE"

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "请用 Excel 或 WPS 打开，选“另存为”→“Excel 工作簿（.xlsx）”，再上传新文件。"


class RefusedError(Exception):
    """A file that is not taken. `message` is Chinese: what is wrong and what to do."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


def recognise(data: bytes, extension: str, limits: Limits) -> str:
    """Kind of the file by content, agreeing with its extension (without dot, lower case); else
    RefusedError.
    """
    if len(data) > limits.packed:
        raise RefusedError(f"文件超过 {limits.packed // 1024 // 1024} MB。请按乡镇拆成几个文件分别上传。")
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise RefusedError("文件是空的。请重新导出后再上传。")
    kind = _by_magic(data, limits)
    if extension not in (XLSX, XLS, CSV):
        raise RefusedError(f"不认识扩展名“.{extension[:10]}”。只收 .xlsx、.xls 和 .csv。{_SAVE_AS}")
    if kind != extension:
        raise RefusedError(f"扩展名是 .{extension}，内容却是 .{kind}，两者不一致。{_SAVE_AS}")
    return kind


def _by_magic(data: bytes, limits: Limits) -> str:
    if data.startswith(_ZIP):
        return _zip_kind(data, limits)
    if data.startswith(_OLE):
        return _ole_kind(data)
    for magic, name in (
        (b"%PDF", "PDF 文件"),
        (b"\x89PNG", "图片"),
        (b"\xff\xd8\xff", "图片"),
        (b"Rar!", "RAR 压缩包"),
        (b"7z\xbc\xaf", "7z 压缩包"),
        (b"\x1f\x8b", "gzip 压缩包"),
        (b"{\\rtf", "RTF 文档"),
    ):
        if data.startswith(magic):
            raise RefusedError(f"这是{name}，不是表格。请上传原来的 .xlsx、.xls 或 .csv 表格。")
    head = data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith(b"mime-version:"):
        raise RefusedError(f"这是另存的网页（.mht），不是表格。{_SAVE_AS}")
    if head.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise RefusedError(f"这是“XML 表格 2003”格式。{_SAVE_AS}")
    if head.startswith(
        (b"<!doctype", b"<html", b"<table", b"<meta", b"<?xml", b"<head", b"<body", b"<div", b"<style")
    ):
        raise RefusedError(f"这是网页，只是用了表格的名字（有些系统导出如此）。{_SAVE_AS}")
    return CSV


def _zip_kind(data: bytes, limits: Limits) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RefusedError("文件已损坏，打不开。请重新导出，或用 Excel 打开并修复后另存，再上传。") from error
    names = {part.filename for part in parts}
    if len(parts) > limits.parts:
        raise RefusedError(
            f"文件里有 {len(parts)} 个部件，超过 {limits.parts} 个。请把数据复制到一个新工作簿再上传。"
        )
    if sum(part.file_size for part in parts) > limits.unpacked:
        raise RefusedError(_too_big_unpacked(limits))
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("压缩包有密码。请上传未加密的表格。")
    if "word/document.xml" in names:
        raise RefusedError("这是 Word 文档。请把表格复制到 Excel，存为 .xlsx 再上传。")
    if "ppt/presentation.xml" in names:
        raise RefusedError("这是 PowerPoint 文件，不是表格。请上传 .xlsx 表格。")
    if "xl/workbook.bin" in names:
        raise RefusedError(f"这是二进制工作簿（.xlsb）。{_SAVE_AS}")
    if "mimetype" in names and "content.xml" in names:
        raise RefusedError(f"这是 OpenDocument 表格（.ods）。{_SAVE_AS}")
    if "xl/workbook.xml" not in names:
        raise RefusedError("这是压缩包，不是 Excel 表格。请解压后上传里面的表格。")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise RefusedError(f"工作簿里带宏，本系统不收带宏的文件。{_SAVE_AS}（不含宏的那一种）")
    return XLSX


def _ole_kind(data: bytes) -> str:
    def has_stream(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has_stream("EncryptedPackage"):
        raise RefusedError(
            "工作簿设了打开密码。请在 Excel 里去掉密码（文件→信息→保护工作簿），另存后再上传。"
        )
    if has_stream("WordDocument"):
        raise RefusedError("这是 Word 文档。请把表格复制到 Excel，存为 .xlsx 再上传。")
    if has_stream("PowerPoint Document"):
        raise RefusedError("这是 PowerPoint 文件，不是表格。请上传 .xlsx 表格。")
    if has_stream("Workbook") or has_stream("Book"):
        return XLS
    raise RefusedError(f"这个文件不是 Excel 表格。{_SAVE_AS}")


def _too_big_unpacked(limits: Limits) -> str:
    size = limits.unpacked // 1024 // 1024
    return f"文件展开后超过 {size} MB。多半是整列设了格式：请只复制有数据的区域到新工作簿，再上传。"


# Cells beyond column AZ: those that may pass the limit.
_FAR_COLUMN = re.compile(rb' r="([A-Z]{3}|[B-Z][A-Z])(\d+)"')
_HAS_VALUE = re.compile(rb"[^>]*[^/>]>(?!</)").match


class XlsxScan:
    """The sheets' raw XML of one workbook: positions beyond the limits, error cells, formulas without
    value.
    """

    def __init__(self, data: bytes, limits: Limits):
        self.limits = limits
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        try:
            self._refuse_declarations()
            self.paths = self._sheet_paths()
        except DefusedXmlException as error:
            raise RefusedError(
                "文件里有外部引用声明，出于安全不收。请把数据复制到一个新工作簿再上传。"
            ) from error
        except (ElementTree.ParseError, KeyError, BadZipFile, OSError, EOFError, zlib.error) as error:
            raise RefusedError("文件已损坏，打不开。请用 Excel 打开并修复后另存，再上传。") from error

    def _refuse_declarations(self) -> None:
        """Read every XML part once: its true size counts, and a DTD or entity is refused."""
        total = 0
        for part in self.archive.infolist():
            with self.archive.open(part) as stream:
                first = True
                while chunk := stream.read(1 << 20):
                    total += len(chunk)
                    if total > self.limits.unpacked:
                        raise RefusedError(_too_big_unpacked(self.limits))
                    if first and part.filename.endswith((".xml", ".rels")):
                        head = chunk[:65536].replace(b"\x00", b"").upper()
                        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                            raise RefusedError(
                                "文件里有外部引用声明，出于安全不收。请把数据复制到一个新工作簿再上传。"
                            )
                    first = False

    def _sheet_paths(self) -> dict[str, str]:
        relations = ElementTree.fromstring(self.archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
        targets = {item.get("Id"): item.get("Target", "") for item in relations}
        book = ElementTree.fromstring(self.archive.read("xl/workbook.xml"), forbid_dtd=True)
        paths = {}
        for sheet in book.iter():
            if sheet.tag.rpartition("}")[2] != "sheet":
                continue
            relation = next((value for key, value in sheet.items() if key.endswith("}id")), None)
            target = targets.get(relation, "")
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join("xl", target))
            )
            paths[sheet.get("name", "")] = path
        return paths

    def scan(self, sheet: str) -> dict[tuple[int, int], str]:
        """Marks of one sheet: (row, column), both from 0, to CELL_ERROR or FORMULA_NO_VALUE."""
        path = self.paths.get(sheet)
        if path is None or path not in self.archive.NameToInfo:
            return {}
        xml = self.archive.read(path)
        self._refuse_far_cells(xml, sheet)
        marks: dict[tuple[int, int], str] = {}
        for found in re.finditer(rb't="e"', xml):
            self._mark(xml, found.start(), marks, CELL_ERROR)
        if any(opening in xml for opening in (b"<f>", b"<f ", b"<f/>", b":f>", b":f ", b":f/>")):
            for found in re.finditer(rb"<(?:\w+:)?f[ >/]", xml):
                self._mark(xml, found.start(), marks, FORMULA_NO_VALUE)
        return marks

    def _refuse_far_cells(self, xml: bytes, sheet: str) -> None:
        """A value far outside makes the reader build all the cells between: refuse before it tries.

        Blank cells far away, that only have a format, are none of ours.
        """
        digits = len(str(self.limits.rows + 1))
        for found in re.finditer(rb' r="[A-Z]{1,3}(\d{%d,})"' % digits, xml):
            row = int(found[1])
            if row > self.limits.rows and _HAS_VALUE(xml, found.end()):
                raise RefusedError(
                    f"工作表“{sheet}”第 {row} 行有内容，超过 {self.limits.rows} 行。"
                    "若是误留的零星内容，请删去；若真有这么多，请按乡镇拆成几个文件。"
                )
        for found in _FAR_COLUMN.finditer(xml):
            letters = found[1].decode()
            if column_number(letters) > self.limits.columns and _HAS_VALUE(xml, found.end()):
                raise RefusedError(
                    f"工作表“{sheet}”的 {letters}{int(found[2])} 格有内容，超过 {self.limits.columns} 列。"
                    "请删去多余的列后再上传。"
                )

    @staticmethod
    def _mark(xml: bytes, position: int, marks: dict[tuple[int, int], str], code: str) -> None:
        start = max(xml.rfind(b"<c ", 0, position + 1), xml.rfind(b":c ", 0, position + 1))
        end = xml.find(b"c>", position)
        if start < 0 or end < 0:
            return
        cell = xml[start:end]
        reference = re.search(rb' r="([A-Z]{1,3})(\d+)"', cell)
        if reference is None:
            return
        if code == FORMULA_NO_VALUE:
            value = re.search(rb"<(?:\w+:)?v(?:/>|>([^<]*))", cell)
            holds_text = b't="str"' in cell[: cell.find(b">")]
            if value is not None and (value[1] or holds_text):
                return
        marks.setdefault((int(reference[2]) - 1, column_number(reference[1].decode()) - 1), code)


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 → A, 27 → AA: the letters Excel shows above the column."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
