using SwarmCompute.Attestation;

namespace SwarmCompute.Silo.Tls;

/// <summary>What other silos must show in their certificates beside the authority's word.</summary>
/// <param name="Peers">Judges their evidence, and watches those that are linked.</param>
/// <param name="ChainId">The swarm's chain: only on a development chain does development evidence count.</param>
internal sealed record SiloAttestation(AttestedPeers Peers, ulong ChainId) : IAsyncDisposable
{
    /// <summary>What a silo's evidence must be about: its own key, for peers.</summary>
    public PeerTerms Terms { get; } = new(AttestationPurpose.Peer, ChainId);

    public ValueTask DisposeAsync() => Peers.DisposeAsync();
}
