"""``make bench``: every benchmark, one after the other."""

from tests.benchmarks import api, bytestore, parts, sizes, slow_clients

if __name__ == "__main__":
    api.main()
    bytestore.main()
    parts.main()
    sizes.main()
    slow_clients.main()
