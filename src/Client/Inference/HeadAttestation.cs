using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Inference;

/// <summary>What a head must show in its certificate before a prompt goes to it: the authority's word alone does not count then.</summary>
/// <param name="Peers">Judges the evidence, and watches while an answer streams.</param>
/// <param name="ChainId">The chain of the orders (EIP-155).</param>
/// <param name="OrderBook">The order book contract.</param>
public sealed record HeadAttestation(AttestedPeers Peers, ulong ChainId, Address OrderBook)
{
    /// <summary>What the evidence of this head must be about.</summary>
    internal PeerTerms TermsOf(SwarmIdentity.Guest head) => PeerTerms.OfGuest(head, ChainId) with { OrderBook = OrderBook };
}
