using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SwarmCompute.Inference.Tests.Pipeline;

namespace SwarmCompute.Inference.Tests.OpenAi;

/// <summary>The API over a real socket, in front of a real pipeline.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly HttpClient _http;

    private TestServer(WebApplication web, TestRing ring)
    {
        _web = web;
        Ring = ring;
        var address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _http = new HttpClient { BaseAddress = new Uri(address) };
    }

    public TestRing Ring { get; }

    public static async Task<TestServer> Start(CancellationToken cancel, TestRing? ring = null, bool stands = true, params int[] endTokens)
    {
        ring ??= new TestRing(2);
        if (stands) await ring.Stands(cancel);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        web.MapOpenAi(new OpenAiModel("tiny", ring.Head, new WordTokenizer(endTokens), TimeProvider.System));
        await web.StartAsync(cancel);
        return new TestServer(web, ring);
    }

    public static JsonObject Body(string prompt = "hello", int tokens = 8) => new() { ["model"] = "tiny", ["prompt"] = prompt, ["max_tokens"] = tokens };

    public static JsonObject Chat(string content = "hello", int tokens = 8) => new()
    {
        ["model"] = "tiny",
        ["max_tokens"] = tokens,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = content }),
    };

    public Task<HttpResponseMessage> Get(string path, CancellationToken cancel) => _http.GetAsync(new Uri(path, UriKind.Relative), cancel);

    public Task<HttpResponseMessage> Send(JsonObject body, CancellationToken cancel) => Send(body.ToJsonString(), body.ContainsKey("messages"), cancel);

    public async Task<HttpResponseMessage> Send(string body, bool chat, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, chat ? "/v1/chat/completions" : "/v1/completions");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> Json(JsonObject body, CancellationToken cancel)
    {
        using var response = await Send(body, cancel);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancel)).RootElement);
    }

    /// <summary>The events of a streamed answer, without [DONE], which must be the last one.</summary>
    public async Task<List<JsonElement>> Stream(JsonObject body, CancellationToken cancel)
    {
        body["stream"] = true;
        using var response = await Send(body, cancel);
        var lines = (await response.Content.ReadAsStringAsync(cancel)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        if (lines[^1] != "data: [DONE]") throw new InvalidDataException(lines[^1]);
        return [.. lines[..^1].Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement)];
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
        await Ring.DisposeAsync();
    }
}
