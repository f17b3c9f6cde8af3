"""What a site on real servers reaches of what the servers themselves can do, each pair in one run.

``python -m tests.benchmarks.servers [--records 100000] [--seconds 5] [--clients 4] [--mib 200] [PART…]`` needs the
servers of ``make services`` (``REPOSITORY_*`` name them), works in a database, a bucket and indices of its own, and
prints one JSON object.  Ratios travel between machines, speeds do not.  Parts:

========  ====================================================================================
rebuild   ``index rebuild`` beside raw ``_bulk`` requests with the same documents
search    searches through the API beside the same body sent straight to Elasticsearch
record    reading records beside a view of the same application that returns the same bytes
transfer  upload and download through the API beside boto3's own transfer
========  ====================================================================================
"""
