# The image of the one program: a static binary, the roots that TLS needs, nobody's shell. About 40 MB.
#
#   docker build -t pimnotify .
#   docker run --rm pimnotify --help

# GO_IMAGE may name another image with Go in it, where this one cannot be pulled.
ARG GO_IMAGE=golang:1.26.8-bookworm

FROM ${GO_IMAGE} AS build
WORKDIR /src
# The modules come first: a change in the code does not download them again.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# Without cgo the binary needs no C library; timetzdata brings the time zones that a scratch image has not.
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata -ldflags="-s -w" -o /out/pimnotify ./cmd/pimnotify \
 && cp /etc/ssl/certs/ca-certificates.crt /out/ \
 && mkdir -p -m 0700 /out/data

FROM scratch
COPY --from=build /out/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/pimnotify /pimnotify
# Where a SQLite ledger may live when a volume is mounted; PostgreSQL needs no folder.
COPY --from=build --chown=65532:65532 /out/data /data
WORKDIR /data
# By number, so that an orchestrator can see that it is not root. Nobody else has it.
USER 65532:65532
ENTRYPOINT ["/pimnotify"]
# The API's. A worker's is on its own port: --url http://127.0.0.1:8081/readyz, as in docker-compose.yml.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=6 CMD ["/pimnotify", "healthcheck"]
