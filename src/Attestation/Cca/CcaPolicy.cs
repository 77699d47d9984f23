using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>What a CCA token must show. What is null is not judged; an empty list allows nothing. Bytes are in lower-case hexadecimal.</summary>
/// <param name="Challenge">What the realm must have answered: 64 bytes, shorter ones are padded with zeros; null where the caller judges freshness.</param>
public sealed record CcaPolicy(ReadOnlyMemory<byte>? Challenge)
{
    /// <summary>The realm initial measurements that may run.</summary>
    public ImmutableArray<string>? InitialMeasurements { get; init; }

    /// <summary>The four extensible measurements, in order; a null one is not judged.</summary>
    public ImmutableArray<string?>? ExtensibleMeasurements { get; init; }

    /// <summary>The realm's personalization value.</summary>
    public string? Personalization { get; init; }

    /// <summary>The firmware that may run: every measured component is one of these, and of every type named here one is measured.</summary>
    public ImmutableArray<CcaComponent>? Components { get; init; }

    /// <summary>The platforms' configurations that are allowed.</summary>
    public ImmutableArray<string>? Configurations { get; init; }

    /// <summary>The implementations that are allowed.</summary>
    public ImmutableArray<string>? Implementations { get; init; }

    /// <summary>Accepts platforms whose lifecycle is not secured. False by default: such a platform can be read and changed.</summary>
    public bool AllowUnsecured { get; init; }
}
