"""The same letters as one Word file (.docx), a section a letter, so that page numbers start anew.

Office Open XML written directly (ECMA-376 part 1): paragraphs, tables, one picture, footers with fields. The
text of the letters is escaped and nothing else of it reaches the markup.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from yakuba.core.print import qr
from yakuba.nursery.domain.letters import LetterText, Reason, Section
from yakuba.nursery.letters.typeset import Sheet

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FIXED_TIME = (2020, 1, 1, 0, 0, 0)  # the same letters make the same bytes
_TWIPS = 1440 / 25.4  # a millimetre
_EMU = 36000  # a millimetre
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BORDER = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="999999"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)

_TYPES = (
    f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="png" ContentType="image/png"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_WORD}.footer+xml"/>'
    f'<Override PartName="/word/header1.xml" ContentType="{_WORD}.header+xml"/>'
    "</Types>"
)
_ROOT = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_RELATIONS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/footer" Target="footer1.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/header" Target="header1.xml"/>'
    f'<Relationship Id="rId4" Type="{_OFFICE}/image" Target="media/qr.png"/></Relationships>'
)
_STYLES = (
    f'{_DECLARATION}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Yu Gothic" w:hAnsi="Yu Gothic" w:eastAsia="Yu Gothic"/><w:sz w:val="19"/>'
    '<w:lang w:val="en-US" w:eastAsia="ja-JP"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
    '<w:spacing w:before="40" w:after="40" w:line="260" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
    '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    '</w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
    '<w:basedOn w:val="Normal"/><w:pPr><w:keepNext/><w:jc w:val="center"/><w:outlineLvl w:val="0"/></w:pPr>'
    '<w:rPr><w:b/><w:sz w:val="30"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading2">'
    '<w:name w:val="heading 2"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/>'
    '<w:spacing w:before="160" w:after="40"/><w:outlineLvl w:val="1"/></w:pPr>'
    '<w:rPr><w:b/><w:sz w:val="21"/></w:rPr></w:style></w:styles>'
)
_FOOTER = (
    f'{_DECLARATION}<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:jc w:val="right"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText>'
    '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> / </w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> SECTIONPAGES '
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
)


def to_docx(letters: Sequence[LetterText], codes: Sequence[str], sheet: Sheet) -> bytes:
    """All letters in one Word file; ``codes`` as printed, "" for none."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:

        def put(name: str, data: str | bytes) -> None:
            package.writestr(_entry(name), data)

        put("[Content_Types].xml", _TYPES)
        put("_rels/.rels", _ROOT)
        put("word/_rels/document.xml.rels", _RELATIONS)
        put("word/styles.xml", _STYLES)
        put("word/footer1.xml", _FOOTER)
        put("word/header1.xml", _header(sheet.mark))
        put("word/media/qr.png", qr.png(sheet.page_address))
        with package.open(_entry("word/document.xml"), "w") as document:
            for piece in _document(letters, codes, sheet):
                document.write(piece.encode())
    return sink.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIXED_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _header(mark: str) -> str:
    text = f"{mark}（この紙は通知ではありません）" if mark else ""
    return f'{_DECLARATION}<w:hdr xmlns:w="{_W}">{_paragraph(text, align="center", bold=True)}</w:hdr>'


def _document(letters: Sequence[LetterText], codes: Sequence[str], sheet: Sheet) -> Iterator[str]:
    yield (
        f'{_DECLARATION}<w:document xmlns:w="{_W}" xmlns:r="{_OFFICE}" '
        f'xmlns:wp="{_DRAWING}/wordprocessingDrawing" xmlns:a="{_DRAWING}/main" '
        f'xmlns:pic="{_DRAWING}/picture"><w:body>'
    )
    for at, (one, code) in enumerate(zip(letters, codes, strict=True)):
        yield from _letter(one, code, sheet, at + 1)
        properties = _section_end(sheet)
        last = at == len(letters) - 1
        yield properties if last else f"<w:p><w:pPr>{properties}</w:pPr></w:p>"
    yield "</w:body></w:document>"


def _section_end(sheet: Sheet) -> str:
    kind = "oddPage" if sheet.odd else "nextPage"
    return (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/>'
        f'<w:footerReference w:type="default" r:id="rId2"/><w:type w:val="{kind}"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="680" w:right="1134" w:bottom="960" w:left="1134" '
        'w:header="340" w:footer="400" w:gutter="0"/><w:pgNumType w:start="1"/></w:sectPr>'
    )


