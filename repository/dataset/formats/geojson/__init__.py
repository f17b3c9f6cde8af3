"""GeoJSON (RFC 7946): the places of datasets as features, for maps.

Modules: `geojson_features`.
"""
