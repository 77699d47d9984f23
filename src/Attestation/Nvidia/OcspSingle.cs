namespace SwarmCompute.Attestation;

/// <summary>What a response says about one certificate (RFC 6960, section 4.2.1, SingleResponse).</summary>
/// <param name="HashOid">The hash that names the issuer.</param>
/// <param name="IssuerName">Hash of the issuer's name.</param>
/// <param name="IssuerKey">Hash of the issuer's key, its bits alone.</param>
/// <param name="Serial">The certificate's serial number: the content of its INTEGER.</param>
/// <param name="IsGood">Whether it is good; it is not where it is revoked, held, or not known.</param>
/// <param name="Status">The status in words.</param>
/// <param name="ThisUpdate">When the status was known to be right.</param>
/// <param name="NextUpdate">When the next is due; null where it does not say.</param>
internal sealed record OcspSingle(
    string HashOid, ReadOnlyMemory<byte> IssuerName, ReadOnlyMemory<byte> IssuerKey, ReadOnlyMemory<byte> Serial,
    bool IsGood, string Status, DateTimeOffset ThisUpdate, DateTimeOffset? NextUpdate);
