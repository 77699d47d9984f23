namespace SwarmCompute.Attestation.Tests.RaTls;

/// <summary>A vendor that says what the test wants, and counts how often it was asked.</summary>
internal sealed class ScriptedCollateral : ICollateralSource
{
    private int _asked;

    public EvidenceCollateral Answer { get; set; } = EvidenceCollateral.None;

    public DateTimeOffset LatestSigned { get; set; }

    public int Asked => Volatile.Read(ref _asked);

    public ValueTask<EvidenceCollateral> For(Evidence evidence, CancellationToken cancel)
    {
        Interlocked.Increment(ref _asked);
        return ValueTask.FromResult(Answer);
    }

    public async Task WasAsked(int times, CancellationToken cancel)
    {
        while (Asked < times) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancel);
    }
}
