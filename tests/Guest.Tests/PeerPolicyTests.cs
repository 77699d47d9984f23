using SwarmCompute.Attestation;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Tests;

/// <summary>Guests, as processes, that judge each other's evidence by the policy of their authority, which changes while they run.</summary>
public sealed class PeerPolicyTests : IDisposable
{
    private const string Prompt = "Once upon a time";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90), Silence = TimeSpan.FromSeconds(3);

    private readonly string _policy = Path.Combine(Path.GetTempPath(), $"policy-{Guid.NewGuid():n}.json");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_policy);

    [Fact]
    public async Task A_measurement_that_is_revoked_ends_the_links_and_one_that_counts_again_makes_them_anew()
    {
        Accept("");
        await using var swarm = await Swarm.Start(stages: 2, Cancel, "--policy", _policy);
        GuestProcess[] guests = [swarm.Launch(0, 1), swarm.Launch(1, 1)];
        await swarm.Publish(1, [1, 1], Cancel);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel);
        using var client = swarm.Client(1);
        var before = await client.Stream(Prompt, 20, Cancel).ToListAsync(Cancel);

        Accept($"\"{DevelopmentEvidence.LeaseMeasurement}\"");
        foreach (var guest in guests) await Says(guest, "every peer is judged again");
        await Says(guests[0], "is revoked");
        using (var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            impatient.CancelAfter(Silence);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.Stream(Prompt, 20, impatient.Token).ToListAsync(impatient.Token));
        }

        Accept("");
        Assert.Equal(before, await client.Stream(Prompt, 20, Cancel).ToListAsync(Cancel));
        await Says(swarm.Authority.Process, "from now on");
    }

    [Fact]
    public async Task A_policy_file_that_is_wrong_changes_nothing_and_is_told_once()
    {
        Accept("");
        await using var authority = await AuthorityProcess.Start(Cancel, "--policy", _policy);
        await File.WriteAllTextAsync(_policy, "{\"types\":[\"moon\"]}", Cancel);
        await Says(authority.Process, "the policy before it holds on");
        using var key = P256.CreateKey();
        Assert.Contains("development", (await authority.Client().Policy(key, Cancel)).Types);
    }

    private void Accept(string revoked) =>
        File.WriteAllText(_policy, $$"""{"types":["development"],"revokedMeasurements":[{{revoked}}]}""");

    private static async Task Says(GuestProcess process, string text)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        bound.CancelAfter(Patience);
        while (!process.Errors.Contains(text, StringComparison.Ordinal)) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, bound.Token);
    }
}
