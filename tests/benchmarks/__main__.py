"""``make bench``: every benchmark, one after the other."""

from tests.benchmarks import api, bytestore, client_files, many_files, many_grants, pages, parts, sizes, slow_clients

if __name__ == "__main__":
    api.main()
    bytestore.main()
    client_files.main()
    many_files.main()
    many_grants.main()
    pages.main()
    parts.main()
    sizes.main()
    slow_clients.main()
