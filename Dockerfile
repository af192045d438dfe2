# The two commands of the README: docker build -t rd_plugins . && docker run --rm rd_plugins
FROM python:3.11-slim
RUN apt-get update && apt-get install -y --no-install-recommends make git && \
    rm -rf /var/lib/apt/lists/*
WORKDIR /rd_plugins
COPY . .
RUN make env
CMD ["make", "demo"]
