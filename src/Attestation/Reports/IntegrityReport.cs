using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// What ran, where and on what, as the head's guest saw it. Its canonical form is RFC 8785 JSON (<see cref="ReportJson"/>); the hash of
/// that form is on the chain.
/// </summary>
public sealed record IntegrityReport
{
    /// <summary>The most stages, and the most completions, that a report lists; the totals count all.</summary>
    public const int ListedMax = 1000;

    /// <summary>The type of the evidence, as manifests name TEE types.</summary>
    public required string Evidence { get; init; }

    /// <summary>What that type of evidence means for a reader, in one sentence.</summary>
    public required string EvidenceMeaning { get; init; }

    /// <summary>The chain (EIP-155).</summary>
    public required ulong ChainId { get; init; }

    /// <summary>The order book contract.</summary>
    public required Address OrderBook { get; init; }

    /// <summary>The order.</summary>
    public required OrderId Order { get; init; }

    /// <summary>The hash of the manifest that ran.</summary>
    public required Hash32 ManifestHash { get; init; }

    /// <summary>SHA-256 of the model file.</summary>
    public required Hash32 Model { get; init; }

    /// <summary>The engine and its version.</summary>
    public required string Engine { get; init; }

    /// <summary>The measurement of the head's guest.</summary>
    public required Hash32 Measurement { get; init; }

    /// <summary>When the head's guest was certified.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When the report was made.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>The guests that took part, replaced ones included, in the order in which the head met them; the latest where there are too many.</summary>
    public required ImmutableArray<ReportStage> Stages { get; init; }

    /// <summary>The answers that were served, in the order in which they ended; the first where there are too many.</summary>
    public required ImmutableArray<ReportCompletion> Completions { get; init; }

    /// <summary>Sums over everything.</summary>
    public required ReportTotals Totals { get; init; }

    /// <summary>What is paid for: the completion tokens that were served.</summary>
    public required ulong Units { get; init; }

    /// <summary>SHA-256 of the canonical form.</summary>
    public Hash32 Hash => Hash32.Sha256(ReportJson.ToCanonicalBytes(this));

    /// <summary>Whether the other report has the same canonical form.</summary>
    public bool Equals(IntegrityReport? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();
}
