using System.Diagnostics;
using System.Security.Cryptography;
using SwarmCompute.Attestation;
using SwarmCompute.Inference;

namespace SwarmCompute.Bench;

/// <summary>A pipeline of processes, one a stage, the head's included, linked by mutual TLS 1.3 over loopback.</summary>
internal sealed class StageRing : IAsyncDisposable
{
    private static readonly OrderId Order = new(1);
    private static readonly TimeSpan LostWithin = TimeSpan.FromSeconds(60);

    private readonly CertificateAuthority _authority = CertificateAuthority.Create(TimeProvider.System);
    private readonly StageCommand.Load[] _loads;
    private readonly BenchProcess[] _processes;
    private readonly StagePlace[] _places;
    private readonly Lock _gate = new();
    private TaskCompletionSource<StageReply.Lost>? _lost;
    private (int Slot, uint Epoch) _awaited;
    private long _generation;

    private StageRing(StageCommand.Load[] loads) =>
        (_loads, _processes, _places) = (loads, new BenchProcess[loads.Length], new StagePlace[loads.Length]);

    private TwoSides? _network;
    private int[] _sides = [];

    /// <summary>Told, on another thread, of tokens that a head streams.</summary>
    public Action<StageReply>? Streamed { get; set; }

    public BenchProcess Head => _processes[0];

    public IReadOnlyList<BenchProcess> Processes => _processes;

    /// <summary>A ring that runs a model in so many stages.</summary>
    public static Task<StageRing> OfModel(string libraries, string model, int stages, int contextTokens, int sessionsMax, CancellationToken cancel, int prefixesMax = 0)
    {
        var files = BenchModels.EnsureStages(model, stages);
        return Start([.. files.Select((file, slot) => new StageCommand.Load(
            libraries, file, slot == 0 ? model : null, 0, Last: slot == stages - 1, contextTokens, sessionsMax, prefixesMax))], cancel);
    }

    /// <summary>A ring whose stages only copy.</summary>
    public static Task<StageRing> OfCopies(int width, int stages, int contextTokens, CancellationToken cancel) =>
        Start([.. Enumerable.Range(0, stages).Select(slot => new StageCommand.Load("", null, null, width, Last: slot == stages - 1, contextTokens, 1))], cancel);

    /// <summary>A ring whose stages have these layers, each on a side of a network.</summary>
    public static Task<StageRing> AcrossSides(string libraries, string model, LayerRange[] layers, int[] sides, TwoSides network, int contextTokens, CancellationToken cancel)
    {
        var files = BenchModels.EnsureStages(model, layers);
        return Start([.. files.Select((file, slot) => new StageCommand.Load(
            libraries, file, slot == 0 ? model : null, 0, Last: slot == layers.Length - 1, contextTokens, 1))], cancel, network, sides);
    }

    public async Task<StageAnswer[]> Generate(int[][] prompts, int tokens, CancellationToken cancel) =>
        (await Head.Ask<StageReply.Generated>(new StageCommand.Generate(prompts, tokens, 0), cancel)).Answers;

    public async Task<StageAnswer> Generate(int[] prompt, int tokens, CancellationToken cancel) => (await Generate([prompt], tokens, cancel))[0];

    /// <summary>A process with the layers of a slot, loaded and warm, that has no place yet.</summary>
    public async Task<BenchProcess> Spare(int slot, CancellationToken cancel)
    {
        var spare = BenchProcess.Start("stage", Note, _network?.Namespace(_sides[slot]));
        await spare.Ask<StageReply.Loaded>(_loads[slot], cancel);
        return spare;
    }

    /// <summary>A spare that follows a slot: certified for its next epoch, and linked with its holder.</summary>
    public async Task<(BenchProcess Process, StagePlace Place)> Standby(int slot, CancellationToken cancel)
    {
        var standby = await Spare(slot, cancel);
        var place = await Join(standby, slot, _places[slot].Epoch + 1, cancel);
        await _processes[slot].Ask<StageReply.Followed>(new StageCommand.HandOver(slot, place), cancel);
        return (standby, place);
    }

