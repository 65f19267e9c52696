# broadcast as an image that runs with nothing: no root, no writable file system, no secret in a layer.
#
#   docker run --rm -i --read-only --tmpfs /tmp --cap-drop ALL --env-file secrets.env \
#     -v broadcast:/var/lib/broadcast -v "$PWD/ops:/etc/broadcast:ro" broadcast status
#
# The ledger is on the volume; broadcast.toml and contacts are read from /etc/broadcast.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/broadcast
# First what changes seldom, each package by its hash.
COPY requirements.lock /source/
RUN /opt/broadcast/bin/pip install --require-hashes -r /source/requirements.lock
COPY pyproject.toml README.md LICENSE /source/
COPY broadcast /source/broadcast
COPY templates /source/templates
COPY examples /source/examples
# What only builds it stays here.
RUN /opt/broadcast/bin/pip install --no-deps --no-build-isolation /source \
 && /opt/broadcast/bin/pip uninstall --yes hatchling editables pip

FROM ${BASE}
# A number, so that Kubernetes can see that it is not root.
RUN install -d -m 0700 -o 10001 -g 10001 /var/lib/broadcast
COPY --from=build /opt/broadcast /opt/broadcast
ENV PATH=/opt/broadcast/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    BROADCAST_CONFIG=/etc/broadcast/broadcast.toml \
    BROADCAST_LEDGER=/var/lib/broadcast/broadcast.db
VOLUME /var/lib/broadcast
WORKDIR /etc/broadcast
USER 10001:10001
STOPSIGNAL SIGINT
# It runs and ends: there is nothing whose health could be asked.
HEALTHCHECK NONE
ENTRYPOINT ["broadcast"]
