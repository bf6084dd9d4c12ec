"""BARE, the yardstick: a plain Django page under gunicorn on PostgreSQL, as small as such a page can honestly be.

A page reads the session, the user and one row (3 queries) and renders 4.5 kB of HTML; an answer reads the
session and the user, checks CSRF and inserts a row. Default middleware, cached template, pooled connections.
"""
