#!/bin/sh
# Makes the users of the parts in Elasticsearch, each with the rights that it needs; may run again.
#   ELASTIC_URL ELASTIC_PASSWORD WEB_PASSWORD WORKER_PASSWORD SCHEDULER_PASSWORD
# The web server searches, and looks whether the index works.  Workers and the scheduler write the index and make it anew.
set -eu

put() {
    curl --silent --show-error --fail-with-body --max-time 30 --output /dev/null \
        --user "elastic:$ELASTIC_PASSWORD" --header 'Content-Type: application/json' \
        --request PUT "$ELASTIC_URL/_security/$1" --data @-
}

put role/repository_reader <<'JSON'
{"cluster": ["monitor"],
 "indices": [{"names": ["repository-*"], "privileges": ["read", "view_index_metadata", "monitor"]}]}
JSON
put role/repository_writer <<'JSON'
{"cluster": ["monitor"], "indices": [{"names": ["repository-*"], "privileges": ["all"]}]}
JSON

user() {
    put "user/repository_$1" <<JSON
{"password": "$3", "roles": ["repository_$2"]}
JSON
}

user web reader "$WEB_PASSWORD"
user worker writer "$WORKER_PASSWORD"
user scheduler writer "$SCHEDULER_PASSWORD"
