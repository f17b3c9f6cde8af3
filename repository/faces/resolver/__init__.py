"""Resolution here: ``/doi/…``, ``/cstr/…`` and ``/hdl/…`` lead to what the identifier names.

Whoever has an identifier of ours, in any written form and any case, gets to its page, or with another ``Accept`` to its
metadata, also where no registrar's resolver answers yet.
"""
