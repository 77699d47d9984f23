# The silo and the guest as ./swarm builds them on the host, on top of an image that has the ASP.NET Core runtime 10 (Debian or Ubuntu based).
# Build with: ./swarm demo && docker build --build-arg RUNTIME=YOUR_ASPNET_IMAGE -t swarmcompute .
ARG RUNTIME
FROM ${RUNTIME}
RUN apt-get update && apt-get install -y --no-install-recommends libsecp256k1-[0-9] && rm -rf /var/lib/apt/lists/*
COPY artifacts/bin/Silo/release /swarm/silo
COPY artifacts/bin/Guest/release /swarm/guest
COPY native/node_modules/@node-llama-cpp /swarm/native
WORKDIR /swarm
ENTRYPOINT ["/swarm/silo/SwarmCompute.Silo"]
