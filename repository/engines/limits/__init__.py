"""How many calls somebody made in the present minute, and how many of the public are answered at once.

`port` the promise · `memory_counter` in this process · `shared_counter` in all processes of this server ·
`redis_counter` in a Redis, for all servers together · `call_limits` what is allowed, and the verdict on a call ·
`public_share` calls of the public at the same time.
"""
