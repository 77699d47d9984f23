namespace SwarmCompute.Attestation;

/// <summary>What evidence must be about, here and now.</summary>
/// <param name="Purpose">What it must have been made for.</param>
/// <param name="KeyHash">SHA-256 of the SubjectPublicKeyInfo (DER, RFC 5280) of the key whose possession was proven.</param>
public sealed record EvidenceBinding(AttestationPurpose Purpose, Hash32 KeyHash)
{
    /// <summary>What the verifier asked with, 32 bytes; null where nobody asked, and the certificate's own life bounds the evidence's age.</summary>
    public ReadOnlyMemory<byte>? Nonce { get; init; }

    /// <summary>The context that must be named; null where the caller judges it.</summary>
    public ReadOnlyMemory<byte>? Context { get; init; }

    /// <summary>The chain of the order; null where there is none. Only on a development chain does development evidence count.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>Whether somebody who is trusted has judged the devices' evidence already, as the authority has where it certified the key: their digests suffice.</summary>
    public bool AreDevicesJudged { get; init; }
}
