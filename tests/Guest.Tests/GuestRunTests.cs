using System.Net;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Tests;

public sealed class GuestRunTests
{
    private const string Prompt = "Once upon a time";
    private const int TokensMax = 200;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pipeline_of_guests_serves_reports_and_stops_without_a_trace()
    {
        await using var swarm = await Swarm.Start(stages: 3, Cancel);
        GuestProcess[] guests = [swarm.Launch(0, 1), swarm.Launch(1, 1), swarm.Launch(2, 1)];
        await swarm.Publish(1, [1, 1, 1], Cancel);
        for (var slot = 0; slot < 3; slot++) await swarm.Guest(slot, 1).Next<GuestMessage.StageReady>(Cancel, ready => ready.Generation == 1);
        using var client = swarm.Client(1);
        var tokens = await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel);
        Assert.NotEmpty(tokens);
        await swarm.Guest(0, 1).Next<GuestMessage.Heartbeat>(Cancel, beat => beat.CompletionTokens == tokens.Count);

        var report = await Finish(swarm, 1);
        Assert.Equal(tokens.Count, report.Units);
        AssertVerifies(report, swarm, (0, 1), (1, 1), (2, 1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await client.Status(Prompt, Cancel));

        for (var slot = 0; slot < 3; slot++) await swarm.Guest(slot, 1).Tell(new SiloMessage.Stop(), Cancel);
        foreach (var guest in guests) Assert.Equal(0, await guest.Exited(Cancel));
        Assert.Empty(Directory.GetFileSystemEntries(swarm.WorkDirectory));
    }

