"""Make the bucket, and give each part the rights that it needs in it; may run again.

``STORE_ENDPOINT`` is the address of the S3 server; the keys are those of its root (``AWS_ACCESS_KEY_ID``, …).  Only the
root changes what may be done in the bucket.  Web servers, workers and the scheduler read, write and remove objects.
"""

import json
import os
from contextlib import suppress

import boto3
from botocore.config import Config

BUCKET = "repository"
PARTS = ("repository-web", "repository-worker", "repository-scheduler")
OF_OBJECTS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)
OF_THE_BUCKET = (
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
    "s3:GetBucketVersioning",
    "s3:GetBucketLocation",
    "s3:GetLifecycleConfiguration",
)


def policy() -> dict[str, object]:
    """Return the bucket's policy (Amazon S3 User Guide, "Bucket policies")."""
    allowed = {"Effect": "Allow", "Principal": {"AWS": list(PARTS)}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {**allowed, "Action": list(OF_OBJECTS), "Resource": [f"arn:aws:s3:::{BUCKET}/*"]},
            {**allowed, "Action": list(OF_THE_BUCKET), "Resource": [f"arn:aws:s3:::{BUCKET}"]},
        ],
    }


def main() -> None:
    """Make the bucket and set its policy."""
    config = Config(connect_timeout=10, read_timeout=30, s3={"addressing_style": "path"})
    store = boto3.client("s3", endpoint_url=os.environ["STORE_ENDPOINT"], region_name="us-east-1", config=config)
    with suppress(store.exceptions.BucketAlreadyOwnedByYou):
        store.create_bucket(Bucket=BUCKET)
    store.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy()))


if __name__ == "__main__":
    main()
