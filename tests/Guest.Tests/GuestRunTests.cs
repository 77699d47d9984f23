using SwarmCompute.Attestation;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Tests;

public sealed class GuestRunTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pipeline_of_guests_becomes_ready_reports_and_stops()
    {
        await using var swarm = await Swarm.Start(stages: 3, Cancel);
        GuestProcess[] guests = [swarm.Launch(0, 1), swarm.Launch(1, 1), swarm.Launch(2, 1)];
        await swarm.Publish(1, [1, 1, 1], Cancel);
        for (var slot = 0; slot < 3; slot++)
            Assert.Equal(1, (await swarm.Guest(slot, 1).Next<GuestMessage.StageReady>(Cancel)).Generation);
        await swarm.Guest(0, 1).Next<GuestMessage.Heartbeat>(Cancel);

        await swarm.Guest(0, 1).Tell(new SiloMessage.Finish(), Cancel);
        var report = await swarm.Guest(0, 1).Next<GuestMessage.Report>(Cancel);
        var result = ReportVerifier.Verify(report.SignedReport, swarm.Facts(report, (0, 1), (1, 1), (2, 1)), TimeProvider.System.GetUtcNow());
        Assert.Empty(result.Why);
        Assert.Equal(3, SignedReport.Parse(report.SignedReport).Report.Stages.Length);

        for (var slot = 0; slot < 3; slot++) await swarm.Guest(slot, 1).Tell(new SiloMessage.Stop(), Cancel);
        foreach (var guest in guests) Assert.Equal(0, await guest.Exited(Cancel));
        Assert.Empty(Directory.GetFileSystemEntries(swarm.WorkDirectory));
    }
}
