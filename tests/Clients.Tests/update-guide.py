#!/usr/bin/env python3
"""Writes the tested examples into docs/api.md, below each marker <!-- docs/examples/FILE#REGION -->."""

import pathlib
import re
import textwrap

root = pathlib.Path(__file__).resolve().parents[2]
guide = root / "docs" / "api.md"


def region(match):
    file, name, language = match.group(1), match.group(2), match.group(3)
    text = (root / "docs" / "examples" / file).read_text()
    body = re.search(rf"^[^\n]* <{name}>\n(.*?)^[^\n]* </{name}>$", text, re.S | re.M).group(1)
    return f"<!-- docs/examples/{file}#{name} -->\n```{language}\n{textwrap.dedent(body)}```\n"


guide.write_text(re.sub(r"<!-- docs/examples/(\S+)#(\w+) -->\n```(\w+)\n.*?```\n", region, guide.read_text(), flags=re.S))