    [Fact]
    public async Task An_answer_goes_on_where_it_was_when_a_stage_is_killed_and_a_successor_takes_its_slot()
    {
        await using var swarm = await Swarm.Start(stages: 3, Cancel);
        var killed = swarm.Launch(1, 1);
        swarm.Launch(0, 1);
        swarm.Launch(2, 1);
        await swarm.Publish(1, [1, 1, 1], Cancel);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel);
        using var client = swarm.Client(1);
        var undisturbed = await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel);

        var disturbed = new List<int>();
        var successor = Task.CompletedTask;
        await foreach (var token in client.Stream(Prompt, TokensMax, Cancel))
        {
            disturbed.Add(token);
            if (disturbed.Count != 3) continue;
            killed.Process.Kill();
            successor = Replace(swarm);
        }
        await successor;
        Assert.Equal(undisturbed, disturbed);
        Assert.Equal(undisturbed, await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel));

        var report = await Finish(swarm, 1);
        AssertVerifies(report, swarm, (0, 1), (1, 1), (2, 1), (1, 2));
        var stages = SignedReport.Parse(report.SignedReport).Report.Stages;
        Assert.Equal([(0, 1u), (1, 1u), (2, 1u), (1, 2u)], stages.Select(s => (s.Slot, s.Epoch.Value)));
        Assert.NotNull(stages[1].Until);
    }

    [Fact]
    public async Task A_standby_guest_follows_its_stage_and_takes_over_when_that_is_killed()
    {
        await using var swarm = await Swarm.Start(stages: 3, Cancel);
        var killed = swarm.Launch(1, 1);
        GuestProcess[] others = [swarm.Launch(0, 1), swarm.Launch(2, 1), swarm.Launch(1, 2)];
        await swarm.Publish(1, [1, 1, 1], Cancel, (1, 2));
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel);
        await swarm.Guest(1, 1).Next<GuestMessage.Heartbeat>(Cancel, beat => beat is { StandbyEpoch: 2, StandbyLag: 0 });
        using var client = swarm.Client(1);
        var undisturbed = await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel);
        Assert.All(others, guest => Assert.False(guest.Process.HasExited));

        var disturbed = new List<int>();
        await foreach (var token in client.Stream(Prompt, TokensMax, Cancel))
        {
            disturbed.Add(token);
            if (disturbed.Count != 3) continue;
            killed.Process.Kill();
            await swarm.Publish(2, [1, 2, 1], Cancel);
        }
        Assert.Equal(undisturbed, disturbed);
        Assert.Equal(undisturbed, await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel));
        AssertVerifies(await Finish(swarm, 1), swarm, (0, 1), (1, 1), (2, 1), (1, 2));
    }

    [Fact]
    public async Task A_stage_hands_over_to_its_standby_while_it_lives_and_says_when_it_has_lost_one()
    {
        await using var swarm = await Swarm.Start(stages: 2, Cancel);
        swarm.Launch(0, 1);
        var first = swarm.Launch(1, 1);
        swarm.Launch(1, 2);
        await swarm.Publish(1, [1, 1], Cancel, (1, 2));
        await swarm.Guest(1, 1).Next<GuestMessage.Heartbeat>(Cancel, beat => beat is { StandbyEpoch: 2, StandbyLag: 0 });
        await swarm.Publish(2, [1, 2], Cancel);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel, ready => ready.Generation == 2);
        await swarm.Guest(1, 1).Tell(new SiloMessage.Stop(), Cancel);
        Assert.Equal(0, await first.Exited(Cancel));

        var standby = swarm.Launch(1, 3);
        await swarm.Publish(2, [1, 2], Cancel, (1, 3));
        await swarm.Guest(1, 2).Next<GuestMessage.Heartbeat>(Cancel, beat => beat is { StandbyEpoch: 3, StandbyLag: 0 });
        standby.Process.Kill();
        await swarm.Guest(1, 2).Next<GuestMessage.StandbyLost>(Cancel, lost => lost.Epoch == 3);
        await swarm.Publish(2, [1, 2], Cancel);
        await swarm.Guest(1, 2).Next<GuestMessage.Heartbeat>(Cancel, beat => beat is { StandbyEpoch: 0, StandbyLag: null });
        using var client = swarm.Client(1);
        Assert.NotEmpty(await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_heads_successor_loads_beside_it_and_takes_over_when_a_map_names_it()
    {
        await using var swarm = await Swarm.Start(stages: 2, Cancel);
        var first = swarm.Launch(0, 1);
        swarm.Launch(1, 1);
        swarm.Launch(0, 2);
        await swarm.Publish(1, [1, 1], Cancel, (0, 2));
        await swarm.Guest(0, 2).Next<GuestMessage.Heartbeat>(Cancel, beat => beat.IsLoaded);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel);
        using var before = swarm.Client(1);
        var undisturbed = await before.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel);

        await swarm.Publish(2, [2, 1], Cancel);
        await swarm.Guest(0, 2).Next<GuestMessage.StageReady>(Cancel, ready => ready.Generation == 2);
        using var after = swarm.Client(2);
        Assert.Equal(undisturbed, await after.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel));
        await swarm.Guest(0, 1).Tell(new SiloMessage.Stop(), Cancel);
        await first.Exited(Cancel);
        AssertVerifies(await Finish(swarm, 2), swarm, (0, 2), (1, 1));
    }

    [Fact]
    public async Task An_answer_of_a_killed_head_is_continued_by_its_successor()
    {
        await using var swarm = await Swarm.Start(stages: 2, Cancel);
        var killed = swarm.Launch(0, 1);
        swarm.Launch(1, 1);
        await swarm.Publish(1, [1, 1], Cancel);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel);
        List<int> undisturbed;
        using (var client = swarm.Client(1)) undisturbed = await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel);
        killed.Process.Kill();
        swarm.Launch(0, 2);
        await swarm.Publish(2, [2, 1], Cancel);
        await swarm.Guest(0, 2).Next<GuestMessage.StageReady>(Cancel, ready => ready.Generation == 2);

        using var successor = swarm.Client(2);
        var had = undisturbed.Take(undisturbed.Count / 2).ToArray();
        var rest = await successor.Stream(Prompt, TokensMax, Cancel, had).ToListAsync(Cancel);
        Assert.Equal(undisturbed, [.. had, .. rest]);
        var report = await Finish(swarm, 2);
        Assert.Equal(rest.Count, report.Units);
        AssertVerifies(report, swarm, (0, 1), (1, 1), (0, 2));
    }

    [Fact]
    public async Task A_plain_client_of_a_killed_head_goes_on_at_the_next_one_after_the_last_event_that_it_has()
    {
        await using var swarm = await Swarm.Start(stages: 2, Cancel);
        var killed = swarm.Launch(0, 1);
        swarm.Launch(1, 1);
        await swarm.Publish(1, [1, 1], Cancel);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel);
        using var client = swarm.Client(1);
        var undisturbed = await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel);
        List<(string Id, int Token)> had = [];
        await foreach (var happening in client.Events(Prompt, TokensMax, lastEventId: null, Cancel))
        {
            had.Add(happening);
            if (had.Count < undisturbed.Count / 2) continue;
            killed.Process.Kill();
            break;
        }
        swarm.Launch(0, 2);
        await swarm.Publish(2, [2, 1], Cancel);
        await swarm.Guest(0, 2).Next<GuestMessage.StageReady>(Cancel, ready => ready.Generation == 2);

        using var successor = swarm.Client(2);
        var rest = await successor.Events(Prompt, TokensMax, had[^1].Id, Cancel).ToListAsync(Cancel);
        Assert.Equal(undisturbed, had.Concat(rest).Select(happening => happening.Token));
        Assert.Single(had.Concat(rest).Select(happening => happening.Id.Split(':')[0]).Distinct());
    }

    [Fact]
    public async Task A_manifest_says_whose_requests_are_answered_how_many_at_once_and_how_the_layers_are_cut()
    {
        await using var swarm = await Swarm.Start(stages: 2, Cancel);
        swarm.Manifest = swarm.Manifest with { Sessions = 6, KvTokens = 1024, Layers = [1, 5], ApiKeys = [new ApiKeyTerms("team", Hash32.Sha256("secret"u8), 100, 100_000, 8)] };
        GuestProcess[] guests = [swarm.Launch(0, 1), swarm.Launch(1, 1)];
        await swarm.Publish(1, [1, 1], Cancel);
        for (var slot = 0; slot < 2; slot++) await swarm.Guest(slot, 1).Next<GuestMessage.StageReady>(Cancel, ready => ready.Generation == 1);
        using var client = swarm.Client(1, "secret");
        using var stranger = swarm.Client(1, "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, await stranger.Status(Prompt, Cancel));
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.Metrics(Cancel));

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel).AsTask()));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        var metrics = await client.Metrics(Cancel);
        Assert.Contains("gen_ai_server_time_to_first_token_seconds_count", metrics, StringComparison.Ordinal);
        Assert.Contains("gen_ai_operation_name=\"text_completion\"", metrics, StringComparison.Ordinal);

        var report = SignedReport.Parse((await Finish(swarm, 1)).SignedReport).Report;
        Assert.Equal([(0, 0), (1, 5)], report.Stages.Select(stage => (stage.LayerFirst, stage.LayerLast)));
        foreach (var guest in guests) guest.Process.Kill();
    }

    [Fact]
    public async Task The_head_signs_what_it_served_while_it_works()
    {
        await using var swarm = await Swarm.Start(stages: 1, Cancel);
        swarm.Launch(0, 1);
        await swarm.Publish(1, [1], Cancel);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel);
        using var client = swarm.Client(1);
        var tokens = await client.Stream(Prompt, TokensMax, Cancel).ToListAsync(Cancel);

        var checkpoint = await swarm.Guest(0, 1).Next<GuestMessage.Checkpoint>(Cancel, c => c.Units == tokens.Count);
        using var certificate = X509CertificateLoader.LoadCertificate(swarm.Guest(0, 1).Hello!.CertificateDer);
        var statement = new CheckpointStatement(31337, CertifyCase.OrderBook, Swarm.Order, new LeaseEpoch(1), (ulong)checkpoint.Units);
        Assert.True(P256.Verify(certificate, statement.ToBytes(), checkpoint.Signature));
    }

    [Fact]
    public async Task A_guest_links_again_to_a_silo_that_was_away_and_says_again_what_stands()
    {
        await using var swarm = await Swarm.Start(stages: 1, Cancel);
        swarm.Launch(0, 1);
        await swarm.Publish(1, [1], Cancel);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel);
        var port = swarm.Silo.Endpoint.Port;
        await swarm.Silo.DisposeAsync();
        swarm.Silo = SiloEnd.Start(swarm.Authority.Root, port);

        await swarm.Guest(0, 1).Next<GuestMessage.Hello>(Cancel);
        await swarm.Guest(0, 1).Next<GuestMessage.StageReady>(Cancel, ready => ready.Generation == 1);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_guest_ends_with_its_parent_and_on_SIGTERM(bool parentEnds)
    {
        await using var swarm = await Swarm.Start(stages: 1, Cancel);
        var guest = swarm.Launch(0, 1);
        await swarm.Guest(0, 1).Next<GuestMessage.Heartbeat>(Cancel);
        if (parentEnds) guest.CloseInput();
        else guest.Terminate();
        Assert.Equal(0, await guest.Exited(Cancel));
        Assert.Empty(Directory.GetFileSystemEntries(swarm.WorkDirectory));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_told_to_the_silo()
    {
        await using var swarm = await Swarm.Start(stages: 9, Cancel);            // the tiny model has six layers
        var guest = swarm.Launch(3, 1);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => swarm.Guest(3, 1).Next<GuestMessage.Report>(Cancel));
        Assert.Contains("6 layers are too few for 9 stages", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, await guest.Exited(Cancel));
    }

    private static async Task Replace(Swarm swarm)
    {
        swarm.Launch(1, 2);
        await swarm.Guest(0, 1).Next<GuestMessage.PeerLost>(Cancel, lost => lost is { Slot: 1, Epoch: 1 });
        await swarm.Publish(2, [1, 2, 1], Cancel);
    }

    private static async Task<GuestMessage.Report> Finish(Swarm swarm, uint headEpoch)
    {
        await swarm.Guest(0, headEpoch).Tell(new SiloMessage.Finish(), Cancel);
        return await swarm.Guest(0, headEpoch).Next<GuestMessage.Report>(Cancel);
    }

    private static void AssertVerifies(GuestMessage.Report report, Swarm swarm, params (int, uint)[] leases)
    {
        var result = ReportVerifier.Verify(report.SignedReport, swarm.Facts(report, leases), TimeProvider.System.GetUtcNow());
        Assert.Empty(result.Why);
        Assert.Equal(report.ReportHash, SignedReport.Parse(report.SignedReport).Report.Hash.ToArray());
    }
}
