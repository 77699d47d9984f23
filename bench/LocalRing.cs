using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Attestation;
using SwarmCompute.Inference;
using SwarmCompute.Overlay;

namespace SwarmCompute.Bench;

/// <summary>A pipeline in one process: real stages of a real model, linked by mutual TLS 1.3 over loopback.</summary>
internal sealed class LocalRing : IAsyncDisposable
{
    private const int ContextTokens = 512;
    private static readonly OrderId Order = new(1);

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly string _model, _folder;
    private readonly int _slots;
    private readonly List<IDisposable> _native = [];
    private readonly PipelineStage?[] _stages;
    private readonly StagePeer[] _peers;
    private PipelineHead _head = null!;
    private long _generation;

    private LocalRing(string model, string folder, int slots)
    {
        (_model, _folder, _slots) = (model, folder, slots);
        _stages = new PipelineStage?[slots];
        _peers = new StagePeer[slots];
    }

    public PipelineHead Head => _head;

    public static async Task<LocalRing> Start(string model, string folder, int slots, CancellationToken cancel)
    {
        var ring = new LocalRing(model, folder, slots);
        var ranges = LayerRange.Split(GgufFile.Read(model).Model.Layers, slots);
        for (var slot = 0; slot < slots; slot++)
        {
            GgufSlicer.WriteStage(model, ring.StageFile(slot), ranges[slot], last: slot == slots - 1);
            ring.Open(slot, new LeaseEpoch(1));
        }
        ring.Publish();
        while (!ring.Head.IsReady) await Task.Delay(1, cancel);
        return ring;
    }

    /// <summary>Throws a stage away with all that it held, and puts an empty successor in its place.</summary>
    public async Task Replace(int slot)
    {
        await _stages[slot]!.DisposeAsync();
        Open(slot, _peers[slot].Epoch.Next());
        Publish();
    }

    public async ValueTask DisposeAsync()
    {
        await _head.DisposeAsync();
        foreach (var stage in _stages)
            if (stage is not null) await stage.DisposeAsync();
        foreach (var native in _native) native.Dispose();
        _authority.Dispose();
    }

    private void Open(int slot, LeaseEpoch epoch)
    {
        var credentials = Credentials(slot, epoch);
        var listener = OverlayListener.Start(new IPEndPoint(IPAddress.Loopback, 0), credentials, TimeProvider.System);
        var options = new PipelineOptions { Order = Order, Slot = slot, Slots = _slots, Epoch = epoch, ContextTokens = ContextTokens };
        var kernel = LlamaCpp.LoadStage(StageFile(slot), new StageLoadOptions
        {
            Last = slot == _slots - 1,
            ContextTokensPerSession = options.ContextTokens,
            SessionsMax = options.SessionsMax,
            PrefillTokensMax = options.PrefillTokens,
            Threads = 1,
        });
        _native.Add(kernel);
        if (slot == 0)
        {
            var embedding = LlamaCpp.LoadEmbedding(_model);
            _native.Add(embedding);
            _head = PipelineHead.Start(options, listener, credentials, TimeProvider.System);
            _head.Attach(kernel, embedding);
        }
        else
        {
            var stage = PipelineStage.Start(options, listener, credentials, TimeProvider.System);
            stage.Attach(kernel);
            _stages[slot] = stage;
        }
        _peers[slot] = new StagePeer(slot, epoch, listener.LocalEndPoint, credentials.Certificate);
    }

    private void Publish()
    {
        var map = new PipelineMap(++_generation, [.. _peers]);
        _head.Update(map);
        foreach (var stage in _stages) stage?.Update(map);
    }

    private string StageFile(int slot) => Path.Combine(_folder, $"{_slots}-{slot}.gguf");

    private OverlayCredentials Credentials(int slot, LeaseEpoch epoch)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var identity = new SwarmIdentity.Guest(Order, slot, epoch, Address.Parse("0x" + new string('1', 40)));
        using var certificate = _authority.Issue(identity, key, TimeSpan.FromHours(1));
        return new OverlayCredentials(certificate.CopyWithPrivateKey(key), X509CertificateLoader.LoadCertificate(_authority.Root.RawData));
    }
}
