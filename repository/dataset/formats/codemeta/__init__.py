"""CodeMeta 3.0: software, and data beside it, as tools for research software read them.

Modules: `codemeta_json`.
"""
