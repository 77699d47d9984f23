using SwarmCompute.Attestation;

namespace SwarmCompute.Bench;

/// <summary>One kind of evidence to judge.</summary>
/// <param name="Name">What it is.</param>
/// <param name="TargetMs">The most that a warm verdict should take, in milliseconds.</param>
/// <param name="Warm">A verdict over the n-th piece of evidence, with collateral that was read and chains that were judged before.</param>
/// <param name="Cold">The same verdict in a process that has read and remembers nothing.</param>
/// <param name="RawName">The cryptography that a warm verdict cannot avoid.</param>
/// <param name="Raw">That cryptography alone, for the n-th piece of evidence.</param>
internal sealed record EvidenceCase(
    string Name, double TargetMs, Func<int, AttestationResult> Warm, Func<AttestationResult> Cold, string RawName, Func<int, bool> Raw)
{
    /// <summary>A verdict over changed bytes; null where it is not measured.</summary>
    public Func<Random, AttestationResult>? Mutant { get; init; }
}
