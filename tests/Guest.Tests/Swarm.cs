using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Inference.Tests;
using SwarmCompute.Overlay.GuestLink;
using SwarmCompute.TestKit;
using SwarmCompute.Vault;

namespace SwarmCompute.Guest.Tests;

/// <summary>All that guests of one order need: an authority process, a silo's end, a tiny model in a store.</summary>
internal sealed class Swarm : IAsyncDisposable
{
    public const int ContextTokens = 512;

    private readonly DirectoryInfo _directory;
    private readonly List<GuestProcess> _guests = [];

    private Swarm(DirectoryInfo directory, AuthorityProcess authority, Manifest manifest)
    {
        _directory = directory;
        Authority = authority;
        Manifest = manifest;
        Silo = SiloEnd.Start(authority.Root);
    }

    public static OrderId Order => new(7);

    public AuthorityProcess Authority { get; }

    public SiloEnd Silo { get; set; }

    public Manifest Manifest { get; set; }

    public string AssetDirectory => Path.Combine(_directory.FullName, "assets");

    public string WorkDirectory => Path.Combine(_directory.FullName, "work");

    public static async Task<Swarm> Start(int stages, CancellationToken cancel, params string[] authorityOptions)
    {
        var directory = Directory.CreateTempSubdirectory("swarm-");
        Directory.CreateDirectory(Path.Combine(directory.FullName, "work"));
        var modelFile = Path.Combine(directory.FullName, "model.gguf");
        new TinyModel().WriteTo(modelFile);
        await using var model = File.OpenRead(modelFile);
        var asset = await new FileAssetStore(Path.Combine(directory.FullName, "assets")).Put(model, 1 << 24, cancel);
        var authority = await AuthorityProcess.Start(cancel, authorityOptions);
        var manifest = new Manifest(
            "llama.cpp", new ModelReference(asset.Sha256, asset.SizeBytes), stages, ContextTokens, Threads: 1, ["development"], authority.Root.KeyHash);
        return new Swarm(directory, authority, manifest);
    }

    public JsonObject Ticket(int slot, uint epoch) => new()
    {
        ["lease"] = new LeaseId(Order, slot).ToString(),
        ["epoch"] = epoch,
        ["provider"] = CertifyCase.Provider.ToString(),
        ["offer"] = CertifyCase.Offer.Value,
        ["chainId"] = 31337,
        ["orderBook"] = CertifyCase.OrderBook.ToString(),
        ["manifest"] = Encoding.UTF8.GetString(Manifest.ToCanonicalBytes()),
        ["authority"] = new JsonObject
        {
            ["endpoint"] = Authority.Endpoint.ToString(),
            ["rootCertificate"] = Convert.ToBase64String(Authority.Root.Root.RawData),
        },
        ["silo"] = new JsonObject { ["endpoint"] = Silo.Endpoint.ToString(), ["node"] = "node-1" },
        ["assetDirectory"] = AssetDirectory,
        ["workDirectory"] = WorkDirectory,
        ["listenAddress"] = "127.0.0.1",
        ["nativeLibraryDirectory"] = NativeLibraries,
    };

    public GuestProcess Launch(JsonObject ticket)
    {
        var guest = GuestProcess.Start("run");
        _guests.Add(guest);
        guest.WriteLine(ticket.ToJsonString());
        return guest;
    }

    public GuestProcess Launch(int slot, uint epoch) => Launch(Ticket(slot, epoch));

    public GuestEnd Guest(int slot, uint epoch) => Silo.Guest(new LeaseId(Order, slot), epoch);

    /// <summary>Waits until these guests have said hello, and tells all of them who is who.</summary>
    public async Task Publish(long generation, uint[] epochs, CancellationToken cancel, params (int Slot, uint Epoch)[] standbys)
    {
        foreach (var (slot, epoch) in standbys)
            if (Guest(slot, epoch).Hello is null) await Guest(slot, epoch).Next<GuestMessage.Hello>(cancel);
        var guests = epochs.Select((epoch, slot) => Guest(slot, epoch)).ToList();
        foreach (var guest in guests)
            if (guest.Hello is null) await guest.Next<GuestMessage.Hello>(cancel);
        var map = new SiloMessage.Pipeline
        {
            Generation = generation,
            Stages = [.. epochs.Select((epoch, slot) => Peer(slot, epoch))],
            Standbys = [.. standbys.Select(standby => Peer(standby.Slot, standby.Epoch))],
        };
        foreach (var guest in guests.Concat(standbys.Select(standby => Guest(standby.Slot, standby.Epoch)))) await guest.Tell(map, cancel);
    }

    public HeadClient Client(uint epoch, string? apiKey = null) => new(Guest(0, epoch).Hello!.ApiEndpoint!, Authority.Root.Root, epoch, apiKey);

    private StagePeerWire Peer(int slot, uint epoch) =>
        new() { Slot = slot, Epoch = epoch, OverlayEndpoint = Guest(slot, epoch).Hello!.OverlayEndpoint, CertificateDer = Guest(slot, epoch).Hello!.CertificateDer };

    /// <summary>What the chain would say once the report was settled: every lease that was ever given, and the report.</summary>
    public ChainFacts Facts(GuestMessage.Report report, params (int Slot, uint Epoch)[] leases) => new(
        31337, CertifyCase.OrderBook, Order, Manifest.Hash, Authority.Root.KeyHash, "Completed", new Hash32(report.ReportHash), (ulong)report.Units,
        [
            .. leases.Select(lease => new LeaseFact(
                lease.Slot, new LeaseEpoch(lease.Epoch), CertifyCase.Provider,
                P256.KeyHash(Guest(lease.Slot, lease.Epoch).Hello!.KeyX, Guest(lease.Slot, lease.Epoch).Hello!.KeyY),
                CertifyCase.Offer, DevelopmentEvidence.LeaseMeasurement)),
        ]);

    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) await guest.DisposeAsync();
        await Silo.DisposeAsync();
        await Authority.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static string NativeLibraries
    {
        get
        {
            var machine = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLower(CultureInfo.InvariantCulture)}";
            return Repository.PathOf("native", "node_modules", "@node-llama-cpp", machine, "bins", machine);
        }
    }
}
