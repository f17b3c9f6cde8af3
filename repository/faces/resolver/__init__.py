"""Resolution: ``/doi/…``, ``/cstr/…`` and ``/hdl/…`` lead to the record with the identifier.

They accept an identifier of ours in any written form and any case, and lead to its page, or with another ``Accept`` to
its metadata, also before a registrar's resolver knows it.
"""
