"""What serves a scorer, in every Scorestack image: HTTP, keys, limits, turns, proof. gunicorn_conf.py loads it."""
