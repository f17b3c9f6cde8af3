"""Resolution: ``/doi/…``, ``/cstr/…`` and ``/hdl/…`` lead to the record with the identifier.

An identifier is accepted in any written form and any case.  A browser gets the page of the record, a program the
metadata that its ``Accept`` names.  This works before a registrar's resolver knows the identifier.

``/unapi`` leads reference managers from the mark of a page to the record in a format that they know.
"""
