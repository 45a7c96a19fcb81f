# syntax=docker/dockerfile:1
# The portal's image: web, worker, beat and the one-shot migration are the same image with another command.

FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/portal
COPY requirements/base.txt /tmp/base.txt
RUN /opt/portal/bin/python -m pip install --require-hashes -r /tmp/base.txt

FROM python:3.11-slim-bookworm
# What WeasyPrint loads, the one font that has every character of Chinese names, and pg_dump for backups.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --home-dir /data --no-create-home portal \
    && install -d -o portal -g portal -m 0750 /data
COPY --from=packages /opt/portal /opt/portal
COPY --chown=root:root . /app
WORKDIR /app
# The program is root's and read-only for the portal; it writes into /data alone.
RUN /opt/portal/bin/python -m compileall -q /app
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=redcross_portal.settings \
    PORTAL_DATA_DIR=/data
USER portal
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "python:redcross_portal.gunicorn", "--bind", "0.0.0.0:8000", "redcross_portal.wsgi:application"]
