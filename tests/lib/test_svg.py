"""Drawings: what a hostile one tries is refused as a whole; what our own drawings use is taken."""

import pytest

from lms.lib import svg
from lms.lib.svg import SvgRefused, check_svg

BEGIN = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 80 60"'
)


def drawing(inside: str, root: str = "", before: str = "") -> bytes:
    return f"{before}{BEGIN} {root}>{inside}</svg>".encode()


HARMLESS = """<?xml version="1.0" encoding="UTF-8"?><!-- drawn by hand -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 80 60" width="80"
 role="img" aria-labelledby="t">
<title id="t">Nút Ký số (hotro@phuong.example)</title>
<style><![CDATA[.a { fill: url(#g) } @media (prefers-color-scheme: dark) { .a { fill: #eee } }]]></style>
<defs><linearGradient id="g"><stop offset="0" stop-color="#0a5a63"/></linearGradient>
<clipPath id="c"><rect width="9" height="9"/></clipPath><g id="nut"><path d="M0 0h9v9z"/></g></defs>
<rect class="a" style="fill: url('#g'); stroke-width: 2px" width="80" height="60" clip-path="url(#c)"/>
<use href="#nut" x="3"/><use xlink:href="#nut" x="30"/>
<text x="4" y="9" font-size="5" xml:space="preserve" aria-label="đến @ký">Ký số &amp; gửi <tspan>ngay</tspan></text>
</svg>"""


def test_a_drawing_that_only_draws_is_taken():
    check_svg(HARMLESS.encode())
    check_svg(b"\xef\xbb\xbf" + HARMLESS.encode())


@pytest.mark.parametrize(
    "hostile",
    [
        drawing("<script>alert(1)</script>"),
        drawing('<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>'),
        drawing('<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'),
        drawing("", root='onload="alert(1)"'),
        drawing('<rect onclick="alert(1)"/>'),
        drawing('<rect OnClick="alert(1)"/>'),
        drawing('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'),
        drawing('<iframe xmlns="http://www.w3.org/1999/xhtml" src="//x"/>'),
        drawing('<a href="javascript:alert(1)"><rect/></a>'),
        drawing('<a href="https://x.example"><rect/></a>'),
        drawing('<image href="https://x.example/a.png"/>'),
        drawing('<image href="data:image/svg+xml;base64,PHN2Zz48L3N2Zz4="/>'),
        drawing('<use href="https://x.example/a.svg#b"/>'),
        drawing('<use xlink:href="//x.example/a.svg#b"/>'),
        drawing('<use href="data:image/svg+xml,x#y"/>'),
        drawing('<use href=" javascript:alert(1)"/>'),
        drawing('<linearGradient id="a" href="https://x.example/#g"/>'),
        drawing('<animate attributeName="href" to="javascript:alert(1)"/>'),
        drawing('<set attributeName="onclick" to="alert(1)"/>'),
        drawing('<rect fill="url(https://x.example/#a)"/>'),
        drawing("<rect fill=\"URL( '//x.example/#a' )\"/>"),
        drawing('<rect style="background: url(https://x.example/a.png)"/>'),
        drawing('<rect style="background: u\\72l(https://x.example/a.png)"/>'),
        drawing('<rect style="fill: url(#a), url(//x.example)"/>'),
        drawing('<rect style="fill: url(&quot;//x.example"/>'),
        drawing('<rect style="behavior: x; width: expression(alert(1))"/>'),
        drawing("<style>@import 'https://x.example/a.css';</style>"),
        drawing("<style>@im<!-- -->port '//x.example/a.css';</style>"),
        drawing("<style>@im<![CDATA[port '//x.example/a.css';]]></style>"),
        drawing("<style>@font-face { src: url(//x.example/a.woff) }</style>"),
        drawing("<style>.a { background: image-set('//x.example/a.png' 1x) }</style>"),
        drawing("<style>.a { background: ur\\6c (//x.example) }</style>"),
        drawing('<filter id="f"><feImage href="https://x.example/a.png"/></filter>'),
        drawing('<pattern id="p"><rect/></pattern>'),
        drawing('<rect data-x="1"/>'),
        drawing('<rect xml:base="https://x.example/"/>'),
        drawing('<svg viewBox="0 0 1 1"/>'),
        drawing("", before='<?xml-stylesheet href="https://x.example/a.css"?>'),
        drawing("", before='<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'),
        drawing("&b;", before='<!DOCTYPE svg [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
        drawing("", before='<!DOCTYPE svg SYSTEM "https://x.example/a.dtd">'),
        drawing('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'),
        drawing('<g id="a"><rect/></g><g id="b"><use href="#a"/><use href="#a"/></g><use href="#b"/>'),
        b'<svg viewBox="0 0 80 60"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 60"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1.2.3 60"/>',
        b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
        b"<svg",
        b"",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_drawing_that_could_do_more_is_refused(hostile: bytes):
    with pytest.raises(SvgRefused):
        check_svg(hostile)


def test_the_same_in_another_encoding_is_refused_as_well():
    text = drawing("<script>alert(1)</script>").decode()
    with pytest.raises(SvgRefused):
        check_svg(f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"))
    with pytest.raises(SvgRefused):
        check_svg(b'<?xml version="1.0" encoding="UTF-7"?>' + text.encode("utf-7"))


@pytest.mark.parametrize(
    "inside", ["<g/>" * svg.MAX_ELEMENTS, "<g>" * svg.MAX_DEPTH + "</g>" * svg.MAX_DEPTH]
)
def test_a_drawing_of_too_many_parts_is_refused(inside: str):
    with pytest.raises(SvgRefused):
        check_svg(drawing(inside))


def test_a_drawing_that_is_too_large_is_refused():
    with pytest.raises(SvgRefused):
        check_svg(drawing(" " * svg.MAX_BYTES))
