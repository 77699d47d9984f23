using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using HttpProtocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols;

namespace SwarmCompute.Client.Gateway;

/// <summary>The local endpoint: OpenAI's protocol over plain HTTP/1.1, everything bounded.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private const int ConnectionsMax = 512;
    private const int RequestHeadersBytesMax = 16 * 1024;
    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);
    private static readonly string[] Posts = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"];

    private readonly WebApplication _application;
    private readonly Forwarder _forwarder;
    private readonly GatewayOptions _options;
    private readonly Action<string> _log;
    private readonly CancellationTokenSource _stopping = new();
    private int _requests;

    private GatewayServer(WebApplication application, Forwarder forwarder, GatewayOptions options, Action<string> log) =>
        (_application, _forwarder, _options, _log) = (application, forwarder, options, log);

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <exception cref="SwarmException">The address cannot be listened on.</exception>
    public static async Task<GatewayServer> Start(Forwarder forwarder, GatewayOptions options, Action<string> log, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());             // no configuration from files or the environment
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = GatewayOptions.RequestBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = RequestHeadersBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.RequestHeadersTimeout = HeaderTime;
            kestrel.Listen(options.Listen, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var server = new GatewayServer(builder.Build(), forwarder, options, log);
        server._application.Run(server.Serve);
        try
        {
            await server._application.StartAsync(cancel);
        }
        catch (IOException fault)
        {
            await server.DisposeAsync();
            throw new SwarmException(SwarmFailure.Refused, $"cannot listen on {options.Listen}: {fault.Message}; give another --listen", fault);
        }
        server.Endpoint = new Uri(server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    /// <summary>Ends what is in flight, each request with an error, within two seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(StopTime);
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task Serve(HttpContext context)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            if (Interlocked.Increment(ref _requests) > _options.RequestsMax) throw GatewayException.Crowded(_options.RequestsMax);
            Admit(context.Request);
            await _forwarder.Answer(context, await Read(context.Request, cancel.Token), cancel.Token);
        }
        catch (GatewayException fault)
        {
            await ClientReply.Error(context, fault, context.RequestAborted);
        }
        catch (BadHttpRequestException fault)
        {
            await ClientReply.Error(context, GatewayException.Bad(fault.StatusCode, fault.Message), context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();                                                 // the client has gone, and so is what it asked of the head
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            await ClientReply.Error(context, GatewayException.Stopping(), context.RequestAborted);
        }
        catch (Exception bug)
        {
            _log($"a request to {context.Request.Path} failed: {bug.GetType().Name}: {bug.Message}");
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _requests);
        }
    }

    /// <summary>Who may ask: whoever has a key, or, where there are none, a program on this machine and no page in its browser.</summary>
    private void Admit(HttpRequest request)
    {
        if (_options.Keys is { } keys)
        {
            if (!keys.Accept(request.Headers.Authorization)) throw GatewayException.Bad(401, "The request has no key that this gateway takes; give 'Authorization: Bearer KEY'.", "invalid_api_key");
            return;
        }
        var host = request.Host.Host;
        if (host != "localhost" && !(IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)))
            throw GatewayException.Bad(403, "The header Host does not name this machine; ask at the address that the gateway shows.");
    }

    private static async Task<GatewayRequest> Read(HttpRequest request, CancellationToken cancel)
    {
        var path = request.Path.Value ?? "";
        if (path == "/v1/models" || path.StartsWith("/v1/models/", StringComparison.Ordinal))
        {
            if (!HttpMethods.IsGet(request.Method)) throw GatewayException.Bad(405, $"{path} takes GET.");
            return GatewayRequest.Get(request.Path.ToUriComponent());
        }
        if (!Posts.Contains(path)) throw GatewayException.Bad(404, $"There is no such path here; there are /v1/models, {string.Join(", ", Posts)}.");
        if (!HttpMethods.IsPost(request.Method)) throw GatewayException.Bad(405, $"{path} takes POST.");
        if (!request.HasJsonContentType()) throw GatewayException.Bad(415, "The header Content-Type must be application/json.");
        if (request.Headers.ContainsKey("Last-Event-ID"))
            throw GatewayException.Bad(410, "The gateway keeps no answers; ask anew, or with 'swarm.resume_tokens'.", "answer_not_kept");
        return GatewayRequest.Post(path, await Body(request, cancel));
    }

    private static async Task<ReadOnlyMemory<byte>> Body(HttpRequest request, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancel);                        // Kestrel ends it at the most that a request may have
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