    /// <summary>Kills a stage, waits until its neighbour says so, and gives its place to a spare, or to a standby that has its place already.</summary>
    /// <returns>When it was killed, when the loss was noticed, and when the new map was out.</returns>
    public async Task<(long Killed, long Lost, long Mapped)> Replace(int slot, BenchProcess spare, StagePlace? place, CancellationToken cancel)
    {
        var dead = _processes[slot];
        var lost = new TaskCompletionSource<StageReply.Lost>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) (_lost, _awaited) = (lost, (slot, _places[slot].Epoch));
        var killed = dead.Kill();
        var noticed = await lost.Task.WaitAsync(LostWithin, TimeProvider.System, cancel);
        _processes[slot] = spare;
        _places[slot] = place ?? await Join(spare, slot, _places[slot].Epoch + 1, cancel);
        await Publish(cancel);
        var mapped = Stopwatch.GetTimestamp();
        await dead.DisposeAsync();
        return (killed, noticed.At, mapped);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            if (process is not null) await process.DisposeAsync();
        _authority.Dispose();
    }

    private static async Task<StageRing> Start(StageCommand.Load[] loads, CancellationToken cancel, TwoSides? network = null, int[]? sides = null)
    {
        var ring = new StageRing(loads) { _network = network, _sides = sides ?? [] };
        try
        {
            for (var slot = 0; slot < loads.Length; slot++)
            {
                ring._processes[slot] = await ring.Spare(slot, cancel);
                ring._places[slot] = await ring.Join(ring._processes[slot], slot, 1, cancel);
            }
            await ring.Publish(cancel);
            await ring.Head.Expect<StageReply.Ready>(cancel);
            return ring;
        }
        catch
        {
            await ring.DisposeAsync();
            throw;
        }
    }

    private void Note(StageReply reply)
    {
        if (reply is not StageReply.Lost lost)
        {
            Streamed?.Invoke(reply);
            return;
        }
        lock (_gate)
            if (_lost is not null && (lost.Slot, lost.Epoch) == _awaited) _lost.TrySetResult(lost);
    }

    /// <summary>Gives a process its certificate and its place, and hears where it listens.</summary>
    private async Task<StagePlace> Join(BenchProcess process, int slot, uint epoch, CancellationToken cancel)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var identity = new SwarmIdentity.Guest(Order, slot, new LeaseEpoch(epoch), Address.Parse("0x" + new string('1', 40)));
        using var certificate = _authority.Issue(identity, key, TimeSpan.FromHours(12));
        var join = new StageCommand.Join(slot, _loads.Length, epoch, certificate.RawData, key.ExportPkcs8PrivateKey(), _authority.Root.RawData,
            _network is null ? "127.0.0.1" : TwoSides.Address(_sides[slot]));
        var joined = await process.Ask<StageReply.Joined>(join, cancel);
        return new StagePlace(epoch, joined.Port, certificate.RawData);
    }

    /// <summary>The places, each as the process of a slot reaches it.</summary>
    private async Task<StagePlace[]> SeenFrom(int slot, CancellationToken cancel)
    {
        if (_network is null) return _places;
        var seen = new List<StagePlace>();
        foreach (var (place, side) in _places.Zip(_sides))
        {
            var (address, port) = await _network.Route(_sides[slot], side, place.Port, cancel);
            seen.Add(place with { Address = address, Port = port });
        }
        return [.. seen];
    }

    private async Task Publish(CancellationToken cancel)
    {
        _generation++;
        for (var slot = 0; slot < _processes.Length; slot++) await _processes[slot].Send<StageCommand>(new StageCommand.Map(_generation, await SeenFrom(slot, cancel)), cancel);
    }
}
