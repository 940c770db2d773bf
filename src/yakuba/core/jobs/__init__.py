"""Durable jobs: work that outlives the request, the worker and a power cut.

Declare a job in ``<package>/jobs.py`` with :func:`yakuba.core.jobs.registry.job`; start it with
:func:`yakuba.core.jobs.services.enqueue`; ``yakuba worker`` runs it. ``docs/adr/0020-durable-jobs.md`` tells
what is guaranteed and how.
"""
