using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Gateway;

namespace SwarmCompute.Client.Tests.Gateway;

/// <summary>A silo and heads that are played, a real gateway before them, and a client that knows nothing of a swarm.</summary>
internal sealed class GatewayKit : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly ConcurrentDictionary<string, string> _answers = [];     // of the silo, by path
    private readonly ConcurrentStack<IAsyncDisposable> _started = [];
    private FakeSwarm _silo = null!;
    private readonly CancellationTokenSource _ended = new();
    private SwarmGateway? _gateway;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What the gateway said.</summary>
    public ConcurrentQueue<string> Log { get; } = [];

    /// <summary>A client of the gateway.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>The gateway's watch of the orders.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    public static async Task<GatewayKit> Start()
    {
        var kit = new GatewayKit();
        kit._silo = await FakeSwarm.Start(kit._authority, new SwarmIdentity.Silo(new NodeId("node-1")), context =>
        {
            if (kit._answers.TryGetValue(context.Request.Path, out var answer)) return context.Response.WriteAsync(answer, context.RequestAborted);
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        kit._started.Push(kit._silo);
        return kit;
    }

    /// <summary>Starts a head of an order; it is told of at once, or, where there is one already, by <see cref="Announce"/>.</summary>
    public async Task<FakeSwarm> Head(int order, RequestDelegate answer, uint epoch = 1, int? certifiedFor = null)
    {
        var identity = new SwarmIdentity.Guest(new OrderId((ulong)(certifiedFor ?? order)), 0, new LeaseEpoch(epoch), Address.Parse("0x00000000000000000000000000000000000000aa"));
        var head = await FakeSwarm.Start(_authority, identity, answer);
        _started.Push(head);
        if (epoch == 1) Announce(order, head, epoch);
        return head;
    }

    /// <summary>The silo tells of this head from now on.</summary>
    public void Announce(int order, FakeSwarm head, uint epoch, string model = "a model", int threads = 1) => Tell(order, "Running", $$"""{"endpoint":"{{head.Endpoint}}","epoch":{{epoch}},"ready":true}""", model, threads);

    /// <summary>The silo tells from now on that the order is over.</summary>
    public void Close(int order) => Tell(order, "Completed", "null", "a model", 1);

    /// <summary>Starts the gateway before these orders.</summary>
    public async Task<GatewayKit> Serve(GatewayOptions? options = null, params int[] orders)
    {
        _gateway = await Gateway(options, orders);
        Running = _gateway.Run(_ended.Token);
        Client.BaseAddress = _gateway.Endpoint;
        return this;
    }

    public Task<SwarmGateway> Gateway(GatewayOptions? options, params int[] orders) => SwarmGateway.Start(
        new SwarmClientOptions { Silos = [_silo.Endpoint], Root = _authority.Root, RequestTimeout = TimeSpan.FromSeconds(20) }, [.. orders.Select(o => new OrderId((ulong)o))],
        (options ?? new GatewayOptions()) with { Listen = new IPEndPoint(IPAddress.Loopback, 0), WatchPeriod = TimeSpan.FromMilliseconds(20) }, Log.Enqueue, TimeProvider.System, Cancel);

    /// <summary>Stops the gateway as its command does.</summary>
    public async Task StopGateway()
    {
        await _ended.CancelAsync();
        await Running.ContinueWith(_ => { }, TaskScheduler.Default);
        if (_gateway is not null) await _gateway.DisposeAsync();
        _gateway = null;
    }

    public Task<HttpResponseMessage> Post(object body, string path = "/v1/completions") => Client.PostAsJsonAsync(path, body, Cancel);

    /// <summary>Asks for a streamed answer and returns before it has come.</summary>
    public Task<HttpResponseMessage> Open(object body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = JsonContent.Create(body) };
        return Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    /// <summary>Waits until the gateway said this.</summary>
    public async Task Said(string text)
    {
        while (!Log.Any(line => line.Contains(text, StringComparison.Ordinal))) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopGateway();
        while (_started.TryPop(out var started)) await started.DisposeAsync();
        _ended.Dispose();
        _authority.Dispose();
    }

    private void Tell(int order, string status, string head, string model, int threads)
    {
        var manifest = new Manifest(Manifest.LlamaCpp, new ModelReference(Hash32.Sha256(System.Text.Encoding.UTF8.GetBytes(model)), 7), 2, 512, threads, [Manifest.Development], Hash32.Sha256([1]));
        _answers[$"/v1/manifests/{manifest.Hash}"] = System.Text.Encoding.UTF8.GetString(manifest.ToCanonicalBytes());
        _answers[$"/v1/orders/{order}"] =
            $$"""{"order":"{{order}}","status":"{{status}}","chainStatus":"Running","manifestHash":"{{manifest.Hash}}","head":{{head}},"leases":[],"lost":[],"transactions":[]}""";
    }
}
