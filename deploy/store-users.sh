#!/bin/sh
# Makes the keys of the parts at the S3 server (versitygw), or gives them new secrets; may run again.
#   ADMIN_ENDPOINT_URL ADMIN_ACCESS_KEY ADMIN_SECRET_KEY WEB_SECRET WORKER_SECRET SCHEDULER_SECRET
# They have no rights before store_rights.py gives them some.
set -eu

user() {
    versitygw admin create-user --access "repository-$1" --secret "$2" --role user 2>/dev/null ||
        versitygw admin update-user --access "repository-$1" --secret "$2"
}

user web "$WEB_SECRET"
user worker "$WORKER_SECRET"
user scheduler "$SCHEDULER_SECRET"
