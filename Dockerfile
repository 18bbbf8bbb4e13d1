# One image for the web server, the worker, the beat and the migration; compose.yaml says which.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.lock /tmp/requirements.lock
RUN /venv/bin/pip install --require-hashes -r /tmp/requirements.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings DATA_DIR=/data STATIC_ROOT=/app/static-root
# Pango draws the report as PDF.
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends libpangoft2-1.0-0 fonts-inter \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin app \
 && install --directory --owner app --group app --mode 0750 /data
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py ./
COPY config config
COPY core core
COPY partners partners
COPY scheduling scheduling
COPY templates templates
COPY locale locale
COPY easy easy
# The key signs nothing: it lives for this one command.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(48))')" \
    DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf /tmp/build
USER app
VOLUME /data
EXPOSE 8000
# Through the loopback name that ALLOWED_HOSTS holds by default; liveness is never redirected.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# A thread that ends takes its connection to the database along.
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "2", "--blocking-threads-idle-timeout", "600", \
     "--workers-kill-timeout", "8", "config.wsgi:application"]
