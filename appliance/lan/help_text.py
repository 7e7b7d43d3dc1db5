"""What a PC is told that does not yet trust the clinic's authority, in both languages."""

import html
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

AUTHORITY_PATH = "/xiangyi-ca.crt"
AUTHORITY_FILE = AUTHORITY_PATH.removeprefix("/")
STYLE = (
    "body{max-width:720px;margin:32px auto;padding:0 20px;color:#15303a;background:#f4f7f7;"
    'font:17px/1.7 "Microsoft YaHei","Noto Sans CJK SC","PingFang SC",sans-serif}'
    "h1{margin:0 0 12px;color:#0b5b6b;font-size:26px}li{margin:14px 0}a{color:#0b5b6b;font-weight:700}"
    "ol{padding:8px 24px 8px 44px;background:#fff;border:1px solid #d5dfe1;border-radius:8px}"
)
STYLE_SOURCE = f"'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
"""What the page's security policy allows: this style and no other."""
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport"
content="width=device-width,initial-scale=1"><title>乡医 · 连接这台电脑 / Connect this PC</title>
<style>{style}</style></head><body>
<h1>{clinic}</h1>
<p>这台电脑第一次用，先装院内证书，再打开乡医。详细步骤看管理员给的卡片。<br>
First time on this PC: install the clinic's certificate, then open Xiangyi. The administrator's card has the steps.</p>
<ol>
<li><a href="{file}">下载院内证书 / Download the clinic's certificate</a> ({name})</li>
<li>打开它，先看它的指纹和管理员给的卡片是不是一样，一样才装到“受信任的根证书颁发机构”；不一样就别装，告诉管理员。<br>
Open it and compare its fingerprint with the administrator's card. Only if they agree, install it as a trusted root
authority; if not, stop and tell the administrator.</li>
<li>{links}</li>
</ol>
<p>今天是 {today}。这台电脑的日期不对，浏览器会说证书过期或无效：先把日期改对。<br>
Today is {today}. If this PC shows another date, its browser calls the certificate invalid: set the date first.</p>
</body></html>
"""


def page(clinic: str, addresses: Sequence[str], today: str) -> str:
    """The page in both languages; `addresses` are where the clinic answers over TLS.

    No fingerprint stands on it: whoever could swap the file could swap that too. It is compared with the printed card.
    """
    links = "<br>".join(f'<a href="{one}">{one}</a>' for one in map(html.escape, addresses))
    return PAGE.format(
        file=AUTHORITY_PATH, name=AUTHORITY_FILE, links=links, clinic=html.escape(clinic), today=html.escape(today),
        style=STYLE,
    )  # fmt: skip
