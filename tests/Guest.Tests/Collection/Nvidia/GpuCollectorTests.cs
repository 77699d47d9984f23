using Microsoft.Extensions.Time.Testing;
using SwarmCompute.Attestation;
using SwarmCompute.Guest.Collection.Nvidia;

namespace SwarmCompute.Guest.Tests.Collection.Nvidia;

public sealed class GpuCollectorTests
{
    private static readonly byte[] Verifier = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly Hash32 Key = Hash32.Sha256("key"u8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_GPU_is_asked_with_a_nonce_of_its_own_and_the_session_ends()
    {
        var nvml = new FakeNvml(8);
        var gpus = await Collect(nvml);
        Assert.Equal((8, nvml.Confidential, 1), (gpus.Count, gpus.State, nvml.Ended));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"GPU-{i}"), gpus.Gpus.Select(g => g.Uuid));
        Assert.All(gpus.Gpus.Select((g, i) => (g.Evidence, Place: i)), g =>
        {
            Assert.Equal(GpuNonce.Of(Verifier, Key, g.Place).ToArray(), g.Evidence.Report.Slice(4, 32).ToArray());
            Assert.Equal([(byte)'P', (byte)g.Place], g.Evidence.Chain.ToArray());
        });
    }

    [Fact]
    public async Task No_library_and_no_GPU_are_no_fault()
    {
        Assert.Equal(CollectedGpus.None, await Collector(() => null).Collect(NonceOf, Cancel));
        Assert.Equal(CollectedGpus.None, await Collect(new FakeNvml(0)));
        Assert.Equal(CollectedGpus.None, await Collector(() => new FakeNvml(0)).Look(Cancel));
    }

    [Fact]
    public async Task GPUs_outside_of_a_confidential_mode_are_counted_and_not_asked()
    {
        var nvml = new FakeNvml(2) { Confidential = new(false, DeveloperTools: true) };
        var gpus = await Collect(nvml);
        Assert.Equal((2, nvml.Confidential, 0), (gpus.Count, gpus.State, nvml.Asked));
        Assert.Empty(gpus.Gpus);
    }

    [Fact]
    public async Task A_look_asks_the_driver_only()
    {
        var nvml = new FakeNvml(3);
        var seen = await Collector(() => nvml).Look(Cancel);
        Assert.Equal((3, nvml.Confidential), (seen.Count, seen.State));
        Assert.Equal((0, 1), (nvml.Asked, nvml.Ended));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(DeviceEvidence.CountMax + 1)]
    public async Task More_GPUs_than_there_can_be_are_refused(int count) =>
        Assert.Contains($"speaks of {count} GPUs", (await Assert.ThrowsAsync<GuestException>(() => Collect(new FakeNvml(count)))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task One_GPU_without_evidence_is_no_evidence()
    {
        var nvml = new FakeNvml(4) { Before = gpu => { if (gpu == 2) throw new GuestException("it answered with 15."); } };
        Assert.Equal("GPU 2 (GPU-2) gives no evidence: it answered with 15.", (await Assert.ThrowsAsync<GuestException>(() => Collect(nvml))).Message);
        Assert.Equal(1, nvml.Ended);
    }

    [Fact]
    public async Task Whoever_waits_longer_than_a_minute_gives_up()
    {
        var time = new FakeTimeProvider();
        using var go = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var nvml = new FakeNvml(1) { Before = _ => { entered.TrySetResult(); go.Wait(TimeSpan.FromSeconds(60)); } };
        var collecting = new GpuCollector(() => nvml, time).Collect(NonceOf, Cancel);
        await entered.Task.WaitAsync(Cancel);
        time.Advance(GpuCollector.Within);
        Assert.Contains("no answer within 60 s", (await Assert.ThrowsAsync<GuestException>(() => collecting)).Message, StringComparison.Ordinal);
        go.Set();
    }

    private static Hash32 NonceOf(int index) => GpuNonce.Of(Verifier, Key, index);

    private static GpuCollector Collector(Func<INvml?> open) => new(open, TimeProvider.System);

    private static Task<CollectedGpus> Collect(FakeNvml nvml) => Collector(() => nvml).Collect(NonceOf, Cancel);
}
