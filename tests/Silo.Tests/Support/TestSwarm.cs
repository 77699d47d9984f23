using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Chain.Development;

namespace SwarmCompute.Silo.Tests.Support;

/// <summary>What the silos of one test share: an authority, a store in this process, and a folder for everything.</summary>
internal sealed class TestSwarm : IAsyncDisposable
{
    private readonly EmbeddedStore _store;
    private readonly List<SiloRun> _silos = [];
    private readonly IReadOnlyList<OfferId> _offers;

    private TestSwarm(DevelopmentChain chain, DirectoryInfo directory)
    {
        (Chain, _offers) = (chain.Options, chain.Offers);
        Directory = directory;
        Authority = CertificateAuthority.Create(TimeProvider.System);
        Authority.Save(AssetDirectory);                   // the played guests find their authority here
        _store = EmbeddedStore.Start(new EmbeddedStoreOptions { Directory = Path.Combine(directory.FullName, "store") });
    }

    public ChainOptions Chain { get; }

    public DirectoryInfo Directory { get; }

    public CertificateAuthority Authority { get; }

    public string AssetDirectory => Path.Combine(Directory.FullName, "assets");

    public static TestSwarm Start(DevelopmentChain chain) => new(chain, System.IO.Directory.CreateTempSubdirectory("swarm-silo-"));

    /// <summary>Writes the files of one node, and gives its configuration to change and to start with.</summary>
    public JsonObject Configure(string node, int number = 1, CertificateAuthority? authority = null)
    {
        var folder = Directory.CreateSubdirectory(node).FullName;
        WriteCertificate(folder, node, authority ?? Authority);
        File.WriteAllText(Path.Combine(folder, "account.key"), Keys.Of(number));
        return new JsonObject
        {
            ["Node"] = new JsonObject { ["Id"] = node, ["Slots"] = 2, ["Offer"] = _offers[number - 1].Value },
            ["Cluster"] = new JsonObject { ["ClusterId"] = "test", ["ServiceId"] = "swarm", ["SiloPort"] = FreePort.Next() },
            ["Store"] = new JsonObject { ["Kind"] = "Redis", ["Redis"] = _store.ConnectionString },
            [nameof(Chain)] = new JsonObject
            {
                ["Rpc"] = Chain.Rpc.ToString(),
                ["ChainId"] = Chain.ChainId,
                ["OrderBook"] = Chain.OrderBook.ToString(),
                ["EscrowVault"] = Chain.EscrowVault.ToString(),
                ["Token"] = Chain.Token.ToString(),
                ["DeployBlock"] = Chain.DeployBlock,
                ["AccountKeyFile"] = "account.key",
            },
            ["Tls"] = new JsonObject { ["CertificateFile"] = "silo.pem", ["KeyFile"] = "silo.key.pem", ["RootFile"] = "root.cer" },
            [nameof(Authority)] = new JsonObject { ["Endpoint"] = "127.0.0.1:1" },
            ["Guest"] = new JsonObject
            {
                ["Executable"] = Environment.ProcessPath,
                [nameof(AssetDirectory)] = AssetDirectory,
                ["WorkDirectory"] = "work",
                ["NativeLibraryDirectory"] = AssetDirectory,
            },
            ["Web"] = new JsonObject { ["Port"] = 0 },
        };
    }

    /// <summary>Writes a file that tells the command line where a silo is.</summary>
    public string WriteSwarmFile(SiloRun silo)
    {
        Write("root.cer", Authority.Root.Export(X509ContentType.Cert));
        return Write("swarm.json", Encoding.UTF8.GetBytes(new JsonObject
        {
            ["silos"] = new JsonArray(silo.Web.ToString()),
            ["root"] = "root.cer",
            ["chain"] = new JsonObject
            {
                ["rpc"] = Chain.Rpc.ToString(),
                ["chainId"] = Chain.ChainId,
                ["orderBook"] = Chain.OrderBook.ToString(),
                ["escrowVault"] = Chain.EscrowVault.ToString(),
                ["token"] = Chain.Token.ToString(),
                ["deployBlock"] = Chain.DeployBlock,
            },
        }.ToJsonString()));
    }

    /// <summary>Writes a file of this test.</summary>
    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Directory.FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Starts a silo, and does not wait until it is ready.</summary>
    public SiloRun Launch(JsonObject configuration, bool withoutInput = false)
    {
        var file = Path.Combine(Directory.FullName, (string)configuration["Node"]!["Id"]!, "silo.json");
        File.WriteAllText(file, configuration.ToJsonString());
        var silo = SiloRun.Launch(file, Authority.Root, withoutInput);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Starts silos node-1 to node-N at once, and waits until all are ready.</summary>
    public async Task<SiloRun[]> LaunchCluster(int count, CancellationToken cancel)
    {
        var silos = Enumerable.Range(1, count).Select(n => Launch(Configure($"node-{n}", n))).ToArray();
        foreach (var silo in silos) await silo.WaitUntilReady(cancel);
        return silos;
    }

    /// <summary>Starts a silo that follows the chain and runs no guests, and waits until it is ready.</summary>
    public async Task<SiloRun> LaunchFollower(CancellationToken cancel)
    {
        var configuration = Configure("node-1");
        configuration["Node"]!["Slots"] = 0;
        var silo = Launch(configuration);
        await silo.WaitUntilReady(cancel);
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos) await silo.DisposeAsync();
        _store.Dispose();
        Authority.Dispose();
        Directory.Delete(recursive: true);
    }

    private static void WriteCertificate(string folder, string node, CertificateAuthority authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = authority.Issue(new SwarmIdentity.Silo(new NodeId(node)), key, TimeSpan.FromDays(1));
        File.WriteAllText(Path.Combine(folder, "silo.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "silo.key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(Path.Combine(folder, "root.cer"), authority.Root.Export(X509ContentType.Cert));
    }
}
