namespace SwarmCompute.Attestation.Tests.Collateral;

/// <summary>A clock that stands where the test sets it; its timers are real.</summary>
internal sealed class SetClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = IntelCase.At;

    public override DateTimeOffset GetUtcNow() => Now;
}
