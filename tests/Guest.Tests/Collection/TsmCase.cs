using SwarmCompute.Guest.Collection;

namespace SwarmCompute.Guest.Tests.Collection;

/// <summary>A collector over an emulated kernel.</summary>
internal static class TsmCase
{
    public const int Attempts = 5;

    public static readonly byte[] Bound = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];

    /// <summary>As the default, without pauses.</summary>
    public static readonly TsmLimits Limits = TsmLimits.Default with { Pause = TimeSpan.Zero, Attempts = Attempts };

    public static TsmCollector Collector(EmulatedTsm kernel, TimeProvider? time = null) => new(new TsmWorker(kernel, Limits, time ?? TimeProvider.System), kernel.Driver!);

    public static Task<CollectedEvidence> Collect(EmulatedTsm kernel, TimeProvider? time = null) =>
        Collector(kernel, time).Collect(Bound, TestContext.Current.CancellationToken);

    public static async Task<string> Refused(EmulatedTsm kernel)
    {
        var fault = await Assert.ThrowsAsync<GuestException>(() => Collect(kernel));
        Assert.Equal(fault.Message, GuestLog.OneLine(fault.Message));
        return fault.Message;
    }
}
