# One image, three processes: `web` (the default), `worker` and `beat`; `prepare` once per release before them.
# How to set it up: docs/production.md.

FROM python:3.13-slim AS packages
WORKDIR /build
COPY pyproject.toml requirements.lock ./
COPY script/runtime-requirements script/
RUN python script/runtime-requirements > runtime.lock \
    && python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r runtime.lock

FROM python:3.13-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin lms \
    && mkdir /data && chown lms /data
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data STATIC_FILES=manifest STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY . .
# Compiled here, so that a node starts in seconds and its file system can be read-only but for /data and /tmp.
RUN export DATA_DIR=/tmp/build \
    && python manage.py catalog compile \
    && python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q -j 0 /app /venv/lib \
    && rm -rf /tmp/build
USER lms
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["script/start", "health"]
ENTRYPOINT ["script/start"]
CMD ["web"]
