"""The page without a server: one file, or a folder for any host of files.

    python -m fgsm.export OUT/
    python -m fgsm.export --one-file OUT.html

It is the same page: its components, scripts and style sheets are those of `fgsm.ui`. In the place
of three modules that know of a server, `shell/` has others, which ask the engine: `fgsm/engine/`
computes in the browser what the package computes in Python. What Gradio does for the page (tabs,
themes, formulas), `page.py` and `shell/` do here.

Read it in this order: `page` (the document), `text` (its words and formulas), `join` and `scripts`
(modules become one script), `data` (what the engine computes with), `write`.
"""
