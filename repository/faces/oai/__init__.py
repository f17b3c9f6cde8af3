"""OAI-PMH 2.0 at ``/oai2d``: other catalogues harvest the descriptions of everything published.

`routes` HTTP · `arguments` reads a request and its faults · `verbs` one function a verb · `resumption_tokens` where a
list goes on · `oai_xml` and `identify` the XML. The formats of items, the order of a harvest and its promises are in
`repository.harvest`.

Source: The Open Archives Initiative Protocol for Metadata Harvesting, version 2.0, 2015-01-08.
"""
