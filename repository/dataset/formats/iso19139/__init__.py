"""ISO 19139: the XML of geographic metadata, for catalogues of the earth sciences.

Standard: ISO/TS 19139:2007 on ISO 19115:2003, annex B; code lists ``gmxCodelists.xml``.

Entry point: `iso19139_xml.iso19139`. `iso19139_parts` holds the building blocks.
"""
