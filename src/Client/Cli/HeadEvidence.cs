using SwarmCompute.Attestation;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client.Cli;

/// <summary>What heads must show while a command runs, and what judges it.</summary>
/// <param name="attestation">Null: the authority's word counts.</param>
/// <param name="vendors">What the vendors say; null where nothing was given.</param>
internal sealed class HeadEvidence(HeadAttestation? attestation, VendorCollateral? vendors) : IAsyncDisposable
{
    /// <summary>What heads must show; null: the authority's word counts.</summary>
    public HeadAttestation? Attestation => attestation;

    public async ValueTask DisposeAsync()
    {
        if (attestation is not null) await attestation.Peers.DisposeAsync();
        if (vendors is not null) await vendors.DisposeAsync();
    }
}
