using System.Collections.Immutable;

namespace SwarmCompute.Attestation;

/// <summary>
/// Collects what evidence is judged with, from the cache and from vendors. It reads from the evidence what it needs, and trusts nothing of it:
/// evidence that is no evidence gives no collateral, and the verifier says why.
/// </summary>
/// <param name="cache">What is at hand, and who is asked for the rest.</param>
/// <param name="options">How long it may take.</param>
/// <param name="time">The clock.</param>
public sealed class CollateralService(CollateralCache cache, CollateralOptions options, TimeProvider time) : ICollateralSource
{
    private readonly IntelCollector _intel = new();
    private readonly AmdCollector _amd = new(time);

    /// <summary>A service that knows what a bundle holds, and asks nobody.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="roots">The roots under which its items are believed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="problems">What of the bundle was not taken, and why.</param>
    public static CollateralService Offline(CollateralBundle bundle, TrustRoots roots, TimeProvider time, out ImmutableArray<CollateralProblem> problems)
    {
        var options = new CollateralOptions();
        var cache = new CollateralCache(options, roots, vendor: null, time);
        problems = cache.Add(bundle);
        return new(cache, options, time);
    }

    /// <summary>Collects for a CVM and its devices.</summary>
    /// <param name="type">The CVM's type: <c>tdx</c>, <c>sgx</c>, <c>sev-snp</c>, <c>cca</c>; empty: the devices alone.</param>
    /// <param name="document">Its quote, report or token.</param>
    /// <param name="devices">Its devices; at most <see cref="DeviceEvidence.CountMax"/> are looked at.</param>
    /// <param name="hint">For <c>sev-snp</c>: the certificates that the host gave, PEM or DER.</param>
    /// <param name="cancel">Cancels it; fetches that others wait for go on.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<CollectedCollateral> Collect(
        string type, ReadOnlyMemory<byte> document, ImmutableArray<DeviceEvidence> devices, ReadOnlyMemory<byte>? hint, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(options.CollectTimeout, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var collection = new CollateralCollection(cache, until.Token, cancel);
        var some = devices.IsDefault ? [] : devices.Length <= DeviceEvidence.CountMax ? devices : devices[..DeviceEvidence.CountMax];
        var ofDevices = Task.WhenAll(some.Select(d => NvidiaCollector.Collect(collection, d)));
        var ofCvm = await OfCvm(collection, type, document, hint);
        var collateral = ofCvm with { Devices = [.. await ofDevices] };
        if (cache.StoreProblem is { } problem) collection.Note(new("cache", problem, IsTransient: true));
        return new(collateral, collection.Problems, collection.Items);
    }

    /// <inheritdoc/>
    public DateTimeOffset LatestSigned => cache.LatestSigned;

    /// <inheritdoc/>
    public async ValueTask<EvidenceCollateral> For(Evidence evidence, CancellationToken cancel) => (await Collect(evidence, cancel)).Collateral;

    /// <summary>The items that evidence is judged with: a bundle of them serves whoever judges it, too.</summary>
    /// <param name="evidence">The evidence.</param>
    /// <param name="cancel">Cancels it.</param>
    public async Task<ImmutableArray<CollateralItem>> ItemsFor(Evidence evidence, CancellationToken cancel) => (await Collect(evidence, cancel)).Items;

    private Task<CollectedCollateral> Collect(Evidence evidence, CancellationToken cancel)
    {
        ReadOnlyMemory<byte>? hint = evidence.Certificates.IsEmpty ? null : evidence.Certificates.SelectMany(c => c.ToArray()).ToArray();
        return Collect(evidence.Type == Manifest.Development ? "" : evidence.Type, evidence.Document, evidence.Devices, hint, cancel);
    }

    private async Task<EvidenceCollateral> OfCvm(CollateralCollection collection, string type, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte>? hint)
    {
        switch (type)
        {
            case "tdx" or "sgx":
                return new() { Intel = await _intel.Collect(collection, document) };
            case SnpVerifier.Type:
                return new() { Amd = await _amd.Collect(collection, document, hint) };
            case "cca":
                collection.NoteEvidence("nobody publishes the keys of Arm's platforms; their owner names them");
                return new();
            case "":
                return new();
            default:
                collection.NoteEvidence("no vendor is known for this type");
                return new();
        }
    }
}
