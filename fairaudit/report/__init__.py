"""From the results dict to pages that people read; one small file a format, all made from the same dict.

`html.py` fills the templates in `templates/` with three things: the results as they are, since every sentence on a
finding is written before; what `view.py` prepares of them (tables, charts, anchors) and `first_page.py` cuts to one
side of paper; and the fixed words of a language in `text/`. Another language is another file in `text/`; another format
takes the same three things.
"""