def _letter(one: LetterText, code: str, sheet: Sheet, picture: int) -> Iterator[str]:
    yield _address(one, sheet)
    for text in (one.number, one.issued, one.issuer):
        yield _paragraph(text, align="right")
    # The window reaches below these lines; the title keeps clear of it.
    yield _paragraph(one.title, style="Heading1", before=_twips(sheet.window.top + sheet.window.height - 27))
    for text in one.lead:
        yield _paragraph(text)
    yield _table([one.columns, *one.rows], head=True)
    for part in one.sections:
        yield from _section(part)
    if code:
        yield _paragraph("結果の確認のページ", style="Heading2")
        yield _picture(picture)
        yield _paragraph(sheet.page_address)
        yield _paragraph(f"コード　{code}", bold=True)
        for text in one.page:
            yield _paragraph(text)
    yield _paragraph("問合せ", style="Heading2")
    for text in one.contact:
        yield _paragraph(text)


def _section(part: Section) -> Iterator[str]:
    yield _paragraph(part.heading, style="Heading2")
    if part.points:
        yield _table(part.points, head=False)
    for at, text in enumerate(part.paragraphs, start=1):
        yield _paragraph(text if len(part.paragraphs) == 1 else f"{at}　{text}")
    if part.reasons:
        rows = [("希望", "施設・クラス", "理由"), *(_reason(reason) for reason in part.reasons)]
        yield _table(rows, head=True)


def _reason(reason: Reason) -> tuple[str, str, str]:
    facts = "　".join(f"{name}：{value}" for name, value in reason.facts)
    return reason.title, reason.place, f"{reason.sentence}\n{facts}" if facts else reason.sentence


def _address(one: LetterText, sheet: Sheet) -> str:
    """The lines for the window, each a frame of the same place, which Word joins into one."""
    window = sheet.window
    frame = (
        f'<w:framePr w:w="{_twips(window.width)}" w:h="{_twips(window.height)}" w:hRule="exact" '
        f'w:hAnchor="page" w:vAnchor="page" w:x="{_twips(window.left)}" w:y="{_twips(window.top)}" '
        'w:wrap="around"/>'
    )
    return "".join(f"<w:p><w:pPr>{frame}</w:pPr>{_run(line)}</w:p>" for line in one.addressee)


def _twips(millimetres: float) -> int:
    return max(0, round(millimetres * _TWIPS))


def _paragraph(
    text: str, *, style: str = "", align: str = "", bold: bool = False, before: int | None = None
) -> str:
    parts = [f'<w:pStyle w:val="{style}"/>'] if style else []
    if before is not None:
        parts.append(f'<w:spacing w:before="{before}"/>')
    if align:
        parts.append(f'<w:jc w:val="{align}"/>')
    inside = f"<w:pPr>{''.join(parts)}</w:pPr>" if parts else ""
    return f"<w:p>{inside}{_run(text, bold=bold)}</w:p>"


def _run(text: str, *, bold: bool = False) -> str:
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    lines = [f'<w:t xml:space="preserve">{escape(_printable(line))}</w:t>' for line in text.split("\n")]
    return f"<w:r>{look}{'<w:br/>'.join(lines)}</w:r>"


def _printable(text: str) -> str:
    """Without the control characters that XML 1.0 can not hold."""
    return "".join(sign for sign in text if sign >= " " or sign == "\t")


def _table(rows: Iterable[Sequence[str]], *, head: bool) -> str:
    lines = []
    width = 0
    for at, row in enumerate(rows):
        width = len(row)
        first = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head and at == 0 else ""
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr>'
            f"{_paragraph(cell, bold=head and at == 0)}</w:tc>"
            for cell in row
        )
        lines.append(f"<w:tr>{first}{cells}</w:tr>")
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{_BORDER}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{'<w:gridCol/>' * width}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )


def _picture(number: int) -> str:
    size = f'cx="{26 * _EMU}" cy="{26 * _EMU}"'
    return (
        '<w:p><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent {size}/><wp:docPr id="{number}" name="QR" descr="結果の確認のページのQRコード"/>'
        f'<a:graphic><a:graphicData uri="{_DRAWING}/picture"><pic:pic><pic:nvPicPr>'
        '<pic:cNvPr id="1" name="qr.png"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId4"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
        f'<a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
