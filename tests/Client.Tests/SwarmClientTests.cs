using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client.Tests;

public sealed class SwarmClientTests : IDisposable
{
    private static readonly OrderId Order = new(7);
    private static readonly SwarmIdentity Silo = new SwarmIdentity.Silo(new NodeId("node-1"));
    private static readonly Address Provider = Address.Parse("0x00000000000000000000000000000000000000aa");
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);

    private const string End = """data: {"choices":[{"text":"","finish_reason":"length"}]}""" + "\n\ndata: [DONE]\n\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_next_silo_is_asked_when_one_does_not_answer()
    {
        await using var alive = await FakeSwarm.Start(_authority, Silo, c => c.Response.WriteAsync("""{"silos":[],"nodes":[{"id":"node-1","status":"Ready","slots":3,"free":2}]}""", Cancel));
        using var client = Client(new Uri("https://127.0.0.1:1"), alive.Endpoint);
        var swarm = await client.GetSwarm(Cancel);
        Assert.Equal("node-1", Assert.Single(swarm.Nodes).Id);
    }

    [Fact]
    public async Task When_no_silo_answers_the_error_names_each()
    {
        using var client = Client(new Uri("https://127.0.0.1:1"), new Uri("https://127.0.0.1:2"));
        var error = await Assert.ThrowsAsync<SwarmException>(() => client.GetSwarm(Cancel));
        Assert.Equal(SwarmFailure.Unreachable, error.Failure);
        Assert.Contains("127.0.0.1:1", error.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_is_registered_at_its_order_and_a_refusal_is_told()
    {
        var answers = new Queue<int>([204, 400, 404]);
        await using var silo = await FakeSwarm.Start(_authority, Silo, async c =>
        {
            Assert.Equal(("PUT", "/v1/orders/7/webhook"), (c.Request.Method, c.Request.Path.Value));
            using var body = await JsonDocument.ParseAsync(c.Request.Body, cancellationToken: c.RequestAborted);
            Assert.Equal("https://customer.example/", body.RootElement.GetProperty("url").GetString());
            c.Response.StatusCode = answers.Dequeue();
            if (c.Response.StatusCode == 400) await c.Response.WriteAsync("""{"error":"it is signed by another"}""", c.RequestAborted);
        });
        using var client = Client(silo.Endpoint);
        var webhook = new Orders.WebhookRegistration(Order, "https://customer.example/", new byte[65]);
        await client.SetWebhook(webhook, Cancel);
        Assert.Equal("it is signed by another", (await Assert.ThrowsAsync<SwarmException>(() => client.SetWebhook(webhook, Cancel))).Message);
        Assert.Contains("does not know order 7", (await Assert.ThrowsAsync<SwarmException>(() => client.SetWebhook(webhook, Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_another_authority_certified_is_not_talked_to()
    {
        using var stranger = CertificateAuthority.Create(TimeProvider.System);
        await using var silo = await FakeSwarm.Start(stranger, Silo, _ => throw new InvalidOperationException("it was asked"));
        using var client = Client(silo.Endpoint);
        var error = await Assert.ThrowsAsync<SwarmException>(() => client.GetSwarm(Cancel));
        Assert.Equal(SwarmFailure.Unreachable, error.Failure);
    }

    [Fact]
    public async Task A_guest_that_poses_as_a_silo_is_not_talked_to()
    {
        await using var guest = await FakeSwarm.Start(_authority, Guest(1), _ => throw new InvalidOperationException("it was asked"));
        using var client = Client(guest.Endpoint);
        await Assert.ThrowsAsync<SwarmException>(() => client.GetSwarm(Cancel));
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        await using var silo = await FakeSwarm.Start(_authority, Silo, async c =>
        {
            var noise = new byte[64 * 1024];
            for (var i = 0; i < 100; i++) await c.Response.Body.WriteAsync(noise, Cancel);
        });
        using var client = Client(silo.Endpoint);
        var error = await Assert.ThrowsAsync<SwarmException>(() => client.GetSwarm(Cancel));
        Assert.Equal(SwarmFailure.Protocol, error.Failure);
    }

    [Fact]
    public async Task A_refusal_carries_the_silos_own_line()
    {
        await using var silo = await FakeSwarm.Start(_authority, Silo, c =>
        {
            c.Response.StatusCode = 400;
            return c.Response.WriteAsync("""{"error":"the manifest has an unknown field 'gpu'"}""", Cancel);
        });
        using var client = Client(silo.Endpoint);
        var error = await Assert.ThrowsAsync<SwarmException>(() => client.GetSwarm(Cancel));
        Assert.Equal("the manifest has an unknown field 'gpu'", error.Message);
    }

    [Fact]
    public async Task An_answer_goes_on_at_the_next_head_after_the_tokens_that_came()
    {
        var heads = new List<FakeSwarm>();
        var resumes = new List<int[]>();
        RequestDelegate Serve(int until) => async context =>
        {
            var resume = await ResumeTokens(context.Request);
            resumes.Add(resume);
            for (var i = resume.Length; i < until; i++) await context.Response.WriteAsync(Chunk(i), Cancel);
            await context.Response.Body.FlushAsync(Cancel);
            if (until < 5) context.Abort();                  // which may take back tokens that the client has not read yet
            else await context.Response.WriteAsync(End, Cancel);
        };
        await using var first = await FakeSwarm.Start(_authority, Guest(1), Serve(until: 3));
        await using var second = await FakeSwarm.Start(_authority, Guest(2), Serve(until: 5));
        heads.AddRange([first, second]);
        await using var silo = await FakeSwarm.Start(
            _authority, Silo, c => c.Response.WriteAsync(Running(heads[Math.Min(resumes.Count, 1)].Endpoint, resumes.Count + 1), Cancel));
        using var client = Client(silo.Endpoint);

        var events = await Collect(client);

        Assert.Equal("t0t1t2t3t4", string.Concat(events.OfType<CompletionEvent.Token>().Select(t => t.Text)));
        Assert.Single(events.OfType<CompletionEvent.Interrupted>());
        var had = Assert.Single(events.OfType<CompletionEvent.Resumed>()).Tokens;
        Assert.Empty(resumes[0]);
        Assert.Equal(Enumerable.Range(100, had), resumes[1]);
    }

    [Fact]
    public async Task A_token_out_of_order_is_a_broken_protocol()
    {
        await using var head = await FakeSwarm.Start(_authority, Guest(1), c => c.Response.WriteAsync(Chunk(0) + Chunk(2), Cancel));
        await using var silo = await FakeSwarm.Start(_authority, Silo, c => c.Response.WriteAsync(Running(head.Endpoint, 1), Cancel));
        using var client = Client(silo.Endpoint);
        var error = await Assert.ThrowsAsync<SwarmException>(() => Collect(client));
        Assert.Equal(SwarmFailure.Protocol, error.Failure);
    }

    [Fact]
    public async Task The_head_of_another_order_is_not_talked_to()
    {
        var other = new SwarmIdentity.Guest(new OrderId(8), 0, new LeaseEpoch(1), Provider);
        await using var head = await FakeSwarm.Start(_authority, other, _ => throw new InvalidOperationException("it was asked"));
        await using var silo = await FakeSwarm.Start(_authority, Silo, c => c.Response.WriteAsync(Running(head.Endpoint, 1), Cancel));
        using var client = Client(silo.Endpoint);
        var error = await Assert.ThrowsAsync<SwarmException>(() => Collect(client));
        Assert.Equal(SwarmFailure.Timeout, error.Failure);
    }

    [Fact]
    public async Task What_the_head_refuses_is_not_tried_again()
    {
        var asked = 0;
        await using var head = await FakeSwarm.Start(_authority, Guest(1), c =>
        {
            asked++;
            c.Response.StatusCode = 400;
            return c.Response.WriteAsync("""{"error":{"message":"max_tokens is 0; give 1 to 100","type":"invalid_request_error"}}""", Cancel);
        });
        await using var silo = await FakeSwarm.Start(_authority, Silo, c => c.Response.WriteAsync(Running(head.Endpoint, 1), Cancel));
        using var client = Client(silo.Endpoint);
        var error = await Assert.ThrowsAsync<SwarmException>(() => Collect(client));
        Assert.Equal("max_tokens is 0; give 1 to 100", error.Message);
        Assert.Equal(1, asked);
    }

    public void Dispose() => _authority.Dispose();

    private static async Task<List<CompletionEvent>> Collect(SwarmClient client)
    {
        var events = new List<CompletionEvent>();
        await foreach (var e in client.Complete(Order, new CompletionRequest { Prompt = "Once", TokensMax = 5 }, Cancel)) events.Add(e);
        return events;
    }

    private static async Task<int[]> ResumeTokens(HttpRequest request)
    {
        using var json = await JsonDocument.ParseAsync(request.Body, cancellationToken: Cancel);
        return json.RootElement.TryGetProperty("swarm", out var swarm) ? [.. swarm.GetProperty("resume_tokens").EnumerateArray().Select(t => t.GetInt32())] : [];
    }

    private static string Chunk(int index) =>
        $$$"""data: {"choices":[{"text":"t{{{index}}}","finish_reason":null}],"swarm":{"token":{{{100 + index}}},"index":{{{index}}}}}""" + "\n\n";

    private static string Running(Uri head, int epoch) =>
        $$"""{"order":"7","status":"Running","chainStatus":"Running","why":null,"generation":1,"head":{"endpoint":"{{head}}","epoch":{{epoch}},"ready":true},"leases":[],"lost":[],"transactions":[],"reportHash":null,"usage":0}""";

    private static SwarmIdentity.Guest Guest(uint epoch) => new(Order, 0, new LeaseEpoch(epoch), Provider);

    private SwarmClient Client(params Uri[] silos) => new(new SwarmClientOptions
    {
        Silos = [.. silos],
        Root = _authority.Root,
        RequestTimeout = TimeSpan.FromSeconds(10),
        RecoveryTimeout = TimeSpan.FromSeconds(2),
    });
}
