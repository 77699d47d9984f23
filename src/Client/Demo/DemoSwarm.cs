using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Contracts;
using SwarmCompute.Client.Cli;
using SwarmCompute.Client.Providers;

namespace SwarmCompute.Client.Demo;

/// <summary>The processes of the demo's swarm: the store in this process, the authority, and the silos (which start the guests).</summary>
internal sealed class DemoSwarm : IAsyncDisposable
{
    /// <summary>How many guests a node takes: room for a dead neighbour's stages.</summary>
    public const int SlotsPerNode = 3;

    private static readonly TimeSpan CertificateLifetime = TimeSpan.FromDays(1);
    private static readonly TimeSpan AuthorityTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SiloTimeout = TimeSpan.FromSeconds(90);

    private readonly EmbeddedStore _store;
    private readonly CertificateAuthority _authority;
    private readonly List<ChildProcess> _processes = [];
    private readonly TimeProvider _time;

    private DemoSwarm(EmbeddedStore store, CertificateAuthority authority, TimeProvider time)
    {
        _store = store;
        _authority = authority;
        _time = time;
    }

    public IReadOnlyList<DemoSilo> Silos { get; private set; } = [];

    public CertificateAuthority Certification => _authority;

    /// <summary>Starts the store and the authority.</summary>
    public static async Task<DemoSwarm> Start(RepositoryRoot root, DemoFolder folder, ulong chainId, TimeProvider time, CancellationToken cancel)
    {
        var store = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = folder.InRun("store") });
        var swarm = new DemoSwarm(store, CertificateAuthority.Create(time), time);
        try
        {
            await swarm.StartAuthority(root, folder, chainId, cancel);
            return swarm;
        }
        catch
        {
            await swarm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the silos, all at once, and waits until each is ready.</summary>
    public async Task StartSilos(DemoOptions options, RepositoryRoot root, DemoFolder folder, DemoChain chain, CancellationToken cancel)
    {
        var starting = new List<Task<DemoSilo>>();
        for (var i = 0; i < DemoOptions.Silos; i++)
        {
            var node = string.Create(CultureInfo.InvariantCulture, $"node-{i + 1}");
            starting.Add(StartSilo(node, options.Port == 0 ? 0 : options.Port + i, root, folder, chain, chain.Providers[i], cancel));
        }
        Silos = await Task.WhenAll(starting);
    }

    private async Task<DemoSilo> StartSilo(string node, int webPort, RepositoryRoot root, DemoFolder folder, DemoChain chain, DemoProvider provider, CancellationToken cancel)
    {
        var (certificate, key) = SiloFiles.Write(_authority, new NodeId(node), folder.Run, CertificateLifetime);
        var offer = await Offer(node, certificate, chain, provider, cancel);
        var configuration = folder.Write($"{node}.json", Configuration(node, certificate, key, offer, webPort, root, folder, chain, provider));
        var process = ChildProcess.Start(node, root.Executable("Silo"), ["--config", configuration], Path.Combine(folder.Logs, $"{node}.log"));
        lock (_processes) _processes.Add(process);
        return await Ready(node, process, cancel);
    }

    private async Task<OfferId> Offer(string node, string certificateFile, DemoChain chain, DemoProvider provider, CancellationToken cancel)
    {
        using var account = Account.FromKeyFile(provider.KeyFile);
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(certificateFile);
        var key = new NodeKey(P256.KeyHash(certificate), DevelopmentEvidence.LeaseMeasurement, _time.GetUtcNow() + CertificateLifetime);
        var terms = new ProviderTerms(new NodeId(node), key, SlotsPerNode, new Wei(1), _authority.KeyHash);
        return await (await ProviderAccount.Open(chain.Client, account, cancel)).Offer(terms, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.AsEnumerable().Reverse().Select(p => p.DisposeAsync().AsTask()));
        _store.Dispose();
        _authority.Dispose();
    }

    private string AuthorityEndpoint { get; set; } = "";

    private async Task StartAuthority(RepositoryRoot root, DemoFolder folder, ulong chainId, CancellationToken cancel)
    {
        var directory = Directory.CreateDirectory(folder.InRun("authority"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _authority.Save(directory.FullName);
        var process = ChildProcess.Start("the authority", root.Executable("Guest"),
            ["authority", "--directory", directory.FullName, "--listen", "127.0.0.1:0", "--development-chain", chainId.ToString(CultureInfo.InvariantCulture)],
            Path.Combine(folder.Logs, "authority.log"));
        _processes.Add(process);
        using var ready = await process.Ready(AuthorityTimeout, _time, cancel);
        AuthorityEndpoint = ready.RootElement.GetProperty("endpoint").GetString()!;
    }

    private async Task<DemoSilo> Ready(string node, ChildProcess process, CancellationToken cancel)
    {
        using var ready = await process.Ready(SiloTimeout, _time, cancel);
        return new DemoSilo(node, new Uri(ready.RootElement.GetProperty("web").GetString()!), process);
    }

    private byte[] Configuration(string node, string certificate, string key, OfferId offer, int webPort, RepositoryRoot root, DemoFolder folder, DemoChain chain, DemoProvider provider)
    {
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["Node"] = new JsonObject { ["Id"] = node, ["Slots"] = SlotsPerNode, ["Offer"] = offer.Value, ["AdvertisedAddress"] = "127.0.0.1" },
            ["Cluster"] = new JsonObject { ["ClusterId"] = "demo", ["ServiceId"] = "swarm", ["SiloPort"] = FreePort() },
            ["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = _store.ConnectionString },
            ["Chain"] = new JsonObject
            {
                ["Rpc"] = chain.Options.Rpc.ToString(),
                ["ChainId"] = chain.Options.ChainId,
                ["OrderBook"] = chain.Options.OrderBook.ToString(),
                ["EscrowVault"] = chain.Options.EscrowVault.ToString(),
                ["Token"] = chain.Options.Token.ToString(),
                ["DeployBlock"] = chain.Options.DeployBlock,
                ["AccountKeyFile"] = provider.KeyFile,
            },
            ["Tls"] = new JsonObject { ["CertificateFile"] = certificate, ["KeyFile"] = key, ["RootFile"] = folder.InRun("authority", CertificateAuthority.CertificateFile) },
            ["Authority"] = new JsonObject { ["Endpoint"] = AuthorityEndpoint },
            ["Guest"] = new JsonObject
            {
                ["Executable"] = root.Executable("Guest"),
                ["AssetDirectory"] = folder.Assets,
                ["WorkDirectory"] = Directory.CreateDirectory(folder.InRun("work", node)).FullName,
                ["NativeLibraryDirectory"] = root.NativeLibraries,
                ["ListenAddress"] = "127.0.0.1",
            },
            ["Web"] = new JsonObject { ["Port"] = webPort },
        });
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
