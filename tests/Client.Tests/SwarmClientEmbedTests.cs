using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Tests;

public sealed class SwarmClientEmbedTests : IDisposable
{
    private static readonly OrderId Order = new(7);
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Texts_that_a_lost_head_did_not_answer_are_asked_of_the_next_one()
    {
        var asked = new List<int>();
        await using var first = await FakeSwarm.Start(_authority, Guest(1), async c =>
        {
            var texts = await Texts(c.Request);
            asked.Add(texts.Length);
            if (asked.Count == 1) await Answer(c, texts);
            else c.Abort();
        });
        await using var second = await FakeSwarm.Start(_authority, Guest(2), async c =>
        {
            var texts = await Texts(c.Request);
            asked.Add(texts.Length);
            await Answer(c, texts);
        });
        await using var silo = await FakeSwarm.Start(_authority, new SwarmIdentity.Silo(new NodeId("node-1")),
            c => c.Response.WriteAsync(asked.Count < 2 ? Running(first.Endpoint, 1) : Running(second.Endpoint, 2), Cancel));
        using var client = Client(silo.Endpoint);

        var vectors = await client.Embed(Order, [.. Enumerable.Range(0, 40).Select(i => $"{i}")], Cancel);

        Assert.Equal(Enumerable.Range(0, 40).Select(i => new[] { i, 0.5f }), vectors.Select(vector => vector.ToArray()));
        Assert.Equal([16, 16, 16, 8], asked);
    }

    [Fact]
    public async Task What_the_head_refuses_is_not_tried_again()
    {
        var asked = 0;
        await using var head = await FakeSwarm.Start(_authority, Guest(1), c =>
        {
            asked++;
            c.Response.StatusCode = 400;
            return c.Response.WriteAsync("""{"error":{"message":"a text of 'input' has 300 tokens","type":"invalid_request_error"}}""", Cancel);
        });
        await using var silo = await Silo(head);
        using var client = Client(silo.Endpoint);
        var error = await Assert.ThrowsAsync<SwarmException>(() => client.Embed(Order, ["a"], Cancel));
        Assert.Equal((SwarmFailure.Refused, "a text of 'input' has 300 tokens", 1), (error.Failure, error.Message, asked));
    }

    [Theory]
    [InlineData("""{"data":[]}"""), InlineData("""{"data":[{"index":0,"embedding":"AAA="}]}"""), InlineData("""{"data":[{"index":1,"embedding":"AACAPw=="}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":""}]}"""), InlineData("""{"data":[{"index":0}]}"""), InlineData("nothing"), InlineData("""{"data":7}""")]
    public async Task An_answer_that_is_not_of_these_texts_is_a_broken_protocol(string answer)
    {
        await using var head = await FakeSwarm.Start(_authority, Guest(1), c => c.Response.WriteAsync(answer, Cancel));
        await using var silo = await Silo(head);
        using var client = Client(silo.Endpoint);
        Assert.Equal(SwarmFailure.Protocol, (await Assert.ThrowsAsync<SwarmException>(() => client.Embed(Order, ["a"], Cancel))).Failure);
    }

    [Fact]
    public async Task A_head_that_has_no_session_free_is_asked_again()
    {
        var asked = 0;
        await using var head = await FakeSwarm.Start(_authority, Guest(1), async c =>
        {
            if (++asked > 1)
            {
                await Answer(c, await Texts(c.Request));
                return;
            }
            c.Response.StatusCode = 429;
            await c.Response.WriteAsync("""{"error":{"message":"all sessions are open"}}""", Cancel);
        });
        await using var silo = await Silo(head);
        using var client = Client(silo.Endpoint);
        var vectors = await client.Embed(Order, ["3"], Cancel);
        Assert.Equal([3f, 0.5f], Assert.Single(vectors).ToArray());
    }

    [Fact]
    public async Task No_text_and_an_empty_one_are_refused_at_once()
    {
        using var client = Client(new Uri("https://127.0.0.1:1"));
        await Assert.ThrowsAsync<ArgumentException>(() => client.Embed(Order, [], Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => client.Embed(Order, ["a", ""], Cancel));
    }

    private static async Task<string[]> Texts(HttpRequest request)
    {
        Assert.Equal("/v1/embeddings", request.Path.Value);
        using var json = await JsonDocument.ParseAsync(request.Body, cancellationToken: Cancel);
        return [.. json.RootElement.GetProperty("input").EnumerateArray().Select(text => text.GetString()!)];
    }

    /// <summary>Each text is a number, which is the first of its vector; told last first.</summary>
    private static Task Answer(HttpContext context, string[] texts)
    {
        static string Base64(string text) => Convert.ToBase64String([.. BitConverter.GetBytes(float.Parse(text, System.Globalization.CultureInfo.InvariantCulture)), .. BitConverter.GetBytes(0.5f)]);
        var items = texts.Select((text, index) => (JsonNode)new JsonObject { ["index"] = index, ["embedding"] = Base64(text) });
        return context.Response.WriteAsync(new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. items.Reverse()]) }.ToJsonString(), Cancel);
    }

    private static string Running(Uri head, int epoch) =>
        $$"""{"order":"7","status":"Running","chainStatus":"Running","why":null,"generation":1,"head":{"endpoint":"{{head}}","epoch":{{epoch}},"ready":true},"leases":[],"lost":[],"transactions":[],"reportHash":null,"usage":0}""";

    private static SwarmIdentity.Guest Guest(uint epoch) => new(Order, 0, new LeaseEpoch(epoch), Address.Parse("0x00000000000000000000000000000000000000aa"));

    private Task<FakeSwarm> Silo(FakeSwarm head) =>
        FakeSwarm.Start(_authority, new SwarmIdentity.Silo(new NodeId("node-1")), c => c.Response.WriteAsync(Running(head.Endpoint, 1), Cancel));

    private SwarmClient Client(params Uri[] silos) => new(new SwarmClientOptions
    {
        Silos = [.. silos],
        Root = _authority.Root,
        RequestTimeout = TimeSpan.FromSeconds(10),
        RecoveryTimeout = TimeSpan.FromSeconds(20),
    });
}
