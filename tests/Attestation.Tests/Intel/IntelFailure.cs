namespace SwarmCompute.Attestation.Tests;

/// <summary>How to spoil a good quote or its collateral, and what must come of it.</summary>
internal sealed record IntelFailure(string Code, Action<IntelCase> Spoil, FailureClass Class = FailureClass.Permanent)
{
    public int Version { get; init; } = 4;

    public IntelPolicy Policy { get; init; } = IntelPolicy.Default;
}
