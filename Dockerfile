# docker build -t rd_plugins . && docker run --rm -v "$PWD/work_dirs:/rd_plugins/work_dirs" rd_plugins
# builds the environment, runs the demo and leaves its results in work_dirs.
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends make git && \
    rm -rf /var/lib/apt/lists/*
WORKDIR /rd_plugins
COPY . .
RUN make env
CMD ["make", "demo"]
