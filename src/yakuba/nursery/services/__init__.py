"""Use cases of the staff pages, the API and the jobs: transactions around the domain and the models."""
