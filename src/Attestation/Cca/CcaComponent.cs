namespace SwarmCompute.Attestation;

/// <summary>One measured part of a CCA platform's firmware (draft-ffm-rats-cca-token).</summary>
/// <param name="Type">What it is, such as <c>RMM</c>; null where the platform does not say, and, in a policy, for any.</param>
/// <param name="Value">Its measurement, in lower-case hexadecimal.</param>
/// <param name="Signer">Hash of the key that signed it, in lower-case hexadecimal; null, in a policy, for any.</param>
public sealed record CcaComponent(string? Type, string Value, string? Signer)
{
    /// <summary>Its version, as text; in a policy null is any.</summary>
    public string? Version { get; init; }

    /// <summary>Whether this, as a policy, allows the measured one.</summary>
    internal bool Allows(CcaComponent measured) =>
        Value == measured.Value
        && (Type is null || Type == measured.Type)
        && (Signer is null || Signer == measured.Signer)
        && (Version is null || Version == measured.Version);
}
