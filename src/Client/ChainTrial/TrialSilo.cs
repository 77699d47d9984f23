using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Sync;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Demo;

namespace SwarmCompute.Client.ChainTrial;

/// <summary>A real silo process that follows the chain and runs no guests; its store is in this process, so that it can be killed and comes back as it was.</summary>
internal sealed class TrialSilo : IAsyncDisposable
{
    /// <summary>How often it looks at the chain, so that trials are short; a silo's own default is a second.</summary>
    private const int ShortPollMs = 40;
    private static readonly NodeId Node = new("trial");
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly CertificateAuthority _authority;
    private readonly EmbeddedStore _store;
    private readonly HttpClient _http;
    private readonly RepositoryRoot _root;
    private readonly TrialFolder _folder;
    private readonly string _configuration;
    private ChildProcess? _process;
    private Uri? _web;
    private int _life;

    /// <summary>Prepares the silo; nothing runs yet.</summary>
    /// <param name="root">The checkout that it is built in.</param>
    /// <param name="folder">Where its configuration and its store go.</param>
    /// <param name="chain">The chain, and the endpoints that it is given.</param>
    /// <param name="accountKey">The private key with which it sends transactions.</param>
    /// <param name="pollMs">How often it looks at the chain.</param>
    /// <param name="mutant">How its follower is broken on purpose; empty for not.</param>
    public TrialSilo(RepositoryRoot root, TrialFolder folder, ChainOptions chain, byte[] accountKey, int pollMs = ShortPollMs, string mutant = "")
    {
        (_root, _folder) = (root, folder);
        _authority = CertificateAuthority.Create(TimeProvider.System);
        _authority.Save(folder.Run);
        _store = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = folder.InRun("store") });
        _http = SwarmHttp.ForSilos(_authority.Root, RequestTimeout, TimeProvider.System);
        _configuration = folder.Write("silo.json", Configuration(folder, chain, accountKey, pollMs, mutant));
    }

    public async Task Launch(CancellationToken cancel)
    {
        _process = ChildProcess.Start("the silo", _root.Executable("Silo"), ["--config", _configuration], _folder.Log(++_life));
        using var ready = await _process.Ready(ReadyTimeout, TimeProvider.System, cancel);
        _web = new Uri(ready.RootElement.GetProperty("web").GetString()!);
    }

    /// <summary>As if the power had gone.</summary>
    public async Task Kill()
    {
        if (_process is not { } process) return;
        process.Kill();
        await process.DisposeAsync();
        _process = null;
    }

    /// <summary>A client of the silo as it runs now.</summary>
    public SwarmClient Client() => new(new SwarmClientOptions { Silos = [_web!], Root = _authority.Root });

    /// <summary>How far the silo has followed the chain; null where it does not answer.</summary>
    public async Task<(BlockId? Final, BlockId? Latest, string? Error)?> Chain(CancellationToken cancel)
    {
        if (await Get("/v1/chain", cancel) is not { } json) return null;
        return (Block(json["finalized"]), Block(json["latest"]), (string?)json["error"]);
    }

    /// <summary>An order as the silo has folded it: its members final, latest and stopped; null where it does not answer.</summary>
    public Task<JsonObject?> Order(OrderId order, CancellationToken cancel) => Get($"/v1/orders/{order}/chain", cancel);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _http.Dispose();
        _store.Dispose();
        _authority.Dispose();
    }

    private async Task<JsonObject?> Get(string path, CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(_web!, path), cancel);
            return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!.AsObject() : null;
        }
        catch (Exception away) when (away is HttpRequestException or JsonException || (away is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;                                     // asked again until the time for it is over
        }
    }

    private static BlockId? Block(JsonNode? json) => json is null ? null : new BlockId((ulong)json["number"]!, Hash32.Parse((string)json["hash"]!));

    private byte[] Configuration(TrialFolder folder, ChainOptions chain, byte[] accountKey, int pollMs, string mutant)
    {
        var (certificate, key) = SiloFiles.Write(_authority, Node, folder.Run, TimeSpan.FromDays(1));
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["Node"] = new JsonObject { ["Id"] = Node.Value, ["Slots"] = 0, ["AdvertisedAddress"] = "127.0.0.1" },
            ["Cluster"] = new JsonObject { ["ClusterId"] = Node.Value, ["ServiceId"] = "swarm", ["SiloPort"] = FreePort() },
            ["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = _store.ConnectionString },
            ["Chain"] = new JsonObject
            {
                ["Rpc"] = chain.Endpoints[0].ToString(),
                ["MoreRpc"] = new JsonArray([.. chain.Endpoints.Skip(1).Select(e => JsonValue.Create(e.ToString()))]),
                ["Sockets"] = new JsonArray([.. chain.Sockets.Select(s => JsonValue.Create(s.ToString()))]),
                ["ChainId"] = chain.ChainId,
                ["OrderBook"] = chain.OrderBook.ToString(),
                ["EscrowVault"] = chain.EscrowVault.ToString(),
                ["Token"] = chain.Token.ToString(),
                ["DeployBlock"] = chain.DeployBlock,
                ["PollMs"] = pollMs,
                ["Mutant"] = mutant,
                ["AccountKeyFile"] = folder.Write("provider.key", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(accountKey))),
            },
            ["Tls"] = new JsonObject { ["CertificateFile"] = certificate, ["KeyFile"] = key, ["RootFile"] = folder.InRun(CertificateAuthority.CertificateFile) },
            ["Authority"] = new JsonObject { ["Endpoint"] = "" },
            ["Guest"] = new JsonObject(),
            ["Web"] = new JsonObject { ["Port"] = 0 },
        });
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
